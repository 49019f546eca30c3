"""Small models to canonical JSON, in one step.

pydantic makes objects of a model, and an encoder sorts and writes them; a model whose fields are
plain can be written as it is, in a third of the time. What is written is the same to the byte.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring
from types import NoneType
from typing import Final, TypeAlias

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema, to_jsonable_python

from counterfoil._json.opening import Definitions, opened

__all__ = ["small_text", "small_texts"]

LONGEST_TEXT: Final = 4096
LONGEST_LIST: Final = 64
"""What is longer is weighed first, and perhaps cut."""

_Write: TypeAlias = Callable[[object], str]
"""Writes a value of one type; raises `_UnsureError` for any other."""

_Member: TypeAlias = tuple[str, str, _Write, object]
"""An attribute, its name in JSON, what writes its value, and the value that leaves it out."""

_NEVER: Final = object()
_STEP_OVER: Final = frozenset({"default", "function-after", "function-before", "function-wrap"})
_OF_TEXTS: Final = frozenset({"date", "datetime", "time", "uuid"})


class _UnsureError(Exception):
    """Another way is to be taken."""


def small_text(body: object) -> bytes | None:
    """The canonical JSON of *body*, a small model of plain fields; None for anything else."""
    write = _writer_of(type(body))
    if write is _unsure:
        return None
    try:
        return write(body).encode("utf-8")
    except (_UnsureError, KeyError, TypeError, UnicodeEncodeError):
        return None


def small_texts(bodies: Sequence[object]) -> bytes | None:
    """The canonical JSON of all *bodies*, between commas, if each is such a model."""
    write = _writer_of(type(bodies[0]))
    if write is _unsure:
        return None
    try:
        return ",".join([write(body) for body in bodies]).encode("utf-8")
    except (_UnsureError, KeyError, TypeError, UnicodeEncodeError):
        return None


_WRITERS: dict[type, _Write] = {}


def _writer_of(kind: type) -> _Write:
    return _WRITERS.get(kind) or _writer_for(kind)


def _writer_for(kind: type) -> _Write:
    """What writes the instances of *kind*, and none of a subclass."""
    if not issubclass(kind, BaseModel):
        return _unsure
    known = _WRITERS.get(kind)
    if known is None:
        made: _Write | None = None

        def later(value: object) -> str:  # for models that hold themselves
            if made is None:
                raise _UnsureError
            return made(value)

        _WRITERS[kind] = later
        schema, definitions = opened(TypeAdapter(kind).core_schema, {}, _STEP_OVER)
        is_plain = schema["type"] == "model" and "serialization" not in schema
        made = _model(kind, schema["schema"], definitions) if is_plain else _unsure
        _WRITERS[kind] = made
        return made
    return known


def _unsure(_: object) -> str:
    raise _UnsureError


# One value.


def _text(value: object) -> str:
    if type(value) is not str or len(value) > LONGEST_TEXT:
        raise _UnsureError
    return _quoted(value)


_quoted: Callable[[str], str] = encode_basestring


def _int(value: object) -> str:
    if type(value) is not int:
        raise _UnsureError
    return repr(value)


def _float(value: object) -> str:
    if type(value) is not float or value - value != 0:  # not a number, or without end
        raise _UnsureError
    return repr(value)


def _bool(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise _UnsureError


def _none(value: object) -> str:
    if value is not None:
        raise _UnsureError
    return "null"


def _converted(value: object) -> str:
    """Of a type that pydantic has a text for."""
    return _text(to_jsonable_python(value))


_PLAIN: Final[Mapping[str, _Write]] = {
    "bool": _bool,
    "float": _float,
    "int": _int,
    "none": _none,
    "str": _text,
}
_OF_TYPE: Final[Mapping[type, _Write]] = {
    bool: _bool,
    float: _float,
    int: _int,
    NoneType: _none,
    str: _text,
}


def _of_its_type(value: object) -> str:
    return _OF_TYPE.get(type(value), _unsure)(value)


# What is made of others.


def _of(schema: CoreSchema, definitions: Definitions) -> _Write:
    """What writes the values that *schema* takes; `_unsure` if its types do not tell all."""
    schema, definitions = opened(schema, definitions, _STEP_OVER)
    kind = schema["type"]
    if "serialization" in schema:
        return _unsure
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _OF_TEXTS:
        return _converted
    if schema["type"] == "nullable":
        return _nullable(_of(schema["schema"], definitions))
    if schema["type"] == "literal":
        return _of_its_type
    if schema["type"] == "enum":
        return _enum(schema["cls"])
    if schema["type"] == "list":
        return _list(_of(schema["items_schema"], definitions) if "items_schema" in schema else None)
    if schema["type"] == "model":
        return _writer_for(schema["cls"])
    return _unsure


def _nullable(inner: _Write) -> _Write:
    def write(value: object) -> str:
        return "null" if value is None else inner(value)

    return _unsure if inner is _unsure else write


def _enum(kind: type) -> _Write:
    def write(value: object) -> str:
        if type(value) is not kind:
            raise _UnsureError
        return _of_its_type(getattr(value, "value", _NEVER))

    return write


def _list(inner: _Write | None) -> _Write:
    if inner is None or inner is _unsure:
        return _unsure

    def write(value: object) -> str:
        if type(value) is not list or len(value) > LONGEST_LIST:
            raise _UnsureError
        return "[" + ",".join([inner(each) for each in value]) + "]"

    return write


def _model(kind: type[BaseModel], schema: CoreSchema, definitions: Definitions) -> _Write:
    schema, definitions = opened(schema, definitions, _STEP_OVER)
    if schema["type"] != "model-fields" or "serialization" in schema:
        return _unsure
    if schema.get("computed_fields"):
        return _unsure
    members: dict[str, _Member] = {}
    for name, field in schema["fields"].items():
        inner = _of(field["schema"], definitions)
        condition: object = field.get("serialization_exclude_if")
        left_out: object = _NEVER
        if isinstance(condition, functools.partial) and condition.func is operator.is_:
            (left_out,) = condition.args
        elif condition is not None:
            return _unsure
        alias = field.get("serialization_alias", name)
        if inner is _unsure or field.get("serialization_exclude") or alias in members:
            return _unsure
        members[alias] = (name, f"{_quoted(alias)}:", inner, left_out)
    return _object(kind, [members[alias] for alias in sorted(members)])


def _object(kind: type[BaseModel], members: list[_Member]) -> _Write:
    if any(left_out is not _NEVER for _, _, _, left_out in members):
        return _object_of_some(kind, members)
    # `{"a":%s,"b":%s}`
    fields = ",".join(f"{key.replace('%', '%%')}%s" for _, key, _, _ in members)
    template = f"{{{fields}}}"
    pairs = [(name, inner) for name, _, inner, _ in members]

    def write(value: object) -> str:
        if type(value) is not kind or value.__pydantic_extra__:
            raise _UnsureError
        held = value.__dict__
        return template % tuple([inner(held[name]) for name, inner in pairs])

    return write


def _object_of_some(kind: type[BaseModel], members: list[_Member]) -> _Write:
    def write(value: object) -> str:
        if type(value) is not kind or value.__pydantic_extra__:
            raise _UnsureError
        held = value.__dict__
        texts = [
            key + inner(held[name])
            for name, key, inner, left_out in members
            if held[name] is not left_out
        ]
        return "{" + ",".join(texts) + "}"

    return write
