"""What a parameter's type can be made from: one text, a list, an object, or any of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

from counterfoil._input.wire import Definitions, Schema, choices_of

__all__ = ["Shape"]

# Where the schema stands that says what these are.
_INNER = {
    "default": "schema",
    "nullable": "schema",
    "custom-error": "schema",
    "function-after": "schema",
    "function-before": "schema",
    "function-wrap": "schema",
    "json-or-python": "python_schema",
    "lax-or-strict": "lax_schema",
    "definitions": "schema",
}
_NO_TEXTS = ("none", "is-instance")
_LISTS = frozenset(("list", "set", "frozenset", "tuple"))


class Shape:
    """What is known of the form of a value, from the schema of its type."""

    def __init__(self, schema: Schema, definitions: Definitions) -> None:
        self._kinds = list(_kinds(schema, definitions, set()))
        self._definitions = definitions

    @cached_property
    def is_list(self) -> bool:
        """Whether it may be a list."""
        return any(each["type"] in _LISTS for each in self._kinds)

    @cached_property
    def is_object(self) -> bool:
        """Whether it may be an object."""
        return any(each["type"] in ("model-fields", "dict") for each in self._kinds)

    @cached_property
    def is_text(self) -> bool:
        """Whether it may be one text."""
        return any(
            each["type"] not in ("model-fields", "dict", *_NO_TEXTS, *_LISTS)
            for each in self._kinds
        )

    @cached_property
    def takes_empty(self) -> bool:
        """Whether the empty text may be a value of it."""
        return any(each["type"] in ("str", "any", "literal", "enum") for each in self._kinds)

    @cached_property
    def is_free(self) -> bool:
        """Whether nothing is said of it."""
        return any(each["type"] == "any" for each in self._kinds)

    @cached_property
    def items(self) -> Shape | None:
        """What the elements of a list are; None if it is no list."""
        for each in self._kinds:
            if each["type"] in _LISTS:
                found = each.get("items_schema")
                schema: Schema = found if isinstance(found, dict) else {"type": "any"}
                return Shape(schema, self._definitions)
        return None

    @cached_property
    def properties(self) -> Mapping[str, Shape]:
        """The properties that an object declares, by their names on the wire."""
        found: dict[str, Shape] = {}
        for each in self._kinds:
            if each["type"] == "model-fields":
                for name, field in cast("Mapping[str, Schema]", each["fields"]).items():
                    wire_name = str(field.get("validation_alias", name))
                    schema = cast("Schema", field["schema"])
                    found.setdefault(wire_name, Shape(schema, self._definitions))
        return found

    @cached_property
    def others(self) -> Shape | None:
        """What the values of any other property are; None if nothing is said of these."""
        for each in self._kinds:
            key = {"dict": "values_schema", "model-fields": "extras_schema"}.get(str(each["type"]))
            if key in each or each["type"] == "dict":
                found = cast("Schema", each.get(str(key), {"type": "any"}))
                return Shape(found, self._definitions)
        return None

    def of(self, name: str) -> Shape | None:
        """What the value of the property *name* is; None if nothing is known of it."""
        return self if self.is_free else self.properties.get(name, self.others)


def _kinds(schema: Schema, definitions: Definitions, seen: set[str]) -> Iterator[Schema]:
    """The schemas that say what a value of *schema* is made from."""
    kind = str(schema["type"])
    if kind == "definitions":
        for each in cast("list[Schema]", schema["definitions"]):
            definitions.setdefault(str(each["ref"]), cast("Definitions", {"": each})[""])
    if kind == "definition-ref":
        name = str(schema["schema_ref"])
        if name not in seen:
            yield from _kinds(cast("Schema", definitions[name]), definitions, {*seen, name})
    elif kind in ("union", "tagged-union"):
        for choice in choices_of(schema):
            yield from _kinds(choice, definitions, seen)
    elif kind == "chain":
        yield from _kinds(cast("list[Schema]", schema["steps"])[-1], definitions, seen)
    elif kind == "model":
        yield from _kinds(cast("Schema", schema["schema"]), definitions, seen)
    elif kind in _INNER:
        yield from _kinds(cast("Schema", schema[_INNER[kind]]), definitions, seen)
    else:
        yield schema
