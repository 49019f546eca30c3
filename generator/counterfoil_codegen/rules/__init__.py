"""Every rule that a diagnostic can speak of, by area."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule
from counterfoil_codegen.rules import (
    answers,
    api,
    bodies,
    budget,
    oddities,
    project,
    reading,
    sequences,
    spelling,
)

_AREAS: Final = (
    reading,
    budget,
    answers,
    api,
    bodies,
    oddities,
    project,
    sequences,
    spelling,
)
ALL: Final[tuple[Rule, ...]] = tuple(
    sorted(
        {rule for area in _AREAS for rule in vars(area).values() if isinstance(rule, Rule)},
        key=lambda rule: rule.id,
    )
)

__all__ = ["ALL"]
