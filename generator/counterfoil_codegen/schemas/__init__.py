"""Schemas of the spec: every one that needs a name gets one, and is built anew for the models."""

from counterfoil_codegen.schemas.annotations import annotate, is_plain
from counterfoil_codegen.schemas.components import Components
from counterfoil_codegen.schemas.registry import Origin
from counterfoil_codegen.schemas.shapes import JsonSchema, Reference
from counterfoil_codegen.schemas.views import View

__all__ = ["Components", "JsonSchema", "Origin", "Reference", "View", "annotate", "is_plain"]
