"""The annotation of a value in a handler's signature, where the schema has a plain one."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.schemas.shapes import SCHEMAS, JsonSchema, Reference

_MODELS: Final = Identifier("models")
_SCALARS: Final = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}
_FORMATS: Final = {
    "date-time": ("AwareDatetime",),
    "date": ("datetime", "date"),
    "uuid": ("UUID",),
}
# Keywords that say something of the place where a schema is used, and nothing of its values.
ANNOTATIONS: Final = frozenset(("description", "default", "deprecated"))
# pydantic's name of each bound on a scalar (JSON Schema validation, section 6).
CONSTRAINTS: Final = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minItems": "min_length",
    "maxItems": "max_length",
}


def is_plain(schema: JsonSchema, *, constraints: bool = False) -> bool:
    """Whether `annotate` tells the whole of *schema*; with *constraints*, but for bounds on top."""
    keys = schema.keys() - ANNOTATIONS - (CONSTRAINTS.keys() if constraints else set())
    if keys <= {"$ref"}:
        return "$ref" in keys or not constraints or not (schema.keys() & CONSTRAINTS.keys())
    choices = _choices(schema)
    if choices and keys <= {"anyOf", "oneOf"}:
        return len(keys) == 1 and all(is_plain(choice) for choice in choices)
    match schema.get("type"):
        case "array":
            return keys == {"type", "items"} and is_plain(_inner(schema, "items"))
        case "object":
            return keys <= {"type", "additionalProperties"} and _plain_values(schema)
        case "null":
            return keys == {"type"}
        case str(name):
            return name in _SCALARS and keys <= {"type", "format"} and _plain_format(schema)
    return keys == {"const"} and isinstance(schema["const"], str | int | bool)


def annotate(schema: JsonSchema) -> Expression:
    """The annotation of a plain *schema*, whose references have their names."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return Expression.name(_MODELS, Identifier(reference.removeprefix(SCHEMAS)))
    choices = _choices(schema)
    if choices:
        return _union(choices)
    if "const" in schema:
        return _literal(schema["const"])
    match schema.get("type"):
        case "array":
            return Expression.subscript(_name("list"), annotate(_inner(schema, "items")))
        case "object":
            values = schema.get("additionalProperties")
            inner = annotate(values) if isinstance(values, dict) else _name("object")
            return Expression.subscript(_name("dict"), _name("str"), inner)
        case "null":
            return Expression.none()
        case str(name):
            return _scalar(name, schema.get("format"))
    return _name("object")


def admits_null(schema: JsonSchema) -> bool:
    """Whether the annotation of *schema* includes None."""
    return any(choice.get("type") == "null" for choice in _choices(schema))


def references(schema: object) -> set[Reference]:
    """The named schemas that *schema*, not yet with names, refers to."""
    if isinstance(schema, Reference):
        return {schema}
    inner: list[object] = []
    if isinstance(schema, dict):
        inner = list(schema.values())
    elif isinstance(schema, list):
        inner = schema
    return set().union(*(references(item) for item in inner))


def _choices(schema: JsonSchema) -> list[JsonSchema]:
    found = schema.get("anyOf") or schema.get("oneOf")
    return (
        [choice for choice in found if isinstance(choice, dict)] if isinstance(found, list) else []
    )


def _inner(schema: JsonSchema, keyword: str) -> JsonSchema:
    found = schema.get(keyword)
    return found if isinstance(found, dict) else {}


def _plain_values(schema: JsonSchema) -> bool:
    values = schema.get("additionalProperties", True)
    return values is True or (isinstance(values, dict) and is_plain(values))


def _plain_format(schema: JsonSchema) -> bool:
    return schema.get("type") != "string" or schema.get("format") not in (
        "byte",
        "binary",
        "time",
        "duration",
    )


def _union(choices: list[JsonSchema]) -> Expression:
    """Any of *choices*, their constants in one `Literal`."""
    constants = [choice["const"] for choice in choices if "const" in choice]
    others = [annotate(choice) for choice in choices if "const" not in choice]
    return Expression.union(*([_literal(*constants)] if constants else []), *others)


def _literal(*values: object) -> Expression:
    known = [value for value in values if isinstance(value, str | int | bool)]
    if len(known) < len(values):
        raise TypeError(f"no Literal of {values!r:.80}")
    distinct = {(type(value), value): Constant(value) for value in known}
    return Expression.subscript(_name("Literal"), *distinct.values())


def _scalar(name: str, form: object) -> Expression:
    parts = _FORMATS.get(str(form)) if name == "string" else None
    return Expression.name(*map(Identifier, parts or (_SCALARS[name],)))


def _name(name: str) -> Expression:
    return Expression.name(Identifier(name))
