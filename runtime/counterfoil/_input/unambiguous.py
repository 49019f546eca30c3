"""Whether JSON that a type has taken could be read in another way.

`decode` reads a text once more, in Python, to find what pydantic does not tell: keys that stand
twice, numbers without end, too many levels. Where a type bounds the rest, it is enough to count: a
text has at most as many keys as colons that may follow one, and if the value has as many, then no
key stood twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema

from counterfoil._json.decoding import MAX_DEPTH
from counterfoil._json.opening import Definitions, opened

__all__ = ["CountsKeys", "UncountableError", "key_counter", "may_repeat_keys"]

CountsKeys: TypeAlias = Callable[[object], int]
"""How many keys JSON has from which a value was made. Raises `UncountableError`."""

_SCALARS: Final = frozenset(
    {"bool", "date", "datetime", "decimal", "enum", "int", "literal", "none", "str", "time", "uuid"}
)
_WRAPPERS: Final = frozenset({"default"})
_SPACE: Final = b" \t\n\r"


class UncountableError(Exception):
    """The value does not tell."""


def may_repeat_keys(data: bytes, keys: int) -> bool:
    """Whether the JSON text *data*, from which a value with so many *keys* was made, has more.

    If it has not, it holds nothing beside what its type has taken, and is no deeper than that.
    """
    # Strings may hold colons too; then those are counted that follow a quotation mark.
    return data.count(b":") != keys and data.translate(None, _SPACE).count(b'":') != keys


def key_counter(adapter: TypeAdapter[object]) -> CountsKeys | None:
    """What counts the keys in the values of *adapter*; None if its values do not tell."""
    try:
        return _counter(adapter.core_schema, {}, ())
    except UncountableError:
        return None


def _none(_: object) -> int:
    return 0


def _finite(value: object) -> int:
    if type(value) is float and value - value != 0:
        raise UncountableError
    return 0


def _counter(schema: CoreSchema, definitions: Definitions, inside: tuple[type, ...]) -> CountsKeys:
    """Raises `UncountableError` where a value may be another than what was read, or too deep.

    *inside* is of what the value is a part.
    """
    if len(inside) >= MAX_DEPTH:
        raise UncountableError
    schema, definitions = opened(schema, definitions, _WRAPPERS)
    kind = schema["type"]
    if kind in _SCALARS:
        return _none
    if kind == "float":
        return _finite
    if schema["type"] == "function-after":
        inner = _counter(schema["schema"], definitions, inside)
        if inner is _none:
            return inner
    elif schema["type"] == "nullable":
        return _nullable(_counter(schema["schema"], definitions, inside))
    elif schema["type"] == "list" and "items_schema" in schema:
        return _list(_counter(schema["items_schema"], definitions, (*inside, list)))
    elif schema["type"] == "model" and "post_init" not in schema:  # that may set more fields
        return _model(schema["cls"], schema["schema"], definitions, inside)
    raise UncountableError


def _nullable(inner: CountsKeys) -> CountsKeys:
    def count(value: object) -> int:
        return 0 if value is None else inner(value)

    return inner if inner is _none else count


def _list(inner: CountsKeys) -> CountsKeys:
    if inner is _none:
        return inner

    def count(value: object) -> int:
        if type(value) is not list:
            raise UncountableError
        return sum(map(inner, value))

    return count


def _model(
    kind: type[BaseModel], schema: CoreSchema, definitions: Definitions, inside: tuple[type, ...]
) -> CountsKeys:
    if schema["type"] != "model-fields" or kind in inside:
        raise UncountableError
    inside = (*inside, kind)
    inner: list[tuple[str, CountsKeys]] = []
    for name, field in schema["fields"].items():
        if not isinstance(field.get("validation_alias", name), str):
            raise UncountableError
        counted = _counter(field["schema"], definitions, inside)
        if counted is not _none:
            inner.append((name, counted))

    def count(value: object) -> int:
        if type(value) is not kind or value.__pydantic_extra__:
            raise UncountableError
        given = value.__pydantic_fields_set__
        keys = len(given)
        for name, counted in inner:
            if name in given:
                keys += counted(getattr(value, name))
        return keys

    return count
