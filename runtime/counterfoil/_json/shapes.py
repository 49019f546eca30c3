"""Which parts of a model pydantic converts by themselves, whatever else the model holds."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel
from pydantic_core import CoreSchema, core_schema

__all__ = ["ANY", "AnyShape", "DictShape", "ListShape", "ModelShape", "Shape", "open_fields"]


@dataclass(frozen=True, slots=True)
class AnyShape:
    """What it is tells the value."""


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list of parts that have a shape."""

    items: Shape


@dataclass(frozen=True, slots=True)
class DictShape:
    """A dict by strings, of parts that have a shape."""

    values: Shape


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A model of that very class."""

    model: type[BaseModel]


Shape: TypeAlias = "AnyShape | ListShape | DictShape | ModelShape | None"
"""What a value can be cut into before it is converted; None: it is converted in one go."""

ANY = AnyShape()

_Definitions: TypeAlias = Mapping[str, CoreSchema]


@functools.lru_cache(maxsize=4096)
def open_fields(model: type[BaseModel]) -> Mapping[str, Shape]:
    """The fields of *model* that can be converted by themselves; `root` is that of a root model.

    They are those which neither a serializer of the class's own nor a computed field may ask for.
    """
    definitions = _definitions(model.__pydantic_core_schema__)
    schema, _ = _unwrapped(model.__pydantic_core_schema__, definitions)
    if schema["type"] != "model" or "serialization" in schema:
        return {}
    inner, _ = _unwrapped(schema["schema"], definitions)
    if schema.get("root_model"):
        return _shaped({"root": _shape(inner, definitions)})
    if inner["type"] != "model-fields" or "serialization" in inner or inner.get("computed_fields"):
        return {}
    fields = inner["fields"].items()
    return _shaped(
        {name: _shape(field["schema"], definitions) for name, field in fields if _is_there(field)}
    )


def _shaped(shapes: dict[str, Shape]) -> dict[str, Shape]:
    return {name: shape for name, shape in shapes.items() if shape is not None}


def _shape(schema: CoreSchema, definitions: _Definitions) -> Shape:
    schema, definitions = _unwrapped(schema, definitions)
    if "serialization" in schema:
        return None
    if schema["type"] == "any" or schema["type"] == "str":
        return ANY
    if schema["type"] == "model":
        return ModelShape(schema["cls"])
    if schema["type"] == "list":
        return ListShape(_shape(schema.get("items_schema", _ANYTHING), definitions))
    if schema["type"] == "dict":
        if _shape(schema.get("keys_schema", _ANYTHING), definitions) is not ANY:
            return None
        return DictShape(_shape(schema.get("values_schema", _ANYTHING), definitions))
    return None


_ANYTHING = core_schema.any_schema()


def _definitions(schema: CoreSchema) -> _Definitions:
    if schema["type"] != "definitions":
        return {}
    return {each["ref"]: each for each in schema["definitions"] if "ref" in each}


def _unwrapped(schema: CoreSchema, definitions: _Definitions) -> tuple[CoreSchema, _Definitions]:
    """A schema without what validates only, and what references in it may mean."""
    while "serialization" not in schema:
        if schema["type"] == "definitions":
            schema = schema["schema"]
        elif schema["type"] == "definition-ref":
            # Once only: a list may be of lists of its own kind.
            found = definitions.get(schema["schema_ref"])
            if found is None:
                break
            definitions = {ref: each for ref, each in definitions.items() if each is not found}
            schema = found
        elif schema["type"] == "json-or-python":
            schema = schema["json_schema"]
        elif (
            schema["type"] == "function-before"
            or schema["type"] == "function-after"
            or schema["type"] == "function-wrap"
            or schema["type"] == "default"
            or schema["type"] == "nullable"
        ):
            schema = schema["schema"]
        else:
            break
    return schema, definitions


def _is_there(field: core_schema.ModelField) -> bool:
    """Whether a part is never left out: any condition but that of `Absent` might ask for it all."""
    condition: object = field.get("serialization_exclude_if")
    is_none = isinstance(condition, functools.partial) and condition.func is operator.is_
    return not field.get("serialization_exclude") and (condition is None or is_none)
