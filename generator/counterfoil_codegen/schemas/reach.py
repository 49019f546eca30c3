"""Which schemas lead to a schema of some kind, through what is in them and what they refer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from counterfoil_codegen.document import Loader, Node

ONE: Final = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
)
LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS: Final = ("properties", "patternProperties", "dependentSchemas")


class Reach:
    """Finds which schemas are, or lead to, one that *is_marked*; *within* says what is in each."""

    def __init__(
        self,
        loader: Loader,
        is_marked: Callable[[Node], bool],
        within: Callable[[Node], Iterator[Node]] | None = None,
    ) -> None:
        self._loader = loader
        self._is_marked = is_marked
        self._within = within or inner
        self._found: dict[Node, bool] = {}

    def leads(self, schema: Node) -> bool:
        """Whether *schema* is marked, or anything in it, or that it refers to."""
        if schema not in self._found:
            self._explore(schema)
        return self._found[schema]

    def _explore(self, start: Node) -> None:
        """Settle *start* and all that it leads to, which may be many, and in circles."""
        users: defaultdict[Node, list[Node]] = defaultdict(list)
        met: set[Node] = {start}
        waiting = [start]
        marked: list[Node] = []
        while waiting:
            node = waiting.pop()
            if self._is_marked(node):
                marked.append(node)
            for child in (*target_of(node, self._loader), *self._within(node)):
                if child in self._found:
                    marked += [node] if self._found[child] else []
                    continue
                users[child].append(node)
                if child not in met:
                    met.add(child)
                    waiting.append(child)
        self._found |= dict.fromkeys(met, False)
        while marked:
            node = marked.pop()
            if not self._found[node]:
                self._found[node] = True
                marked += users[node]


def target_of(schema: Node, loader: Loader) -> Iterator[Node]:
    """What the `$ref` of *schema* leads to, if it has one; what is wrong is told elsewhere."""
    target = loader.resolve(schema) if schema.get("$ref") is not None else None
    if target is not None:
        yield target


def inner(schema: Node) -> Iterator[Node]:
    """The schemas that stand in *schema*."""
    for keyword in ONE:
        child = schema.get(keyword)
        if child is not None:
            yield child
    for keyword in (*LISTS, *MAPS):
        yield from (child for _, child in members_of(schema, keyword))


def members_of(schema: Node, keyword: str) -> Iterator[tuple[str, Node]]:
    """The schemas in a keyword that holds several, by name or as a list."""
    holder = schema.get(keyword)
    if holder is not None:
        yield from holder.items()
        yield from (("", child) for child in holder.elements())
