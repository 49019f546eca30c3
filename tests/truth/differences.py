"""Where our verdict is meant to differ from JSON Schema's, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.truth.schemas import Json, Schema
from tests.truth.verdicts import Verdict

_OF_OBJECTS: Final = frozenset(
    ("required", "properties", "propertyNames", "patternProperties", "dependentRequired")
)
_SAYS_TYPE: Final = frozenset(("type", "$ref", "const", "enum"))


def _is_object_by_keyword(verdict: Verdict) -> bool:
    return not verdict.ours and any(
        _OF_OBJECTS & each.keys() and not _SAYS_TYPE & each.keys()
        for each in _inside(verdict.schema)
    )


def _is_outside_of_patterns(verdict: Verdict) -> bool:
    return not verdict.ours and any(
        "patternProperties" in each and "additionalProperties" not in each
        for each in _inside(verdict.schema)
    )


def _inside(schema: Json) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _inside(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _inside(each)


REASONS: Final[Mapping[str, Callable[[Verdict], bool]]] = {
    "a schema without a type that speaks of objects alone is one of objects": _is_object_by_keyword,
    "properties that no pattern names are as those that one names": _is_outside_of_patterns,
}
"""Each difference that is meant: its reason, and which verdicts it explains."""


def reason(verdict: Verdict) -> str | None:
    """Why the verdicts differ; None if nobody knows."""
    return next((why for why, explains in REASONS.items() if explains(verdict)), None)
