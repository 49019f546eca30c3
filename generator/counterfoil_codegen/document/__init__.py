"""Reading a spec: YAML and JSON files to plain values with positions, and `$ref` between them.

What is read is untrusted: nothing in it is executed, fetched, or expanded past a limit (`limits`),
and no file outside the root is opened.
"""

from __future__ import annotations

from counterfoil_codegen.document.loader import Loader
from counterfoil_codegen.document.nodes import Document, Node
from counterfoil_codegen.document.values import JsonValue, Pointer

__all__ = ["Document", "JsonValue", "Loader", "Node", "Pointer"]
