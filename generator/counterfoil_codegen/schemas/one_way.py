"""Which properties go one way only, and which schemas differ because of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from counterfoil_codegen.document import Loader, Node

_READ_ONLY, _WRITE_ONLY = "readOnly", "writeOnly"
_ONE = ("additionalProperties", "items")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties")


class OneWay:
    """What `readOnly` and `writeOnly` say, of the schemas of one API."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._differs: dict[Node, bool] = {}

    def differs(self, schema: Node) -> bool:
        """Whether requests and responses have *schema*, or what is in it, in different shapes."""
        if schema not in self._differs:
            self._explore(schema)
        return self._differs[schema]

    def omitted(self, schema: Node, *, is_request: bool) -> frozenset[str]:
        """The properties that *schema*, or a schema it is composed of, leaves out of one way."""
        keyword = _READ_ONLY if is_request else _WRITE_ONLY
        found: set[str] = set()
        seen: set[Node] = set()
        waiting = [schema]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            for name, child in _members(node, "properties"):
                if self._is_marked(child, keyword):
                    found.add(name)
            waiting += self._targets(node)
            waiting += [child for _, child in _members(node, "allOf")]
        return frozenset(found)

    def _explore(self, start: Node) -> None:
        """Settle *start* and all that it leads to, which may be many, and in circles."""
        users: defaultdict[Node, list[Node]] = defaultdict(list)
        met: set[Node] = {start}
        waiting = [start]
        marked: list[Node] = []
        while waiting:
            node = waiting.pop()
            if self._has_marks(node):
                marked.append(node)
            for child in (*self._targets(node), *_inner(node)):
                if child in self._differs:
                    marked += [node] if self._differs[child] else []
                    continue
                users[child].append(node)
                if child not in met:
                    met.add(child)
                    waiting.append(child)
        self._differs |= dict.fromkeys(met, False)
        while marked:
            node = marked.pop()
            if not self._differs[node]:
                self._differs[node] = True
                marked += users[node]

    def _has_marks(self, schema: Node) -> bool:
        return any(
            self._is_marked(child, _READ_ONLY) or self._is_marked(child, _WRITE_ONLY)
            for _, child in _members(schema, "properties")
        )

    def _is_marked(self, schema: Node, keyword: str) -> bool:
        seen = [schema]
        for node in seen:
            if node.boolean(keyword):
                return True
            seen += [target for target in self._targets(node) if target not in seen]
        return False

    def _targets(self, schema: Node) -> Iterator[Node]:
        """What the `$ref` of *schema* leads to, if it has one; what is wrong is told elsewhere."""
        target = self._loader.resolve(schema) if schema.get("$ref") is not None else None
        if target is not None:
            yield target


def _inner(schema: Node) -> Iterator[Node]:
    """The schemas that stand in *schema*."""
    for keyword in _ONE:
        child = schema.get(keyword)
        if child is not None:
            yield child
    for keyword in (*_LISTS, *_MAPS):
        yield from (child for _, child in _members(schema, keyword))


def _members(schema: Node, keyword: str) -> Iterator[tuple[str, Node]]:
    holder = schema.get(keyword)
    if holder is not None:
        yield from holder.items()
        yield from (("", child) for child in holder.elements())
