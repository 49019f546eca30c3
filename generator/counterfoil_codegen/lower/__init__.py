"""Lowers the documents of an API to the IR: here every Python name is decided."""

from counterfoil_codegen.lower.api import Lowered, lower_api

__all__ = ["Lowered", "lower_api"]
