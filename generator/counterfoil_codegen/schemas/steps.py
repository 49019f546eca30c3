"""How many schemas one part of a value is held against, where schemas are made of one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from counterfoil_codegen.schemas.shapes import JsonSchema

_ONE: Final = ("not", "if", "then", "else")
_LISTS: Final = ("allOf", "anyOf", "oneOf")
_MOST: Final = 10**9  # beyond it nobody counts: forty levels of two come to a million millions
_REFERENCES: Final = "#/$defs/"


class Steps:
    """Counts them for schemas that refer to each other by their names in *schemas*."""

    def __init__(self, schemas: Mapping[str, JsonSchema]) -> None:
        self._schemas = schemas
        self._known: dict[str, int] = {}

    def of(self, name: str) -> int:
        """The steps of the schema *name*, each other as often as it is met.

        One that leads back to itself, with nothing of a value between, is reported elsewhere.
        """
        if name not in self._known:
            self._known[name] = 0
            self._known[name] = self._count(self._schemas[name])
        return self._known[name]

    def _count(self, schema: object) -> int:
        if not isinstance(schema, dict):
            return 1
        reference = schema.get("$ref")
        count = self.of(reference.removeprefix(_REFERENCES)) if isinstance(reference, str) else 0
        return min(_MOST, 1 + count + sum(map(self._count, _inner(schema))))


def _inner(schema: Mapping[str, object]) -> Iterator[object]:
    """The schemas in *schema* that are about the same part of a value."""
    yield from (schema[keyword] for keyword in _ONE if keyword in schema)
    for keyword in _LISTS:
        listed = schema.get(keyword)
        yield from listed if isinstance(listed, list) else ()
    dependent = schema.get("dependentSchemas")
    yield from dependent.values() if isinstance(dependent, dict) else ()
