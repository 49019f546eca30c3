"""Which patterns the runtime can run: those of pydantic-core's Rust engine, in linear time."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

_LOOK_AROUND: Final = ("(?=", "(?!", "(?<=", "(?<!")


@lru_cache(maxsize=4096)
def pattern_problem(pattern: str) -> str | None:
    """Why *pattern* cannot be used, or None if it can.

    Look-around and back-references would need a backtracking engine, whose time a client could make
    grow without bound.
    """
    try:
        _validator(pattern)
    except SchemaError:
        if any(mark in pattern for mark in _LOOK_AROUND):
            return "the pattern looks around, which the runtime's linear-time engine does not do"
        return "the pattern does not compile in the runtime's regex engine"
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether *text* has the pattern somewhere in it, as the runtime sees it."""
    try:
        _validator(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


def _validator(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
