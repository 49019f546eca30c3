"""What the fields of a form stand for: text, told by the type of each field what it spells.

The text becomes a value of JSON, which the type then validates as strictly as it does in a body of
JSON. What a field may be is read off the JSON Schema of its type, once for each type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, JsonSchemaWarningKind
from pydantic_core import core_schema
from typing_extensions import override

from counterfoil._input.problems import Problem
from counterfoil._json.decoding import JsonError, JsonValue, decode

__all__ = ["Field", "FieldType", "encoded", "field_type"]

MAX_DEPTH = 16
"""How many brackets the name of a field may have."""

_INTEGER = re.compile("-?(0|[1-9][0-9]{0,18})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,63})(\.[0-9]{1,64})?([eE][+-]?[0-9]{1,3})?")
_BRACKETS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


@dataclass(slots=True)
class Field:
    """What was given of one field: its texts in order, and what was given inside it."""

    texts: list[str] = field(default_factory=list)
    inner: dict[str, Field] = field(default_factory=dict)


class FieldType:
    """What a value may be, as its JSON Schema tells."""

    def __init__(self, schema: object, definitions: Mapping[str, object]) -> None:
        self._definitions = definitions
        self._schemas = list(self._flat(schema, set()))
        self.kinds = frozenset(kind for each in self._schemas for kind in _kinds(each))
        self._properties: dict[str, FieldType] = {}

    def has(self, name: str) -> bool:
        """Whether a property *name* is declared."""
        return any(name in _mapping(each.get("properties")) for each in self._schemas)

    def named(self, name: str) -> FieldType:
        """The type of a property: its own, or that of additional ones."""
        if not self.has(name):
            return self._of([each.get("additionalProperties") for each in self._schemas])
        found = self._properties.get(name)
        if found is None:
            declared = [_mapping(each.get("properties")).get(name) for each in self._schemas]
            found = self._properties[name] = self._of(declared)
        return found

    @property
    def item(self) -> FieldType:
        """The type of an element of a list."""
        return self._of([each.get("items") for each in self._schemas])

    def path(self, name: str) -> list[str]:
        """Where the field *name* goes: `a[b][c]` into what is declared as `a`, if it has parts."""
        found = None if self.has(name) else _BRACKETS.fullmatch(name)
        if found is None or not self.named(found[1]).kinds & {"array", "object"}:
            return [name]
        return [found[1], *found[2][1:-1].split("][")]

    def put(self, form: Field, name: str, text: str) -> None:
        """Add a field to *form*. Raises `ValueError` for a name that goes too deep."""
        steps = self.path(name)
        if len(steps) > MAX_DEPTH:
            raise ValueError("is too deep")
        for step in steps:
            if step:  # `a[]` is one more `a`
                form = form.inner.setdefault(step, Field())
        form.texts.append(text)

    def value(self, given: Field, place: tuple[str, ...], problems: list[Problem]) -> JsonValue:
        """The value of JSON that *given* spells; what cannot be one is put into *problems*."""
        if "array" in self.kinds and all(step.isdecimal() for step in given.inner):
            item = self.item
            texts = [Field([text]) for text in given.texts]
            return [
                item.value(each, (*place, str(index)), problems)
                for index, each in enumerate([*texts, *given.inner.values()])
            ]
        if given.inner and not given.texts:
            return {
                name: self.named(name).value(each, (*place, name), problems)
                for name, each in given.inner.items()
            }
        if len(given.texts) > 1 or given.inner:
            problems.append(Problem.at(place, "value_error", "Field must be given once"))
            return None
        return self._scalar(given.texts[0], place, problems) if given.texts else {}

    def _scalar(self, text: str, place: tuple[str, ...], problems: list[Problem]) -> JsonValue:
        kinds = self.kinds
        if kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
            return int(text)
        if "number" in kinds and _NUMBER.fullmatch(text) and isfinite(float(text)):
            return float(text)
        if "boolean" in kinds and text in ("true", "false"):
            return text == "true"
        if "string" in kinds or not kinds:
            return text
        if "null" in kinds and not text:
            return None
        if "object" in kinds:
            try:
                return decode(text.encode())
            except JsonError as error:
                problems.append(Problem.at(place, "json_invalid", f"Content not JSON: {error}."))
        return text

    def _of(self, schemas: list[object]) -> FieldType:
        return FieldType({"anyOf": [each for each in schemas if each]}, self._definitions)

    def _flat(self, schema: object, seen: set[str]) -> Iterator[Mapping[str, object]]:
        """*schema*, and all that it is made of by reference and choice."""
        found = _mapping(schema)
        reference = found.get("$ref")
        if isinstance(reference, str):
            if reference not in seen:
                seen.add(reference)
                yield from self._flat(self._definitions.get(reference.rpartition("/")[2]), seen)
            return
        yield found
        for keyword in ("anyOf", "oneOf", "allOf"):
            choices = found.get(keyword)
            for choice in choices if isinstance(choices, list) else ():
                yield from self._flat(choice, seen)


def field_type(adapter: TypeAdapter[object]) -> FieldType:
    """What the fields of a form may be that is read as the type of *adapter*."""
    schema = adapter.json_schema(schema_generator=_Readable)
    return FieldType(schema, _mapping(schema.get("$defs")))


class _Readable(GenerateJsonSchema):
    """What JSON Schema cannot tell may be anything."""

    @override
    def handle_invalid_for_json_schema(
        self, schema: core_schema.CoreSchema, error_info: str
    ) -> JsonSchemaValue:
        return {}

    @override
    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """What is left out of the schema is no matter here."""


def _kinds(schema: Mapping[str, object]) -> Iterator[str]:
    kind = schema.get("type")
    if isinstance(kind, str):
        yield kind
        return
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    for value in cast("list[object]", values):
        yield _KIND_OF.get(type(value), "string")


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


_KIND_OF: dict[type, str] = {bool: "boolean", int: "integer", float: "number", type(None): "null"}


def encoded(value: JsonValue) -> bytes:
    """*value* as JSON."""
    return json.dumps(value).encode()
