"""CF17x: how much one API may ask of the machine; `[tool.counterfoil.limits]` raises each limit."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity


def _limit(rule_id: str, summary: str) -> Rule:
    return Rule(rule_id, Severity.ERROR, summary, if_waived="there is no such limit")


OPERATIONS: Final = _limit("CF171", "The documents of an API declare at most 2,000 operations.")
SCHEMAS: Final = _limit("CF172", "An API has at most 10,000 schemas that become models.")
STEPS: Final = _limit(
    "CF175", "To check a part of a value against its schema takes at most 10,000 steps."
)
SECONDS: Final = _limit("CF173", "Generating an API takes at most 60 seconds of the processor.")
NESTING: Final = Rule(
    "CF176", Severity.ERROR, "What an API is made of nests no deeper than can be followed."
)
MEMORY: Final = _limit("CF174", "Generating an API takes at most 1,024 MiB of memory.")
