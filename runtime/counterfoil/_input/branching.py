"""How often pydantic would look at the parts of a value, where alternatives stand in alternatives.

Of a union without a discriminator every member is tried, and in each again every member of what
stands inside: twice two is four, and a value that nests 30 levels deep is looked at a billion
times. A few hundred bytes would then hold the server for hours. So the steps are counted before
they are made, each pair of a type and a value once, where a type can branch so at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from counterfoil._input.json_values import JsonValidator

if TYPE_CHECKING:
    from counterfoil._input.wire import Schema

__all__ = ["MOST_STEPS", "json_validator"]

MOST_STEPS: Final = 100_000
"""Steps that any value may take; beyond them, `STEPS_PER_BYTE` for each byte of it."""
STEPS_PER_BYTE: Final = 2

_FEW: Final = 256  # ways to one part of a value, that no one needs to count
# What these hold is read instead of them.
_TRANSPARENT: Final = {
    **dict.fromkeys(("definitions", "nullable", "default", "model", "custom-error"), "schema"),
    **dict.fromkeys(("function-after", "function-before", "function-wrap"), "schema"),
    "json-or-python": "json_schema",
    "lax-or-strict": "strict_schema",
    "model-field": "schema",
}
_ELEMENTS: Final = {
    **dict.fromkeys(("list", "set", "frozenset", "generator"), "items_schema"),
    "dict": "values_schema",
    "model-fields": "extras_schema",
}


def json_validator(adapter: TypeAdapter[object]) -> JsonValidator:
    """The validator of *adapter*; where its type branches much, one that counts steps first."""
    steps = _Steps(cast("Schema", adapter.core_schema))
    return _Counting(adapter.validator, steps) if steps.may_be_many() else adapter.validator


class _Counting:
    """Refuses what would take too many steps, and has the rest validated."""

    def __init__(self, validator: JsonValidator, steps: _Steps) -> None:
        self._validator = validator
        self._steps = steps

    def validate_json(
        self, data: bytes, /, *, strict: bool, by_alias: bool, by_name: bool
    ) -> object:
        if self._steps.of(json.loads(data)) > MOST_STEPS + STEPS_PER_BYTE * len(data):
            fault = PydanticCustomError("too_many_alternatives", _REFUSAL)
            raise ValidationError.from_exception_data("value", [{"type": fault, "input": None}])
        return self._validator.validate_json(
            data, strict=strict, by_alias=by_alias, by_name=by_name
        )


_REFUSAL: Final = "Input nests alternatives in alternatives too deeply"


class _Steps:
    """Counts the steps that values of one type take."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._named = {str(each["ref"]): each for each in _all(schema) if "ref" in each}

    def of(self, value: object) -> int:
        """How many steps *value*, of JSON, takes; at least."""
        return self._count(self._schema, value, {})

    def may_be_many(self) -> bool:
        """Whether there are values of more steps than a small multiple of their size."""
        ways = {name: list(self._ways(each)) for name, each in self._named.items()}
        ways[""] = list(self._ways(self._schema))
        edges = {name: {target for _, target in found if target} for name, found in ways.items()}
        for name, found in ways.items():
            if any(n > 1 and t and name in _reached(t, edges) for n, t in found):
                return True
        return self._widest("", ways, {}) > _FEW

    def _ways(self, schema: Schema) -> Iterator[tuple[int, str]]:
        """The types that *schema* names, each by how many ways; and an empty name at each end."""
        schema = _opened(schema)
        if schema["type"] == "definition-ref":
            yield 1, str(schema["schema_ref"])
            return
        factor = sum(map(_holds_more, _choices(schema))) if schema["type"] == "union" else 1
        yield max(factor, 1), ""
        for each in _children(schema):
            yield from ((max(factor, 1) * count, target) for count, target in self._ways(each))

    def _widest(
        self, name: str, ways: Mapping[str, list[tuple[int, str]]], known: dict[str, int]
    ) -> int:
        """The most ways to one part below the type *name*; what leads back to itself adds none."""
        if name not in known:
            known[name] = 1
            known[name] = max(
                count * (self._widest(target, ways, known) if target else 1)
                for count, target in ways[name]
            )
        return known[name]

    def _count(self, schema: Schema, value: object, known: dict[tuple[int, int], int]) -> int:
        schema = _opened(schema)
        while schema["type"] == "definition-ref":
            schema = _opened(self._named[str(schema["schema_ref"])])
        key = id(schema), id(value)
        if key not in known:
            known[key] = 1 + sum(
                self._count(each, part, known) for each, part in _parts(schema, value)
            )
        return known[key]


def _parts(schema: Schema, value: object) -> Iterator[tuple[Schema, object]]:
    """What is validated of *value* in the next step, and by what."""
    kind = schema["type"]
    if kind in ("union", "tagged-union"):
        yield from ((each, value) for each in _choices(schema))
    elif isinstance(value, list) and kind in _ELEMENTS:
        inner = schema.get("items_schema")
        yield from ((cast("Schema", inner), each) for each in value if inner is not None)
    elif isinstance(value, dict) and kind in _ELEMENTS:
        fields = _fields(schema)
        rest = schema.get(_ELEMENTS[str(kind)])
        for name, each in value.items():
            found = fields.get(name, rest)
            if found is not None:
                yield cast("Schema", found), each


def _fields(schema: Schema) -> Mapping[str, Schema]:
    """The fields of a model by their names in JSON."""
    fields = cast("Mapping[str, Schema]", schema.get("fields", {}))
    return {str(field.get("validation_alias", name)): field for name, field in fields.items()}


def _choices(schema: Schema) -> list[Schema]:
    found = schema["choices"]
    choices = found.values() if isinstance(found, dict) else cast("Sequence[object]", found)
    return [cast("Schema", each[0] if isinstance(each, tuple) else each) for each in choices]


def _opened(schema: Schema) -> Schema:
    while (key := _TRANSPARENT.get(str(schema["type"]))) is not None:
        schema = cast("Schema", schema[key])
    return schema


def _holds_more(schema: Schema) -> bool:
    """Whether a value of this type may have parts."""
    kind = _opened(schema)["type"]
    return kind in (*_ELEMENTS, "definition-ref", "union", "tagged-union")


def _children(schema: Schema) -> Iterator[Schema]:
    """The schemas of what is in a value, and those of its alternatives."""
    if "choices" in schema:
        yield from _choices(schema)
    yield from _fields(schema).values() if schema["type"] == "model-fields" else ()
    inner = schema.get(_ELEMENTS.get(str(schema["type"]), ""))
    if inner is not None:
        yield cast("Schema", inner)


def _all(schema: Schema) -> Iterator[Schema]:
    """*schema*, what it defines, and all that is in them."""
    yield schema
    yield from (
        found
        for each in cast("Sequence[Schema]", schema.get("definitions", ()))
        for found in _all(each)
    )
    key = _TRANSPARENT.get(str(schema["type"]))
    inner = [cast("Schema", schema[key])] if key is not None else _children(schema)
    yield from (found for each in inner for found in _all(each))


def _reached(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    """The names that *start* leads to, and itself."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found
