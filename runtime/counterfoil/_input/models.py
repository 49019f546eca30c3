"""The base of generated models, and optional properties that are not nullable."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["Absent", "Model"]

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


# A builtin, so that pydantic-core asks it without a Python frame for each value.
_is_none = partial(operator.is_, None)

Absent: TypeAlias = Annotated[T | None, _NotNullable(), Field(exclude_if=_is_none)]
"""The type of a property that may be absent but never null: `colour: Absent[str] = None`.

Type checkers see `str | None`. None is left out of the output; in the input, null is refused.
"""
