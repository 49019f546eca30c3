"""Models as the dicts that an encoder finds in them, where their types tell all that matters.

pydantic makes a copy of a model before it is encoded. Most models need none: their fields are of
types that encoders write alike, and an encoder that asks for what it does not know can be given the
attributes themselves.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, Flag
from types import NoneType
from typing import Final, TypeAlias, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema, to_jsonable_python

from counterfoil._json.guards import (
    DATE,
    FLOAT,
    INT,
    LIST,
    LONGEST_LIST,
    LONGEST_TEXT,
    TEXT,
    Guard,
    UnsureError,
    guard_of_list,
)
from counterfoil._json.opening import Definitions, opened

__all__ = ["View", "views_of"]

_See: TypeAlias = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class View:
    """What an encoder is given for objects of one type; raises `UnsureError` if it is not all."""

    one: _See
    many: Callable[[Iterable[object]], list[object]]
    """The same for some of them."""


_Member: TypeAlias = tuple[str, str, object]
"""An attribute, its name in JSON, and the value that leaves it out."""

_Guarded: TypeAlias = tuple[str, Guard, object]
"""An attribute, what looks at its value, and the value that leaves it out."""

_attributes: _See = operator.attrgetter("__dict__")
_NEVER: Final = object()
_STEP_OVER: Final = frozenset({"default", "function-after", "function-before", "function-wrap"})
_SCALARS: Final = frozenset({bool, int, str, NoneType})


def views_of(kind: type) -> Mapping[type, View] | None:
    """How to view each type that a model of the class *kind* may hold; None if that is not told."""
    if not issubclass(kind, BaseModel):
        return None
    views: dict[type, View] = {}
    wanted: list[type[BaseModel]] = [kind]
    try:
        while wanted:
            model = wanted.pop()
            if model not in views:
                views[model] = _view_of(model, wanted)
    except UnsureError:
        return None
    if any(one is not other and issubclass(one, other) for one in views for other in views):
        return None  # pydantic writes the fields of the class that is declared
    return {**views, **dict.fromkeys((date, datetime, time), _TEXT_OF)}


def _view_of(model: type[BaseModel], wanted: list[type[BaseModel]]) -> View:
    """How to view a *model*; the models that it may hold are added to *wanted*."""
    schema, definitions = opened(TypeAdapter(model).core_schema, {}, _STEP_OVER)
    if schema["type"] != "model" or "serialization" in schema:
        raise UnsureError
    if any(option.startswith("ser_json") for option in model.model_config):
        raise UnsureError
    schema, definitions = opened(schema["schema"], definitions, _STEP_OVER)
    if schema["type"] != "model-fields" or "serialization" in schema:
        raise UnsureError
    if schema.get("computed_fields"):
        raise UnsureError
    members: dict[str, _Member] = {}
    guards: list[_Guarded] = []
    for name, field in schema["fields"].items():
        alias = field.get("serialization_alias", name)
        if field.get("serialization_exclude") or alias in members:
            raise UnsureError
        left_out = _left_out(field.get("serialization_exclude_if"))
        members[alias] = (name, alias, left_out)
        guard = _guard_of(field["schema"], definitions, wanted)
        if guard is not None:
            guards.append((name, guard, left_out))
    return _view(model, list(members.values()), guards)


def _left_out(condition: object) -> object:
    """The value that is left out by a *condition* like that of `Absent`."""
    if condition is None:
        return _NEVER
    if isinstance(condition, functools.partial) and condition.func is operator.is_:
        value: object = condition.args[0]
        return value
    raise UnsureError


def _view(model: type[BaseModel], members: list[_Member], guards: list[_Guarded]) -> View:
    is_as_held = not _has_cached_properties(model) and all(
        name == alias and left_out is _NEVER for name, alias, left_out in members
    )
    if model.model_config.get("extra") == "allow":
        view = _of_declared(_of_some(members, guards))
        return View(view, functools.partial(_each, view))
    if not is_as_held:
        view = _of_some(members, guards)
        return View(view, functools.partial(_each, view))
    columns: list[tuple[_See, Callable[[Iterable[object]], None]]] = [
        (cast("_See", operator.itemgetter(name)), guard.column) for name, guard, _ in guards
    ]

    def all_as_held(values: Iterable[object]) -> list[object]:
        held = list(map(_attributes, values))
        for attribute, look in columns:
            look(map(attribute, held))
        return held

    return View(_as_held(guards) if guards else _attributes, all_as_held)


def _each(view: _See, values: Iterable[object]) -> list[object]:
    return [view(value) for value in values]


def _as_held(guards: list[_Guarded]) -> _See:
    looks = [(name, guard.one) for name, guard, _ in guards]

    def view(value: object) -> object:
        held = value.__dict__
        for name, look in looks:
            look(held[name])
        return held

    return view


def _of_some(members: list[_Member], guards: list[_Guarded]) -> _See:
    looks = [(name, guard.one, left_out) for name, guard, left_out in guards]

    def view(value: object) -> object:
        held = value.__dict__
        for name, look, left_out in looks:
            attribute = held[name]
            if attribute is not left_out:
                look(attribute)
        return {
            alias: held[name] for name, alias, left_out in members if held[name] is not left_out
        }

    return view


def _of_declared(view: _See) -> _See:
    """*view*, where there are no other members than those declared."""

    def view_closed(value: object) -> object:
        if getattr(value, "__pydantic_extra__", None):
            raise UnsureError
        return view(value)

    return view_closed


def _has_cached_properties(model: type[BaseModel]) -> bool:
    """Whether there may be other things than fields among the attributes of a *model*."""
    attributes = (inspect.getattr_static(model, name, None) for name in dir(model))
    return any(isinstance(attribute, functools.cached_property) for attribute in attributes)


_TEXT_OF: Final = View(to_jsonable_python, functools.partial(_each, to_jsonable_python))


def _guard_of(
    schema: CoreSchema, definitions: Definitions, wanted: list[type[BaseModel]]
) -> Guard | None:
    """What to look at in the values that *schema* takes; raises `UnsureError` if it cannot tell."""
    schema, definitions = opened(schema, definitions, _STEP_OVER)
    if "serialization" in schema:
        raise UnsureError
    if schema["type"] in _OF_SCALARS:
        return _OF_SCALARS[schema["type"]]
    if schema["type"] == "str":
        return _unless(schema.get("max_length"), LONGEST_TEXT, TEXT)
    if schema["type"] == "nullable":
        return _guard_of(schema["schema"], definitions, wanted)
    if schema["type"] == "literal":
        return _guard_among(schema["expected"])
    if schema["type"] == "enum" and not issubclass(schema["cls"], Flag):
        return _guard_among(each.value for each in cast("type[Enum]", schema["cls"]))
    if schema["type"] == "model":
        wanted.append(schema["cls"])
        return None
    if schema["type"] == "list" and "items_schema" in schema:
        inside = _guard_of(schema["items_schema"], definitions, wanted)
        if inside is not None:
            return guard_of_list(inside)
        return _unless(schema.get("max_length"), LONGEST_LIST, LIST)
    raise UnsureError


def _unless(bound: int | None, enough: int, guard: Guard) -> Guard | None:
    """*guard*, unless the values have a *bound*."""
    return None if bound is not None and bound <= enough else guard


def _guard_among(values: Iterable[object]) -> Guard | None:
    kinds = set(map(type, values))
    if not kinds <= _SCALARS:
        raise UnsureError
    return INT if int in kinds else None


_OF_SCALARS: Final[Mapping[str, Guard | None]] = {
    "bool": None,
    "date": DATE,
    "datetime": None,
    "float": FLOAT,
    "int": INT,
    "none": None,
    "time": None,
    "uuid": None,
}
