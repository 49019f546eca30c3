"""Schemas of the spec: every one that needs a name gets one, and is built anew for the models."""

from counterfoil_codegen.schemas.annotations import annotate, is_plain
from counterfoil_codegen.schemas.components import Components, Origin
from counterfoil_codegen.schemas.shapes import JsonSchema, Reference

__all__ = ["Components", "JsonSchema", "Origin", "Reference", "annotate", "is_plain"]
