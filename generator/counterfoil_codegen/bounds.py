"""Bounds of JSON Schema (validation, section 6) as the runtime's validators take them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

NUMERIC: Final = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
COUNTS: Final = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
)
# pydantic-core counts in machine words. Nothing is that long, so that it is as good as any more.
_LARGEST_COUNT: Final = 2**63 - 1


def read_bound(keyword: str, value: object) -> int | float | None:
    """The bound *value* of *keyword*, an integral float made an int; None if it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if keyword in COUNTS:
        is_count = number >= 0 and isinstance(number, int)
        return min(number, _LARGEST_COUNT) if is_count else None
    return None if keyword == "multipleOf" and number <= 0 else number


def whole_bounds(bounds: Mapping[str, int | float]) -> dict[str, int]:
    """Bounds of a number as bounds of an integer: those that the same integers fit."""
    return {keyword: _whole(keyword, value) for keyword, value in bounds.items()}


def _whole(keyword: str, value: float) -> int:
    if keyword == "multipleOf":
        return Fraction(repr(value)).numerator  # an integer is a multiple of 3/2 if it is one of 3
    return math.ceil(value) if keyword in ("minimum", "exclusiveMaximum") else math.floor(value)
