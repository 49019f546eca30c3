"""Requests made of the examples that a spec itself gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final
from urllib.parse import quote, urlencode

from counterfoil_codegen.document import JsonValue

from tests.specs.documents import Members, Written, elements, members
from tests.specs.wellformed import Built

_PLAIN: Final[Mapping[str, JsonValue]] = {
    "string": "text",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "array": [],
    "null": None,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A request in values: each parameter by where it travels and its name, and the body."""

    parameters: Mapping[tuple[str, str], JsonValue]
    media_type: str | None = None  # None: no body
    body: JsonValue = None

    def without(self, place: str, name: str) -> Example:
        """The same, but for one parameter."""
        kept = {key: value for key, value in self.parameters.items() if key != (place, name)}
        return replace(self, parameters=kept)

    def having(self, place: str, name: str, value: JsonValue) -> Example:
        """The same, but for the value of one parameter."""
        return replace(self, parameters={**self.parameters, (place, name): value})

    def sent(self, template: str) -> Built:
        """What is sent for it to the path *template*."""
        target = template
        query: list[tuple[str, str]] = []
        headers: dict[str, str] = {}
        for (place, name), value in self.parameters.items():
            texts = [_text(each) for each in value] if isinstance(value, list) else [_text(value)]
            if place == "path":
                target = target.replace(f"{{{name}}}", quote(",".join(texts), safe=""))
            elif place == "query":
                query += [(name, text) for text in texts]
            else:
                headers[name] = ",".join(texts)
        if self.media_type is not None:
            headers["Content-Type"] = self.media_type
        return Built(f"{target}?{urlencode(query)}" if query else target, headers, self._bytes())

    def _bytes(self) -> bytes:
        if self.media_type is None:
            return b""
        is_json = self.media_type == "application/json"
        return (json.dumps(self.body) if is_json else _text(self.body)).encode()


def examples(operation: Written) -> Iterator[Example]:
    """One request for each example of a body or a parameter, at least one.

    A parameter that is not required is left out if nothing exemplifies it.
    """
    given = {
        (str(one["in"]), str(one["name"])): list(_of_parameter(one)) for one in operation.parameters
    }
    bodies = list(_bodies(operation.body or {}))
    rounds = max([len(bodies), 1, *map(len, given.values())])
    for turn in range(rounds):
        parameters = {
            key: values[min(turn, len(values) - 1)] for key, values in given.items() if values
        }
        if bodies:
            yield Example(parameters, *bodies[min(turn, len(bodies) - 1)])
        else:
            yield Example(parameters)


def _of_parameter(parameter: Members) -> Iterator[JsonValue]:
    found = [*_own(parameter), *_of_schema(members(parameter, "schema"))]
    if not found and parameter.get("required") is True:
        found.append(made(members(parameter, "schema")))
    yield from found


def _bodies(body: Members) -> Iterator[tuple[str, JsonValue]]:
    for media_type, content in members(body, "content").items():
        schema = members(members(content), "schema")
        found = [*_own(members(content)), *_of_schema(schema)]
        for value in found or [made(schema)]:
            yield media_type, value


def _own(holder: Members) -> Iterator[JsonValue]:
    """The examples of a parameter or a media type (OpenAPI 3.1, sections 4.8.12 and 4.8.14)."""
    if "example" in holder:
        yield holder["example"]
    for named in members(holder, "examples").values():
        if "value" in members(named):
            yield members(named)["value"]


def _of_schema(schema: Members) -> Iterator[JsonValue]:
    """The examples of a schema, or what those of its properties make."""
    whole = [*([schema["example"]] if "example" in schema else []), *elements(schema, "examples")]
    if whole:
        yield from whole
        return
    flat = merged(schema)
    parts = {
        name: list(_of_schema(members(each))) for name, each in members(flat, "properties").items()
    }
    if any(parts.values()):
        for turn in zip_longest(*(each or [None] for each in parts.values())):
            yield _assembled(flat, parts, turn)
    elif items := members(flat, "items"):
        yield from ([each] for each in _of_schema(items))


def _assembled(
    schema: Members, parts: Mapping[str, list[JsonValue]], turn: tuple[JsonValue, ...]
) -> JsonValue:
    """An object with the examples of one *turn*; with the last of those that have fewer."""
    required = elements(schema, "required")
    whole: dict[str, JsonValue] = {}
    for (name, values), value in zip(parts.items(), turn, strict=True):
        if values:
            whole[name] = values[-1] if value is None else value
        elif name in required:
            whole[name] = made(members(members(schema, "properties")[name]))
    return whole


def made(schema: Members) -> JsonValue:
    """A value for a *schema* that has no example: the plainest of its type."""
    flat = merged(schema)
    if "const" in flat:
        return flat["const"]
    for choice in elements(flat, "enum"):
        return choice
    for choice in (*elements(flat, "oneOf"), *elements(flat, "anyOf")):
        return made(members(choice))
    kind, *_ = types(flat) or ["object"]
    if kind == "array" and flat.get("minItems"):
        return [made(members(flat, "items"))]
    if kind != "object":
        return flat.get("minimum", _PLAIN[kind])
    return {
        str(name): made(members(members(flat, "properties").get(str(name))))
        for name in elements(flat, "required")
    }


def merged(schema: Members) -> Members:
    """*schema* with what its `allOf` says, one level of it after the other, in itself."""
    whole: dict[str, JsonValue] = {key: each for key, each in schema.items() if key != "allOf"}
    for part in map(merged, map(members, elements(schema, "allOf"))):
        properties = {**members(part, "properties"), **members(whole, "properties")}
        required = [*elements(part, "required"), *elements(whole, "required")]
        whole = {**part, **whole, "properties": properties, "required": required}
    return whole


def types(schema: Members) -> list[str]:
    """The types that *schema* names; none if it admits any."""
    named = schema.get("type")
    return [named] if isinstance(named, str) else [str(one) for one in elements(schema, "type")]


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
