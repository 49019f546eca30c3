"""CF280 to CF289: what is written where something else is meant."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

WRONG_KIND: Final = Rule(
    "CF280",
    Severity.WARNING,
    "A $ref leads to an object of the kind that belongs in its place.",
)
NEAR_MISS: Final = Rule(
    "CF281",
    Severity.WARNING,
    "A required name, or a format, is not almost that of a property, or one that is typed.",
)
REPEATED_PARAMETER: Final = Rule(
    "CF282",
    Severity.WARNING,
    "An operation, or a path item, lists each parameter once; or else the last one counts.",
)
