"""What is wrong with the value of a schema's keyword, and what to write in its place."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from counterfoil_codegen.bounds import COUNTS

_TYPES: Final = ("string", "number", "integer", "boolean", "array", "object", "null")
# What types are called elsewhere.
_MEANT: Final = {
    "bool": "boolean",
    "dict": "object",
    "double": "number",
    "file": "string",
    "float": "number",
    "int": "integer",
    "list": "array",
    "long": "integer",
    "map": "object",
    "none": "null",
    "str": "string",
    "text": "string",
}
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding in words."""

    message: str
    cure: str


def type_fault(given: object) -> Fault:
    """What is wrong with *given* as the value of `type`, which names no types."""
    for name in given if isinstance(given, list | tuple) else [given]:
        if name is None:
            return Fault(
                "null without quotes is no type; this one counts for nothing", 'write "null"'
            )
        if isinstance(name, str) and name not in _TYPES:
            return Fault(f"{name!r:.60} is no type; it counts for nothing", _type_cure(name))
    return Fault("a type is a name, or a list of names; this one counts for nothing", _of_seven())


def bound_fault(keyword: str, given: object) -> Fault:
    """What is wrong with *given* as the value of *keyword*, a bound or a pattern."""
    if keyword == "pattern":
        return Fault("a pattern must be a string", "write it in quotes")
    if keyword in COUNTS:
        return Fault(f"{keyword} must be a whole number, from 0 on", f"write {keyword}: 10")
    if keyword == "multipleOf":
        return Fault(f"{keyword} must be a number above 0", f"write {keyword}: 10")
    if keyword.startswith("exclusive") and isinstance(given, bool):
        beside = keyword.removeprefix("exclusive").lower()
        return Fault(
            f"{keyword} must be the bound itself, from OpenAPI 3.1 on, not a boolean",
            f"write the bound in it, such as {keyword}: 10, and no {beside}"
            if given
            else f"remove it: {beside} alone is not exclusive",
        )
    return Fault(f"{keyword} must be a number", f"write {keyword}: 10, without quotes")


def _type_cure(name: str) -> str:
    near = [_MEANT[name.lower()]] if name.lower() in _MEANT else None
    near = near or get_close_matches(name.lower()[:_LONGEST], _TYPES, 1)
    return f"did you mean {near[0]!r}?" if near else _of_seven()


def _of_seven() -> str:
    return f"write {', '.join(_TYPES[:-1])} or {_TYPES[-1]}"
