"""What a schema says at its top, in one dialect: that of OpenAPI 3.1 with null taken out.

OpenAPI 3.0 (section 4.7.24) marks null by `nullable`, 3.1 by the type ``"null"``. Here both become
a flag, so that the class of a nullable object is the plain class and each use is ``X | None``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from counterfoil_codegen.schemas.told import told

if TYPE_CHECKING:
    from counterfoil_codegen.document import JsonValue

JsonSchema = dict[str, object]

SCHEMAS: Final = "#/components/schemas/"

# Keywords that are copied as they are; those that hold schemas are walked by `components`.
PLAIN_KEYWORDS: Final = (
    "type",
    "format",
    "description",
    "default",
    "deprecated",
    "const",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "required",
)
NOT_ENFORCED: Final = (
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
)
# What says something of the values, and not only of the place where the schema is used.
STRUCTURAL: Final = frozenset(PLAIN_KEYWORDS).difference(
    ("description", "default", "deprecated", "required")
) | {
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "prefixItems",
    "allOf",
    "anyOf",
    "oneOf",
    "discriminator",
    *NOT_ENFORCED,
}
_NULL: Final = "null"


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands in a built schema for a named one, until all names are known."""

    file: str
    pointer: tuple[str, ...]
    is_request: bool = False  # as requests have it, where that differs


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a document writes its schemas."""

    nullable_keyword: bool  # OpenAPI 3.0

    def is_nullable(self, schema: Mapping[str, JsonValue]) -> bool:
        """Whether null is a value of *schema*, besides others."""
        if self.nullable_keyword and schema.get("nullable") is True:
            return True
        types = schema.get("type")
        if isinstance(types, list):
            return _NULL in types and len(types) > 1
        enum = schema.get("enum")
        if isinstance(enum, list) and None in enum:
            return len(enum) > 1
        return any(
            is_null(member) for keyword in ("anyOf", "oneOf") for member in members(schema, keyword)
        )

    def plain(self, schema: Mapping[str, JsonValue]) -> JsonSchema:
        """The keywords of *schema* that hold no schemas, without null, as 3.1 writes them."""
        built: JsonSchema = {key: schema[key] for key in PLAIN_KEYWORDS if key in schema}
        text = told(schema)
        if text:
            built["description"] = text
        types = schema.get("type")
        if isinstance(types, list):
            kept = [name for name in types if name != _NULL] or [_NULL]
            built["type"] = kept[0] if len(kept) == 1 else kept
        enum = schema.get("enum")
        if isinstance(enum, list):
            _put_enum(built, [value for value in enum if value is not None])
        if self.nullable_keyword:
            convert_exclusive_bounds(built)
        return built


def is_null(schema: object) -> bool:
    """Whether *schema* is the one that only null fits."""
    return isinstance(schema, Mapping) and (
        schema.get("type") in (_NULL, [_NULL]) or ("const" in schema and schema["const"] is None)
    )


def members(schema: Mapping[str, JsonValue], keyword: str) -> list[JsonValue]:
    """The schemas in *keyword*, a list keyword; none if it is absent or malformed."""
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def needs_name(schema: Mapping[str, JsonValue]) -> bool:
    """Whether values of *schema* get a class or an alias of their own."""
    enum = schema.get("enum")
    if isinstance(enum, list) and len([value for value in enum if value is not None]) > 1:
        return True
    if any(schema.get(key) for key in ("properties", "patternProperties", "prefixItems")):
        return True
    if schema.get("required") and _may_be_object(schema.get("type")):
        return True
    return "discriminator" in schema or bool(schema.get("allOf"))


def _may_be_object(types: JsonValue) -> bool:
    return types is None or types == "object" or (isinstance(types, list) and "object" in types)


def nullable(schema: JsonSchema) -> JsonSchema:
    """*schema*, or null."""
    annotations: JsonSchema = {
        key: schema.pop(key) for key in ("description", "default", "deprecated") if key in schema
    }
    return {"anyOf": [schema, {"type": _NULL}], **annotations}


def _put_enum(built: JsonSchema, values: list[JsonValue]) -> None:
    if len(values) > 1:
        built["enum"] = values
        return
    del built["enum"]
    built.update({"const": values[0]} if values else {"type": _NULL})


def convert_exclusive_bounds(built: JsonSchema) -> None:
    """In 3.0 `exclusiveMinimum` is a flag beside `minimum`; in 3.1 it is the bound itself."""
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        exclusive = built.get(flag)
        if isinstance(exclusive, bool):
            del built[flag]
            if exclusive and bound in built:
                built[flag] = built.pop(bound)
