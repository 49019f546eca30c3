"""A schema as `models` sees it: typed, and holding nothing but what a model can express.

`parse` makes it from JSON, keyword by keyword. What is not on its list does not get any further, so
no extension of a spec (`x-python-type`, `customTypePath` ...) ever reaches the model generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from counterfoil_codegen.models.problems import ModelError

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
JsonSchema: TypeAlias = "Mapping[str, object] | bool"

TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")

Pointer: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a schema stands: a component, and a JSON pointer inside of it."""

    component: str
    pointer: Pointer = ()

    def __truediv__(self, token: str) -> Origin:
        return replace(self, pointer=(*self.pointer, token))


@dataclass(frozen=True, slots=True)
class Default:
    """The value of `default`; a class, because null is a value too."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Discriminator:
    """A property that tells the alternatives apart (OpenAPI 3.1, section 4.8.25)."""

    name: str
    mapping: tuple[tuple[str, str], ...]
    """Values of the property, each with the component that it stands for."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema (2020-12) of which every member is optional.

    `oneOf` and `anyOf` are both `alternatives`: that only one may match is not checked. Two schemas
    are equal if they accept the same by the same words, whatever their text and place.
    """

    origin: Origin = field(compare=False)
    doc: str = field(default="", compare=False)
    default: Default | None = field(default=None, compare=False)
    never: bool = False  # the schema `false`
    ref: str | None = None  # the name of a component
    types: tuple[str, ...] = ()  # in the order of TYPES; empty: any
    enum: tuple[JsonValue, ...] | None = None
    format: str | None = None
    pattern: str | None = None
    # minimum, maxLength ... as JSON Schema calls them
    bounds: Mapping[str, int | float] = field(default_factory=dict)
    all_of: tuple[Schema, ...] = ()
    alternatives: tuple[tuple[Schema, ...], ...] = ()
    discriminator: Discriminator | None = field(default=None, compare=False)
    name: str | None = field(default=None, compare=False)  # as the spec calls it
    items: Schema | None = None
    prefix: tuple[Schema, ...] = ()
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    additional: Schema | None = None
    patterned: tuple[tuple[str, Schema], ...] = ()  # patternProperties
    keys: Schema | None = None  # propertyNames

    @property
    def is_empty(self) -> bool:
        """It accepts every value."""
        return self == Schema(self.origin)

    @property
    def is_reference(self) -> bool:
        """It is a `$ref` and nothing else but text."""
        return self.ref is not None and self == Schema(self.origin, ref=self.ref)

    @property
    def is_keyed(self) -> bool:
        """It speaks of the properties of objects."""
        return bool(self.properties or self.required)


def json_value(value: object) -> JsonValue:
    """A copy of *value*, which is made of JSON's own types and no others.

    Raises:
        ModelError: it is not.
    """
    if isinstance(value, Mapping):
        return {str(key): json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ModelError(f"a schema holds a {type(value).__name__}, which is no JSON")


def anything(origin: Origin) -> Schema:
    """The schema `true`."""
    return Schema(origin)


def unkeyed(schema: Schema) -> Schema:
    """*schema* without what it says of the properties of objects."""
    return replace(schema, properties={}, required=(), additional=None, patterned=(), keys=None)


def fits(value: JsonValue, types: tuple[str, ...]) -> bool:
    """Whether *value* is of one of *types*; if there are none, of any."""
    if not types:
        return True
    match value:
        case None:
            return "null" in types
        case bool():
            return "boolean" in types
        case str():
            return "string" in types
        case int():
            return "integer" in types or "number" in types
        case float():
            return "number" in types
        case Mapping():
            return "object" in types
    return "array" in types
