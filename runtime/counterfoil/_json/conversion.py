"""Large models to JSON, in steps that are each short.

pydantic converts a model in one go: a megabyte of JSON takes three milliseconds, and then is still
to be encoded. So the long lists and dicts of a body are converted a few members at a time, where
that cannot make a difference.
"""

from __future__ import annotations

import functools
import operator
import time
from collections.abc import Callable, Generator, Iterator, Sequence

from pydantic import BaseModel, RootModel
from pydantic_core import CoreSchema, core_schema, to_jsonable_python

from counterfoil._json.encoding import TooDeepError
from counterfoil._json.slices import encoded_in_slices

__all__ = ["body_in_slices", "converted_in_slices"]

LONG = 64
"""How many members a list or dict has that is worth cutting."""

_FIRST = 8
_QUICK, _SLOW = 0.00015, 0.0003
"""How long a step is to take, in seconds: the number of members follows the time that they took."""


def body_in_slices(body: object, *, canonical: bool) -> Iterator[bytes]:
    """The pieces of what `encode(to_jsonable_python(body))` is, each after a short step.

    Some are empty. *body* must not change before the last of them. Raises `ValueError` or
    `TypeError` for what JSON cannot hold.
    """
    converting = converted_in_slices(body)
    while True:
        try:
            next(converting)
        except StopIteration as ended:
            value: object = ended.value
            break
        except RecursionError:
            raise TooDeepError from None
        yield b""
    yield from encoded_in_slices(value, canonical=canonical)


def converted_in_slices(body: object) -> Generator[None, None, object]:
    """Return what `pydantic_core.to_jsonable_python` makes of *body*, step by step.

    Lists, tuples and dicts are cut, and models where a field or root is a long list of which
    neither a serializer of the class's own nor a computed field may ask for the whole. Anything
    else is converted in one go. Raises `ValueError` or `TypeError`.
    """
    if type(body) is list or type(body) is tuple:
        return (yield from _in_batches(body, to_jsonable_python))
    if type(body) is dict:
        return (yield from _converted_dict(body))
    if isinstance(body, BaseModel):
        lists = _long_lists(body)
        if lists:
            return (yield from _converted_model(body, lists))
    return to_jsonable_python(body)


def _in_batches(
    items: Sequence[object], convert: Callable[[Sequence[object]], list[object]]
) -> Generator[None, None, list[object]]:
    done: list[object] = []
    start, size = 0, _FIRST
    while start < len(items):
        began = time.perf_counter()
        done += convert(items[start : start + size])
        start += size
        took = time.perf_counter() - began
        if took < _QUICK:
            size *= 2
        elif took > _SLOW:
            size = max(1, size // 2)
        yield
    return done


def _converted_dict(body: dict[object, object]) -> Generator[None, None, dict[str, object]]:
    done: dict[str, object] = {}
    for number, (key, value) in enumerate(body.items()):
        if isinstance(value, list | tuple | dict | BaseModel):
            ((name, _),) = to_jsonable_python({key: None}).items()
            done[name] = yield from converted_in_slices(value)
        else:
            done.update(to_jsonable_python({key: value}))
        if number % LONG == 0:
            yield
    return done


def _converted_model(
    body: BaseModel, lists: dict[str, list[object]]
) -> Generator[None, None, object]:
    if "root" in lists and isinstance(body, RootModel):
        return (yield from _in_batches(lists["root"], _converter(body, "root")))
    short = body.model_copy(update={name: items[:1] for name, items in lists.items()})
    done: dict[str, object] = to_jsonable_python(short)
    for name, items in lists.items():
        ((alias, _),) = to_jsonable_python(short, include={name}).items()
        done[alias] = yield from _in_batches(items, _converter(body, name, alias))
    return done


def _converter(
    body: BaseModel, name: str, alias: str | None = None
) -> Callable[[Sequence[object]], list[object]]:
    """What converts some members of a list that is a field, or the root, of *body*."""

    def convert(items: Sequence[object]) -> list[object]:
        part = body.model_copy(update={name: items})
        if alias is None:
            whole: list[object] = to_jsonable_python(part)
            return whole
        fields: dict[str, list[object]] = to_jsonable_python(part, include={name})
        return fields[alias]

    return convert


def _long_lists(body: BaseModel) -> dict[str, list[object]]:
    """The fields of *body* that can be cut, and are worth it."""
    found = {}
    for name in _list_fields(type(body)):
        value = vars(body).get(name)
        if type(value) is list and len(value) >= LONG:
            found[name] = value
    return found


@functools.lru_cache(maxsize=4096)
def _list_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of *model* that are converted member by member, whatever else it holds."""
    schema = _unwrapped(model.__pydantic_core_schema__)
    if schema["type"] != "model" or "serialization" in schema:
        return ()
    inner = _unwrapped(schema["schema"])
    if schema.get("root_model"):
        return ("root",) if _is_list(inner) else ()
    if inner["type"] != "model-fields" or "serialization" in inner or inner.get("computed_fields"):
        return ()
    return tuple(
        name
        for name, field in inner["fields"].items()
        if _is_list(field["schema"]) and _is_there(field)
    )


def _unwrapped(schema: CoreSchema) -> CoreSchema:
    """A schema without its definitions and without what validates only."""
    while "serialization" not in schema and (
        schema["type"] == "definitions"
        or schema["type"] == "function-before"
        or schema["type"] == "function-after"
        or schema["type"] == "function-wrap"
        or schema["type"] == "default"
        or schema["type"] == "nullable"
    ):
        schema = schema["schema"]
    return schema


def _is_list(schema: CoreSchema) -> bool:
    schema = _unwrapped(schema)
    if schema["type"] == "json-or-python" and "serialization" not in schema:
        return _is_list(schema["json_schema"])
    return schema["type"] == "list" and "serialization" not in schema


def _is_there(field: core_schema.ModelField) -> bool:
    """Whether a list is never left out: any condition but that of `Absent` might ask for it all."""
    condition: object = field.get("serialization_exclude_if")
    is_none = isinstance(condition, functools.partial) and condition.func is operator.is_
    return not field.get("serialization_exclude") and (condition is None or is_none)
