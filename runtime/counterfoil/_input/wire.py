"""The types of parameters, as their text is read.

A parameter comes as text. pydantic's own conversions take too much of it (`int` takes ` 1 `, `+1`
and `1_0`; `bool` takes `on`; dates take seconds since 1970), so each of these in a parameter's type
is preceded by a check of its spelling. All of it runs inside pydantic-core.
"""

from __future__ import annotations

import enum
import functools
import operator
import sys
import types
from datetime import date, datetime
from typing import (
    Annotated,
    Literal,
    Protocol,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
    GetCoreSchemaHandler,
    NaiveDatetime,
    RootModel,
    TypeAdapter,
)
from pydantic_core import CoreSchema, core_schema

__all__ = ["is_list", "spelled", "type_adapter"]


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


class _Spelling:
    """Reads text as *first* says, then as the annotated type does."""

    def __init__(self, first: CoreSchema) -> None:
        self._first = first

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.chain_schema([self._first, handler(source)])


def spelled(annotation: object) -> object:
    """*annotation*, with a check of the spelling before each type in it that pydantic reads freely.

    None is left out of unions: no text spells it. The members of a union are tried from left to
    right. Type aliases are replaced by what they stand for.
    """
    annotation = _unaliased(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        return _spelled_annotated(*get_args(annotation))
    if origin in (Union, types.UnionType):
        return _spelled_union(annotation)
    if origin is list:
        (element,) = get_args(annotation)
        return types.GenericAlias(list, (spelled(element),))
    first = _spelling(annotation)
    return annotation if first is None else Annotated[annotation, _Spelling(first)]


def is_list(annotation: object) -> bool:
    """Whether a parameter of this type is read as several texts."""
    annotation = _bare(annotation)
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(is_list(member) for member in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return is_list(annotation.model_fields["root"].annotation)
    return annotation is list or origin is list


@runtime_checkable
class _Alias(Protocol):
    """A type alias (PEP 695)."""

    @property
    def __value__(self) -> object: ...


def _unaliased(annotation: object) -> object:
    """What a type alias (PEP 695) stands for; any other type is itself.

    An alias is known by its value: before Python 3.14 those of typing and typing_extensions are of
    two classes, and typing has none before 3.12.
    """
    while get_origin(annotation) is None and isinstance(annotation, _Alias):
        holder = types.SimpleNamespace(__annotations__={"value": annotation.__value__})
        names = vars(sys.modules[annotation.__module__])
        annotation = get_type_hints(holder, globalns=names, include_extras=True)["value"]
    return annotation


def _bare(annotation: object) -> object:
    """A type without its aliases and its metadata."""
    annotation = _unaliased(annotation)
    while get_origin(annotation) is Annotated:
        annotation = _unaliased(get_args(annotation)[0])
    return annotation


def _spelled_annotated(inner: object, *metadata: object) -> object:
    present = _present(inner)
    if len(present) == 1 and present != (inner,):
        return spelled(Annotated[(present[0], *metadata)])
    first = _spelling(inner)
    if first is None:
        return Annotated[(spelled(inner), *metadata)]
    # The check comes last: constraints then belong to the number itself, inside pydantic-core.
    return Annotated[(inner, *metadata, _Spelling(first))]


def _spelled_union(annotation: object) -> object:
    present = tuple(spelled(member) for member in _present(annotation))
    if len(present) == 1:
        return present[0]
    union: object = functools.reduce(operator.or_, present)
    return Annotated[union, Field(union_mode="left_to_right")]


def _present(annotation: object) -> tuple[object, ...]:
    """The members of a union but for None; any other type, unaliased, is its own only member."""
    annotation = _unaliased(annotation)
    if get_origin(annotation) not in (Union, types.UnionType):
        return (annotation,)
    return tuple(each for each in get_args(annotation) if each is not types.NoneType)


def _spelling(annotation: object) -> CoreSchema | None:
    """What comes before a type that is no container; None if the type reads text itself."""
    annotation = _bare(annotation)
    if get_origin(annotation) is Literal:
        return _common(get_args(annotation))
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, enum.Enum):
        return _common(tuple(member.value for member in annotation))
    if issubclass(annotation, RootModel):
        return _spelling(annotation.model_fields["root"].annotation)
    return _SPELLINGS.get(annotation)


def _common(values: tuple[object, ...]) -> CoreSchema | None:
    kinds = {type(value) for value in values}
    return _SPELLINGS.get(kinds.pop()) if len(kinds) == 1 else None


_SPELLINGS: dict[object, CoreSchema] = {
    int: _INTEGER,
    float: _NUMBER,
    bool: _BOOLEAN,
    date: _DATE,
    datetime: _DATE_TIME,
    AwareDatetime: _DATE_TIME,
    NaiveDatetime: _DATE_TIME,
    UUID: _UUID,
}
