"""The base of generated models, and properties that may be absent."""

from __future__ import annotations

import enum
import operator
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["UNSET", "Absent", "AbsentOrNull", "Model", "Tags", "UnsetType"]

T = TypeVar("T")


class Model(BaseModel):
    """A JSON object of the API.

    In Python its attributes are the names of the class; in JSON they are the aliases. The schema of
    a model is built when it is first used, so that importing a large API stays cheap.
    """

    model_config = ConfigDict(
        allow_inf_nan=False,
        defer_build=True,
        protected_namespaces=(),
        serialize_by_alias=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    if TYPE_CHECKING:
        # A class with typed additional properties declares them again, each with its own type.
        __pydantic_extra__: Any = Field(init=False)


class _NotNullable:
    """Makes JSON's null a fault where Python's None stands for "left out"."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "nullable":
            return schema
        return core_schema.json_or_python_schema(schema["schema"], schema)


class UnsetType(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = UnsetType.UNSET
"""Stands for a property that is absent, where None stands for one that is null. It is false."""


class _Unset:
    """Makes UNSET a value in Python, of which JSON knows nothing."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "nullable":
            schema = core_schema.nullable_schema(_without_unset(schema["schema"]))
        unset = core_schema.is_instance_schema(UnsetType)
        return core_schema.json_or_python_schema(
            schema, core_schema.union_schema([unset, schema], mode="left_to_right")
        )


def _without_unset(schema: CoreSchema) -> CoreSchema:
    """*schema*, if it is a union, without its member for UNSET; null, if it is UNSET alone."""
    if _is_of_unset(schema):
        return core_schema.none_schema()
    if schema["type"] != "union":
        return schema
    kept = [each for each in schema["choices"] if not _is_of_unset(each)]
    first = kept[0]
    return core_schema.union_schema(kept) if len(kept) > 1 or isinstance(first, tuple) else first


def _is_of_unset(schema: CoreSchema | tuple[CoreSchema, str]) -> bool:
    if isinstance(schema, tuple):
        return False
    return schema["type"] == "enum" and schema["cls"] is UnsetType


# A builtin, so that pydantic-core asks it without a Python frame for each value.
_is_none = partial(operator.is_, None)

Absent: TypeAlias = Annotated[T | None, _NotNullable(), Field(exclude_if=_is_none)]
"""The type of a property that may be absent but never null: `colour: Absent[str] = None`.

Type checkers see `str | None`. None is left out of the output; in the input, null is refused.
"""

_is_unset = partial(operator.is_, UNSET)

AbsentOrNull: TypeAlias = Annotated[T | UnsetType | None, _Unset(), Field(exclude_if=_is_unset)]
"""The type of a property that may be absent, or null: `note: AbsentOrNull[str] = UNSET`.

Type checkers see `str | UnsetType | None`. UNSET is left out of the output, None is null there.
"""


class Tags:
    """Chooses the class of a JSON object by one of its properties: the tag.

        Annotated[Cat | Dog, Tags("petType", [["cat", "Cat"], ["dog", "Dog"]])]

    A value with another tag is refused, and no other class is tried (OpenAPI 3.1, section 4.8.25).
    With *otherwise*, the name of one more class, it is of that.
    """

    def __init__(
        self, wire_name: str, classes: Sequence[Sequence[str]], otherwise: str | None = None
    ) -> None:
        """*classes* are pairs: a tag, and the name of one of the classes in the union."""
        self._wire_name = wire_name
        self._classes = {pair[0]: pair[1] for pair in classes}
        self._otherwise = otherwise

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "nullable":
            return core_schema.nullable_schema(self._told_apart(schema["schema"]))
        return self._told_apart(schema)

    def _told_apart(self, schema: CoreSchema) -> CoreSchema:
        if schema["type"] != "union":
            return schema
        choices = [each[0] if isinstance(each, tuple) else each for each in schema["choices"]]
        by_name = {_class_name(each): each for each in choices}
        if self._otherwise is None:
            tagged = core_schema.tagged_union_schema(
                {tag: by_name[name] for tag, name in self._classes.items()},
                discriminator=self._wire_name,
            )
        else:
            tagged = core_schema.tagged_union_schema(by_name, discriminator=self._class_of)
        # In Python a value is of a class already.
        return core_schema.json_or_python_schema(tagged, schema)

    def _class_of(self, value: object) -> str | None:
        tag: object = value.get(self._wire_name) if isinstance(value, dict) else None
        return self._classes.get(tag, self._otherwise) if isinstance(tag, str) else self._otherwise


def _class_name(schema: CoreSchema) -> str:
    if schema["type"] == "model":
        cls: type[BaseModel] = schema["cls"]
        return cls.__name__
    reference = str(schema.get("schema_ref", ""))  # `api.models._common.Cat:94412`
    return reference.partition(":")[0].rpartition(".")[2]
