"""The names that a document gives to its parts: `$self`, `$id`, `$anchor`, `$dynamicAnchor`.

OpenAPI 3.2, sections 4.1.2.2 and 4.8.1; JSON Schema 2020-12, section 8.2. A name is only ever
compared with others: nothing is fetched by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urldefrag, urljoin

from counterfoil_codegen.document.nodes import Document, Node
from counterfoil_codegen.document.values import Pointer

_KEYWORDS: Final = ("$self", "$id", "$anchor", "$dynamicAnchor")
_ANCHORS: Final = ("$anchor", "$dynamicAnchor")
# What holds values, not schemas; and what holds names, each of which may be one of these.
_VALUES: Final = frozenset({"const", "default", "enum", "example", "examples"})
_NAMES: Final = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties", "schemas"}
)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What is named in one document.

    Attributes:
        bases: the absolute URI of each part that has one of its own, by its pointer.
        anchors: the parts that have an anchor, by the pointer of what holds its name and the name.
        repeated: the anchors that another part before them has.
    """

    bases: Mapping[Pointer, str]
    anchors: Mapping[tuple[Pointer, str], Node]
    repeated: tuple[Node, ...] = ()

    def resource(self, pointer: Pointer) -> Pointer:
        """The innermost part around *pointer* that has a URI of its own."""
        if len(self.bases) > 1:
            for length in range(len(pointer), 0, -1):
                if pointer[:length] in self.bases:
                    return pointer[:length]
        return ()


def find_identifiers(document: Document) -> Identifiers:
    """Look through *document*; one that holds no such keyword is not looked through."""
    base = f"file:///{quote(document.name)}"
    own = document.root.get("$self")
    if own is not None and isinstance(own.value, str):
        base = joined(base, own.value)
    bases: dict[Pointer, str] = {(): base}
    anchors: dict[tuple[Pointer, str], Node] = {}
    repeated: list[Node] = []
    if any(keyword in document.source.text for keyword in _KEYWORDS):
        for node, resource in _schemas(document.root, bases):
            for keyword in _ANCHORS:
                anchor = node.get(keyword)
                if anchor is None or not isinstance(anchor.value, str):
                    continue
                if anchors.setdefault((resource, anchor.value), node) != node:
                    repeated.append(anchor)
    return Identifiers(bases, anchors, tuple(repeated))


def joined(base: str, reference: str) -> str:
    """The URI that *reference* means beside *base*, without a fragment; itself if it is none."""
    try:
        return urldefrag(urljoin(base, reference)).url
    except ValueError:  # such as brackets that are no address
        return reference


def _schemas(root: Node, bases: dict[Pointer, str]) -> Iterator[tuple[Node, Pointer]]:
    """Each mapping that may be a schema, with the part it belongs to; *bases* is added to.

    They come in the order of the text.
    """
    waiting: list[tuple[Node, Pointer, bool]] = [(root, (), False)]
    while waiting:
        node, resource, names = waiting.pop()
        own = None if names else node.get("$id")
        if own is not None and isinstance(own.value, str):
            base = joined(bases[resource], own.value)
            resource = node.pointer
            bases[resource] = base
        if isinstance(node.value, dict) and not names:
            yield node, resource
        children = [*node.items(), *((part.name, part) for part in node.elements())]
        for key, child in reversed(children):
            if names or (key not in _VALUES and not key.startswith("x-")):
                waiting.append((child, resource, not names and key in _NAMES))
