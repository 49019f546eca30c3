"""Which properties go one way only, and which schemas differ because of them."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.schemas.reach import Reach, members_of, target_of

_READ_ONLY: Final = "readOnly"
_WRITE_ONLY: Final = "writeOnly"


class OneWay:
    """What `readOnly` and `writeOnly` say, of the schemas of one API."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._marked = Reach(loader, self._has_marks)

    def differs(self, schema: Node) -> bool:
        """Whether requests and responses have *schema*, or what is in it, in different shapes."""
        return self._marked.leads(schema)

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
            for name, child in members_of(node, "properties"):
                if self._is_marked(child, keyword):
                    found.add(name)
            waiting += target_of(node, self._loader)
            waiting += [child for _, child in members_of(node, "allOf")]
        return frozenset(found)

    def _has_marks(self, schema: Node) -> bool:
        return any(
            self._is_marked(child, _READ_ONLY) or self._is_marked(child, _WRITE_ONLY)
            for _, child in members_of(schema, "properties")
        )

    def _is_marked(self, schema: Node, keyword: str) -> bool:
        seen = [schema]
        for node in seen:
            if node.boolean(keyword):
                return True
            seen += [target for target in target_of(node, self._loader) if target not in seen]
        return False
