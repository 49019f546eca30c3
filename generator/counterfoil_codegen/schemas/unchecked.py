"""The schemas that no contract holds values against.

They are those of the answers to what an API sends by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.reach import inner, target_of
from counterfoil_codegen.schemas.shapes import NOT_ENFORCED, STRUCTURAL


class Unchecked:
    """Collects these schemas, and reports what their models leave unchecked."""

    def __init__(self, loader: Loader, dialects: Dialects) -> None:
        self._loader = loader
        self._dialects = dialects
        self._seen: set[Node] = set()

    def __contains__(self, schema: Node) -> bool:
        return schema in self._seen

    def add(self, schema: Node) -> None:
        """Note that models alone check values of *schema*, and of all that it leads to."""
        waiting = [schema]
        while waiting:
            node = waiting.pop()
            if node not in self._seen:
                self._seen.add(node)
                waiting += (*target_of(node, self._loader), *inner(node))

    def report(self, diagnostics: Diagnostics) -> None:
        """Report each keyword that models do not check, and each property that nothing fits."""
        for node in self._seen:
            for keyword in NOT_ENFORCED:
                if node.get(keyword) is not None:
                    _report(diagnostics, node.get(keyword) or node, repr(keyword))
            if node.value is False and node.pointer[-2:-1] == ("properties",):
                _report(diagnostics, node, "the schema 'false'")
            for key in self._beside_reference(node):
                _report(diagnostics, node.get(key) or node, f"{key!r} beside $ref")

    def _beside_reference(self, node: Node) -> Iterator[str]:
        """What stands beside a `$ref` and would narrow it; a repetition is harmless."""
        if self._dialects.of(node).nullable_keyword:
            return
        for target in target_of(node, self._loader):
            for key in sorted({name for name, _ in node.items()} & STRUCTURAL - {*NOT_ENFORCED}):
                said, own = node.get(key), target.get(key)
                if said is not None and (own is None or own.value != said.value):
                    yield key


def _report(diagnostics: Diagnostics, node: Node, what: str) -> None:
    diagnostics.report(
        rules.SCHEMA_KEYWORD,
        node,
        f"{what} is not enforced in answers to webhooks: values that break it are let through",
        f'check it in the handler, and waive = ["{rules.SCHEMA_KEYWORD.id}"]',
    )
