"""Which patterns the runtime can run: those of pydantic-core's Rust engine, in linear time."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

from counterfoil_codegen.pattern_extent import extent

_LOOK_AROUND: Final = ("(?=", "(?!", "(?<=", "(?<!")
# Each place may cost up to 50 nanoseconds for each character of a text: these come to a second, for
# 20,000 characters of any text, or for all of one that fits a pattern which ends.
_MOST_PLACES: Final = 1_000
_MOST_STEPS: Final = 20_000_000


@lru_cache(maxsize=4096)
def pattern_problem(pattern: str) -> str | None:
    """Why *pattern* cannot be used, or None if it can.

    Look-around and back-references would need a backtracking engine, whose time a client could make
    grow without bound. Time that is linear is bounded too: by what the pattern comes to.
    """
    try:
        _validator(pattern)
    except SchemaError:
        if any(mark in pattern for mark in _LOOK_AROUND):
            return "the pattern looks around, which the runtime's linear-time engine does not do"
        return "the pattern does not compile in the runtime's regex engine"
    found, is_anchored = extent(pattern)
    if found.places > _MOST_PLACES and not (
        is_anchored and found.places * found.longest <= _MOST_STEPS
    ):
        return (
            f"the pattern has more than {_MOST_PLACES:,} places once its counts are written out, "
            "which takes too long for a long text"
        )
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether *text* has the pattern somewhere in it, as the runtime sees it.

    Not, if to find out would take many seconds, in which nothing can interrupt the engine.
    """
    if len(text) * extent(pattern)[0].places > 10 * _MOST_STEPS:
        return False
    try:
        _validator(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


def _validator(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
