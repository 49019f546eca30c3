"""What reads requests: httptools, where it is installed (`counterfoil[fast]`)."""

from __future__ import annotations

from importlib import import_module

from counterfoil._server.surroundings import ReadsHeads

__all__ = ["head_reader"]


def head_reader() -> ReadsHeads | None:
    """A reader of heads; None where httptools is not installed, and all are read line by line."""
    try:
        module = import_module("counterfoil._server.llhttp")
    except ModuleNotFoundError:
        return None
    reader: ReadsHeads = module.HeadReader()
    return reader
