"""The names that an API gives to schemas which stand in other files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.naming import class_name
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.shapes import Reference

ENTRIES: Final = ("components", "schemas")


class Labels:
    """Entries of `components/schemas` that are nothing but a `$ref` into another file.

    Such an entry is no schema of its own: it says how the API calls the one that it leads to. Of
    several that say different things of one schema, the name that its own place gives counts.
    """

    def __init__(self, roots: Sequence[Node], loader: Loader, dialects: Dialects) -> None:
        self._roots = roots
        self._dialects = dialects
        self._of: dict[Node, Node] = {}
        self._targets: dict[Node, Node] = {}
        for entry in self._entries():
            target = loader.resolve(entry) if self._is_bare(entry) else None
            if target is None or target.document is entry.document or not target.value:
                continue
            self._targets[entry] = target
            self._of[target] = _first(target, entry, self._of.get(target, entry))

    def place(self, schema: Node) -> Reference:
        """Where *schema* stands as its name tells it: as if it, or what it is in, stood there."""
        for length in range(len(schema.pointer), -1, -1):
            entry = self._of.get(Node(schema.document, schema.pointer[:length], None))
            if entry is not None:
                inner = schema.pointer[length:]
                return Reference(entry.document.name, (*entry.pointer, *inner))
        return Reference(schema.document.name, schema.pointer)

    def meant(self, node: Node) -> Node:
        """The schema that *node* gives its name to; *node* itself if it gives none."""
        target = self._targets.get(node)
        if target is None or class_name(node.name) != class_name(self._of[target].name):
            return node
        return target

    def find(self, name: str) -> Node | None:
        """The first schema that the components of the API call *name*."""
        return next((entry for entry in self._entries() if entry.name == name), None)

    def called(self, schema: Node) -> str | None:
        """What *schema* is called where it is one of several; None if it stands within another."""
        place = self.place(schema)
        return own_name(place) if place.pointer[:-1] in ((), ENTRIES) else None

    def _entries(self) -> Iterator[Node]:
        for root in self._roots:
            components = root.mapping("components")
            schemas = components.mapping("schemas") if components is not None else None
            for _, entry in schemas.items() if schemas is not None else ():
                yield entry

    def _is_bare(self, entry: Node) -> bool:
        """OpenAPI 3.0 passes over what stands beside a `$ref` (section 4.7.23)."""
        value = entry.value
        if not isinstance(value, dict) or "$ref" not in value:
            return False
        return len(value) == 1 or self._dialects.of(entry).nullable_keyword


def _first(target: Node, *entries: Node) -> Node:
    """The entry whose name counts, whatever the order of reading."""
    own = class_name(own_name(Reference(target.document.name, target.pointer)))
    return min(
        entries,
        key=lambda one: (class_name(one.name) != own, one.document.name, one.pointer),
    )


def own_name(place: Reference) -> str:
    """The last word of a place: that of its file, if it is the whole of one."""
    return place.pointer[-1] if place.pointer else file_name(place.file)


def file_name(file: str) -> str:
    """What a file is called after: `pet.v2` of `pet.v2.schema.yaml`."""
    return PurePosixPath(file).stem.removesuffix(".schema")
