"""What the models do not express of a schema, as findings at the place in the spec."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Rule
from counterfoil_codegen.document import Node
from counterfoil_codegen.models import Kind, Problem
from counterfoil_codegen.rules import api

# Each kind's rule, and what to do about it.
_VERDICTS: Final[Mapping[Kind, tuple[Rule, str]]] = {
    Kind.PATTERN: (
        api.PATTERN,
        "write one that the linear-time engine takes, or check it in the handler",
    ),
    Kind.DEFAULT: (api.SCHEMA_DEFAULT, "give a default that its own schema allows"),
    Kind.CONFLICT: (api.SCHEMA_CONFLICT, "let the parts of the schema agree"),
    Kind.LOOP: (api.SCHEMA_LOOP, "let the schema say something beyond its reference to itself"),
    Kind.UNENFORCED: (api.SCHEMA_KEYWORD, "check it in the handler, if it matters"),
    Kind.MALFORMED: (api.BAD_SCHEMA, "see JSON Schema 2020-12 for what the keyword takes"),
}


class ModelFindings:
    """Takes problems of models, and reports them where the schemas stand."""

    def __init__(
        self, places: Mapping[str, Node], unchecked: AbstractSet[str], diagnostics: Diagnostics
    ) -> None:
        self._places = places
        self._unchecked = unchecked
        self._diagnostics = diagnostics

    def report(self, problem: Problem) -> None:
        """Report *problem* at the deepest part of its schema that the spec has itself.

        What a model does not enforce is left to contracts, where there are some.
        """
        if problem.kind is Kind.UNENFORCED and problem.component not in self._unchecked:
            return
        node = self._places[problem.component]
        for token in problem.pointer:
            node = node.get(token) or _element(node, token) or node
        rule, cure = _VERDICTS[problem.kind]
        message = f"{problem.message} (in {problem.component})"
        self._diagnostics.report(rule, node, message, problem.cure or cure)


def _element(node: Node, token: str) -> Node | None:
    return node.element(int(token)) if token.isdecimal() and token.isascii() else None
