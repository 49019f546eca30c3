"""Which dialect each document writes its schemas in."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil_codegen.document import Node
from counterfoil_codegen.schemas.shapes import Dialect


class Dialects:
    """The dialect of each document: its own `openapi` version, or that of the first document."""

    def __init__(self, by_document: Mapping[str, Dialect], default: Dialect) -> None:
        self._by_document = by_document
        self._default = default

    def of(self, node: Node) -> Dialect:
        return self._by_document.get(node.document.name, self._default)
