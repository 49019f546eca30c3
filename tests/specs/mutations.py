"""What a request is not to be: each mutation breaks one thing that the spec demands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from counterfoil_codegen.document import JsonValue

from tests.specs.documents import Members, Written, elements, members
from tests.specs.examples import Example, merged, types

# Of each type, or of two.
_SAMPLES: Final[tuple[JsonValue, ...]] = (None, True, 1, 1.5, "1", "text", ["text"], {"x": 1})


@dataclass(frozen=True, slots=True)
class Mutation:
    """A request that is to be refused."""

    place: str  # body.auth.type: what the refusal names
    fault: str
    example: Example


def mutations(operation: Written, example: Example) -> Iterator[Mutation]:
    """Each way in which *example* may break what *operation* demands of it."""
    for parameter in operation.parameters:
        yield from _of_parameter(parameter, example)
    if operation.body is None or example.media_type != "application/json":
        return
    if operation.body.get("required") is True:
        yield Mutation("body", "missing", replace(example, media_type=None, body=None))
    schema = members(members(operation.body, "content")[example.media_type], "schema")
    for place, fault, value in _broken(members(schema), example.body):
        name = ".".join(("body", *place))
        yield Mutation(name, fault, replace(example, body=value))


def _of_parameter(parameter: Members, example: Example) -> Iterator[Mutation]:
    place, name = str(parameter["in"]), str(parameter["name"])
    shown = f"{place}.{name}"
    if parameter.get("required") is True and place != "path":
        yield Mutation(shown, "missing", example.without(place, name))
    schema = merged(members(parameter, "schema"))
    if {"integer", "number", "boolean"}.intersection(types(schema)):
        yield Mutation(shown, "wrong type", example.having(place, name, "text"))
    for fault, value in _out_of_bounds(schema):
        if value != "":  # which is no value of a path, and none of a query for many
            yield Mutation(shown, fault, example.having(place, name, value))


def _broken(schema: Members, value: JsonValue) -> Iterator[tuple[tuple[str, ...], str, JsonValue]]:
    """Where *value* may break *schema*, how, and what it is then."""
    flat = merged(schema)
    if "oneOf" in flat or "anyOf" in flat:
        return
    for wrong in _of_other_types(flat):
        yield (), "wrong type", wrong
    for fault, wrong in _out_of_bounds(flat):
        yield (), fault, wrong
    if isinstance(value, dict):
        for name in dict.fromkeys(map(str, elements(flat, "required"))):
            yield (name,), "missing", {key: one for key, one in value.items() if key != name}
        for name, part in members(flat, "properties").items():
            for place, fault, wrong in _broken(members(part), value[name]) if name in value else ():
                yield (name, *place), fault, {**value, name: wrong}
    if isinstance(value, list) and value:
        for place, fault, wrong in _broken(members(flat, "items"), value[0]):
            yield ("0", *place), fault, [wrong, *value[1:]]


def _of_other_types(schema: Members) -> Iterator[JsonValue]:
    admitted = types(schema)
    if admitted:
        yield from (one for one in _SAMPLES if not any(_is(one, kind) for kind in admitted))


def _is(value: JsonValue, kind: str) -> bool:
    """Whether *value* is of the type *kind* (JSON Schema 2020-12, validation, section 6.1.1)."""
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _out_of_bounds(schema: Members) -> Iterator[tuple[str, JsonValue]]:
    if "enum" in schema and types(schema) == ["string"]:
        yield "not in the enum", "no such member"
    for bound, step in (("minimum", -1), ("maximum", 1)):
        if isinstance(limit := schema.get(bound), int):
            yield f"beyond the {bound}", limit + step
    if isinstance(longest := schema.get("maxLength"), int):
        yield "too long", "x" * (longest + 1)
    if isinstance(shortest := schema.get("minLength"), int) and shortest:
        yield "too short", "x" * (shortest - 1)
    if isinstance(pattern := schema.get("pattern"), str):
        yield from (("not of the pattern", one) for one in ("", "~") if not re.search(pattern, one))
    if isinstance(most := schema.get("maxItems"), int):
        yield "too many items", ["x"] * (most + 1)
    if isinstance(least := schema.get("minItems"), int) and least:
        yield "too few items", []
