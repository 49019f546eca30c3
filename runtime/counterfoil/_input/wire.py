"""The types of parameters, as their text is read.

A parameter comes as text. pydantic's own conversions take too much of it (`int` takes ` 1 `, `+1`
and `1_0`; `bool` takes `on`; dates take seconds since 1970), so each of these in a parameter's type
is preceded by a check of its spelling, however deep in lists and models. All of it runs inside
pydantic-core.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypeGuard, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema, core_schema

__all__ = ["Definitions", "Schema", "textual", "type_adapter"]

Schema = Mapping[str, object]
"""A schema of pydantic-core, whatever its kind."""

Definitions = dict[str, CoreSchema]
"""Schemas that are referred to by name, by that name."""


def _checked(pattern: str, kind: str, message: str) -> CoreSchema:
    return core_schema.custom_error_schema(
        core_schema.str_schema(pattern=pattern), kind, custom_error_message=message
    )


_INTEGER = core_schema.chain_schema(
    [
        _checked(r"^-?[0-9]{1,19}$", "integer_spelling", "Input should be an integer"),
        core_schema.int_schema(),
    ]
)
_NUMBER = core_schema.chain_schema(
    [
        _checked(
            r"^-?[0-9]{1,64}(\.[0-9]{1,64})?([eE][+-]?[0-9]{1,3})?$",
            "number_spelling",
            "Input should be a number",
        ),
        core_schema.float_schema(allow_inf_nan=False),
    ]
)
_BOOLEAN = core_schema.chain_schema(
    [
        _checked("^(true|false)$", "boolean_spelling", "Input should be 'true' or 'false'"),
        core_schema.bool_schema(),
    ]
)
# RFC 3339, section 5.6; of a local time, which it does not know, the offset is left out.
_DATE = _checked(
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date_spelling", "Input should be a date: YYYY-MM-DD"
)
_DATE_TIME = _checked(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?$",
    "date_time_spelling",
    "Input should be a date and time: YYYY-MM-DDThh:mm:ssZ",
)

_UUID = _checked(
    "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",  # RFC 9562, section 4
    "uuid_spelling",
    "Input should be a UUID",
)


def type_adapter(annotation: object) -> TypeAdapter[object]:
    """A ready `TypeAdapter` for a type that is known only when the program runs."""
    # pydantic asks for a type form; what typing.get_type_hints returns is one.
    adapter: TypeAdapter[object] = TypeAdapter(cast("type[object]", annotation))
    adapter.rebuild()
    return adapter


def textual(schema: Schema, definitions: Definitions) -> CoreSchema:
    """*schema*, with a check of the spelling before each type in it that pydantic reads freely.

    None and UNSET are left out of unions: no text spells them. The members of a union are tried
    from left to right, unless all are objects. What the schema refers to by name is put into
    *definitions*.
    """
    # A schema is a dict of one of many forms; what this makes of one is one.
    return cast("CoreSchema", _textual(schema, definitions))


def _textual(schema: Schema, definitions: Definitions) -> Schema:
    kind = schema["type"]
    if kind == "definitions":
        for each in _schemas(schema["definitions"]):
            definitions[str(each["ref"])] = cast(
                "CoreSchema", {**_textual(each, definitions), "ref": each["ref"]}
            )
    inner = schema.get(_TRANSPARENT.get(str(kind), ""))
    if _is_schema(inner):
        return _textual(inner, definitions)
    if kind == "model":
        return _model(schema, definitions)
    if kind == "union":
        return _union(schema, definitions)
    if kind in ("literal", "enum"):
        values = tuple(_values(schema))
        first = _common(values) or (None if _are_texts(values) else _lookup(values))
        return schema if first is None else _chain(first, _anonymous(schema))
    first = _SPELLINGS.get(str(kind))
    if first is not None:
        exact = {"allow_inf_nan": False} if kind == "float" else {}
        return _chain(first, {**schema, **exact, "strict": False})
    return {key: _inner(key, value, definitions) for key, value in _anonymous(schema).items()}


# What these hold is read instead of them.
_TRANSPARENT = {
    "definitions": "schema",
    "nullable": "schema",
    "json-or-python": "python_schema",
}
# What these hold is no schema, though it may look like one.
_OPAQUE = frozenset(("config", "default", "metadata", "serialization"))


def _inner(key: str, value: object, definitions: Definitions) -> object:
    if key in _OPAQUE:
        return value
    if _is_schema(value):
        return _textual(value, definitions)
    if isinstance(value, dict):
        return {name: _inner("", each, definitions) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_inner("", each, definitions) for each in value)
    return value


def _model(schema: Schema, definitions: Definitions) -> Schema:
    """The fields, and a function that makes the model.

    pydantic-core would take the model's own validator for a schema that names its class.
    """
    fields = _textual(cast("Schema", schema["schema"]), definitions)
    config = schema.get("config")
    extra = config.get("extra_fields_behavior") if isinstance(config, dict) else None
    if fields["type"] == "model-fields" and extra is not None:
        fields = {"extra_behavior": extra, **fields}
    make = _made if fields["type"] == "model-fields" else _made_root
    function = partial(make, cast("type[BaseModel]", schema["cls"]))
    return _chain(fields, core_schema.no_info_plain_validator_function(function))


def _made(model: type[BaseModel], found: tuple[dict[str, object], object, set[str]]) -> BaseModel:
    values, extra, given = found
    made = model.__new__(model)
    for name, value in (
        ("__dict__", values),
        ("__pydantic_fields_set__", given),
        ("__pydantic_extra__", extra),
        ("__pydantic_private__", None),
    ):
        object.__setattr__(made, name, value)
    return made


def _made_root(model: type[BaseModel], root: object) -> BaseModel:
    return _made(model, ({"root": root}, None, {"root"}))


def _union(schema: Schema, definitions: Definitions) -> Schema:
    choices = [each for each in choices_of(schema) if each["type"] not in _NO_TEXTS]
    read = [_textual(each, definitions) for each in choices]
    if len(read) == 1:
        return read[0]
    are_objects = all(each["type"] in _OBJECTS for each in choices)
    mode = {} if are_objects else {"mode": "left_to_right"}
    return {**_anonymous(schema), **mode, "choices": read}


# What no text spells: None, and UNSET.
_NO_TEXTS = frozenset(("none", "is-instance"))
_OBJECTS = frozenset(("model", "dict", "definition-ref"))


def choices_of(schema: Schema) -> Iterator[Schema]:
    """The members of a union."""
    listed = schema["choices"]
    found = listed.values() if isinstance(listed, dict) else listed
    for each in cast("Iterator[object]", found):
        yield from _schemas([each[0] if isinstance(each, tuple) else each])


def _schemas(found: object) -> Iterator[Schema]:
    yield from (each for each in cast("list[object]", found) if _is_schema(each))


def _is_schema(value: object) -> TypeGuard[Schema]:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def _anonymous(schema: Schema) -> Schema:
    """*schema* without a name of its own: what is referred to stands in the definitions."""
    return {key: value for key, value in schema.items() if key != "ref"}


def _chain(*steps: Schema) -> Schema:
    return {"type": "chain", "steps": list(steps)}


def _values(schema: Schema) -> Iterator[object]:
    """The values of a literal or an enum."""
    found = schema["expected"] if schema["type"] == "literal" else schema["members"]
    for each in cast("list[object]", found):
        yield each.value if isinstance(each, enum.Enum) else each


def _common(values: tuple[object, ...]) -> CoreSchema | None:
    kinds = {type(value) for value in values}
    name = _NAMES.get(kinds.pop()) if len(kinds) == 1 else None
    return None if name is None else _SPELLINGS[name]


def _are_texts(values: tuple[object, ...]) -> bool:
    return all(isinstance(value, str) for value in values)


def _lookup(values: tuple[object, ...]) -> CoreSchema:
    """Replaces a text by the value that it spells; of two, by the first."""
    known: dict[str, object] = {}
    for value in values:
        known.setdefault(value if isinstance(value, str) else json.dumps(value, default=str), value)
    return core_schema.no_info_plain_validator_function(partial(_meant, known))


def _meant(known: Mapping[str, object], text: object) -> object:
    return known.get(text, text) if isinstance(text, str) else text


_NAMES: Mapping[type[object], str] = {int: "int", float: "float", bool: "bool"}
_SPELLINGS: Mapping[str, CoreSchema] = {
    "int": _INTEGER,
    "float": _NUMBER,
    "bool": _BOOLEAN,
    "date": _DATE,
    "datetime": _DATE_TIME,
    "uuid": _UUID,
}
