"""Reads the documents of a spec as plain values: in place of each `$ref` is what it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node

Members = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Written:
    """An operation as its document has it."""

    id: str
    path: str
    parameters: tuple[Members, ...]  # its own, and those of its path
    body: Members | None  # the request body object


class Documents:
    """The OpenAPI documents of a spec, a file or a folder below *root*."""

    def __init__(self, root: Path, spec: str) -> None:
        self._loader = Loader(root, Diagnostics())
        self._files = self._loader.find(root / spec)
        self._whole = Whole(self._loader)

    def operations(self) -> Iterator[Written]:
        """Every operation of every document."""
        for file in self._files:
            root = self._loader.load(file)
            assert root is not None
            for path, item in members(self._whole.of(root), "paths").items():
                shared = elements(members(item), "parameters")
                for operation in map(members, members(item).values()):
                    if isinstance(id_ := operation.get("operationId"), str):
                        listed = (*shared, *elements(operation, "parameters"))
                        body = operation.get("requestBody")
                        yield Written(
                            id_,
                            path,
                            tuple(map(members, listed)),
                            None if body is None else members(body),
                        )


class Whole:
    """Puts what it leads to in the place of each `$ref`."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._whole: dict[Node, JsonValue] = {}

    def of(self, node: Node) -> JsonValue:
        """The value at *node*. What refers to itself is a value that holds itself."""
        if node in self._whole:
            return self._whole[node]
        if isinstance(node.value, list):
            listed: list[JsonValue] = []
            self._whole[node] = listed
            listed += map(self.of, node.elements())
            return listed
        if not isinstance(node.value, dict):
            return node.value
        mapping: dict[str, JsonValue] = {}
        self._whole[node] = mapping
        reference = node.get("$ref")
        if reference is not None and isinstance(reference.value, str):
            target = self._loader.follow(reference)
            # An example may hold a `$ref` that is no reference of the document.
            mapping |= {"$ref": reference.value} if target is None else members(self.of(target))
        mapping |= {name: self.of(each) for name, each in node.items() if name != "$ref"}
        return mapping


def members(value: JsonValue | Members, key: str | None = None) -> Members:
    """The mapping *value*, or the one under *key* in it; an empty one if there is none."""
    found = value if key is None else members(value).get(key)
    return found if isinstance(found, Mapping) else {}


def elements(value: Members, key: str) -> list[JsonValue]:
    """The list under *key* in *value*; an empty one if there is none."""
    found = value.get(key)
    return found if isinstance(found, list) else []
