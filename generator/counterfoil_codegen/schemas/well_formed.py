"""Whether a keyword's value is one that JSON Schema gives it a meaning for."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.bounds import COUNTS, NUMERIC, read_bound
from counterfoil_codegen.schemas.reach import ONE

_TYPES: Final = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))


def is_well_formed(keyword: str, value: object) -> bool:
    """Whether a validator can take *value* for *keyword* (JSON Schema 2020-12, validation, 6).

    What a validator cannot take is reported where models are made, and counts for nothing.
    """
    if keyword == "type":
        names = value if isinstance(value, list) else [value]
        return all(isinstance(name, str) and name in _TYPES for name in names)
    if keyword == "enum":
        return isinstance(value, list) and bool(value)
    if keyword == "uniqueItems":
        return isinstance(value, bool)
    if keyword == "dependentRequired":
        return isinstance(value, dict) and all(map(_is_names, value.values()))
    if keyword in ("minContains", "maxContains"):
        return read_bound("minItems", value) is not None
    if keyword in NUMERIC | COUNTS:
        return read_bound(keyword, value) is not None
    return keyword not in ONE or isinstance(value, bool | dict)


def is_schema(value: object) -> bool:
    """Whether *value* is a schema, of types that JSON Schema has if it names any."""
    if isinstance(value, dict):
        return is_well_formed("type", value.get("type", []))
    return isinstance(value, bool)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
