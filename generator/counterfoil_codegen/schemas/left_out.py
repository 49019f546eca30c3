"""Patterns that no contract holds texts against, and what that changes around them.

A schema without its pattern fits more. Where fitting more would have a value refused, what refuses
it is left out too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader, Node
from counterfoil_codegen.patterns import pattern_problem
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.reach import Reach, members_of
from counterfoil_codegen.schemas.shapes import NOT_ENFORCED, JsonSchema

_OF_ONE: Final = ("not", "if", "then", "else")
_OF_SEVERAL: Final = ("allOf", "anyOf", "oneOf", "dependentSchemas")


class LeftOut:
    """Finds the patterns that are left out, and loosens the schemas that they stand in."""

    def __init__(self, loader: Loader) -> None:
        self._lacking = Reach(loader, _lacks_a_pattern)
        self._forgetting = Reach(loader, self._forgets_keys, _of_the_same)
        self._seen: set[Node] = set()

    def loosen(self, found: JsonSchema, node: Node) -> None:
        """Take from *found*, which is made of *node*, what would refuse what *node* allows."""
        self._seen.add(node)
        if not self._lacking.leads(node):
            return
        if self._is_lacking(node, "not"):
            found.pop("not", None)
        if self._is_lacking(node, "if"):
            for keyword in ("if", "then", "else"):
                found.pop(keyword, None)
        if self._is_lacking(node, "contains"):
            found.pop("maxContains", None)
        if "oneOf" in found and any(
            self._lacking.leads(each) for _, each in members_of(node, "oneOf")
        ):
            alternatives = found.pop("oneOf")
            found.setdefault("anyOf", alternatives)
        if _lacks_a_key(node):
            found.pop("additionalProperties", None)
        if self._forgetting.leads(node):
            for keyword in ("unevaluatedProperties", "unevaluatedItems"):
                found.pop(keyword, None)

    def report(self, diagnostics: Diagnostics) -> None:
        """Report the patterns that contracts alone would hold texts against."""
        for node in self._seen:
            pattern = node.get("pattern")
            problem = _problem(pattern)
            if pattern is not None and problem and not {*NOT_ENFORCED}.isdisjoint(node.pointer):
                diagnostics.report(
                    rules.PATTERN,
                    pattern,
                    problem,
                    "write one that the linear-time engine takes, or check it in the handler",
                )

    def _is_lacking(self, node: Node, keyword: str) -> bool:
        child = node.get(keyword)
        return child is not None and self._lacking.leads(child)

    def _forgets_keys(self, node: Node) -> bool:
        """Whether properties or items that *node* speaks of are not known to be spoken of."""
        return _lacks_a_key(node) or self._is_lacking(node, "if")


def _of_the_same(schema: Node) -> Iterator[Node]:
    """The schemas in *schema* of the very value that it is of."""
    for keyword in _OF_ONE:
        child = schema.get(keyword)
        if child is not None:
            yield child
    for keyword in _OF_SEVERAL:
        yield from (child for _, child in members_of(schema, keyword))


def _lacks_a_pattern(node: Node) -> bool:
    return _problem(node.get("pattern")) is not None or _lacks_a_key(node)


def _lacks_a_key(node: Node) -> bool:
    return any(pattern_problem(name) for name, _ in members_of(node, "patternProperties"))


def _problem(pattern: Node | None) -> str | None:
    value = None if pattern is None else pattern.value
    return pattern_problem(value) if isinstance(value, str) else None
