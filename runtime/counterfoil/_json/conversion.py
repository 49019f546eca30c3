"""Large models to JSON, in steps that are each short.

pydantic converts a model in one go: a megabyte of JSON takes three milliseconds, and then is still
to be encoded. So the lists and dicts of a body are converted a few members at a time, where that
cannot make a difference, and each few are encoded at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel, RootModel
from pydantic_core import to_jsonable_python

from counterfoil._json.ordering import lots
from counterfoil._json.shapes import (
    ANY,
    DictShape,
    ListShape,
    ModelShape,
    Shape,
    open_fields,
)
from counterfoil._json.slices import PLAIN, STEP, Cutter, Form, Part, Pieces, pieces
from counterfoil._json.weighing import weight
from counterfoil._json.writing import small_texts

__all__ = ["body_in_slices"]


def body_in_slices(body: object, *, canonical: bool) -> Iterator[bytes]:
    """The pieces of what `encode(to_jsonable_python(body))` is, each after a short step.

    Some are empty. *body* must not change before the last of them.

    Lists, tuples and dicts are cut, and models where a field or root is a list, a dict, a string or
    a model of which neither a serializer of the class's own nor a computed field may ask for the
    whole. Anything else takes as long as pydantic takes for it.

    Raises `ValueError` or `TypeError` for what JSON cannot hold, perhaps after some of the pieces.
    """
    return pieces(Part(body, _Place(ANY)), canonical=canonical)


_Include: TypeAlias = "Mapping[int, _Include | bool] | Mapping[str, _Include | bool]"
"""What of a value is converted, as pydantic has it."""

_APART = STEP // 8
"""What a part of a model weighs at least that is cut."""

_CUT = "cut"
"""What stands for a part of a model that is cut. None would not do: it may be left out."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step from a body to a part of it."""

    around: Callable[[object], object]
    """What is around the part."""
    key: int | str | None = None
    """Where the part is when it has been converted; None for the root of a root model."""
    field: str | None = None
    """The only field that is converted, if what is around is a model."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is in a body, and what can be cut there.

    A value is converted where it is: in the types that are declared there, and as deep as it is.
    """

    shape: Shape
    steps: tuple[_Step, ...] = ()

    def converted(self, value: object) -> object:
        """What pydantic makes of *value* at this place."""
        around, include = self._around(value, None)
        part = to_jsonable_python(around, include=include)
        for key in self._keys():
            part = part[key]
        converted: object = part
        return converted

    def written(self, values: Sequence[object]) -> bytes | None:
        """The models in *values* as they are, where this is a list of such."""
        items = self.shape.items if isinstance(self.shape, ListShape) else self.shape
        kind = items.model if isinstance(items, ModelShape) else type(values[0])
        is_told = items is ANY or isinstance(items, ModelShape)
        return small_texts(values) if is_told and type(values[0]) is kind else None

    def _fields(self, body: BaseModel, field: str | None = None) -> dict[object, object]:
        """What pydantic makes of all fields of *body* at this place, or of a field."""
        around, include = self._around(body, None if field is None else {field: True})
        part = to_jsonable_python(around, include=include)
        for key in self._keys():
            part = part[key]
        fields: dict[object, object] = part
        return fields

    def _around(self, value: object, include: _Include | None) -> tuple[object, _Include | None]:
        """A body that has only *value*, at this place, and what of it is to be converted."""
        for step in reversed(self.steps):
            value = step.around(value)
            if step.field is not None:
                include = {step.field: True if include is None else include}
            elif include is not None:
                include = _within(step.key, include)
        return value, include

    def _keys(self) -> list[int | str]:
        return [step.key for step in self.steps if step.key is not None]

    def item(self) -> Form:
        """The place of what is in a list here."""
        shape = self.shape.items if isinstance(self.shape, ListShape) else ANY
        return self._at(shape, _Step(lambda value: [value], 0))

    def member(self, name: object) -> Form:
        """The place of what is under *name*, a string, in a dict here."""
        key = str(name)
        shape = self.shape.values if isinstance(self.shape, DictShape) else ANY
        return self._at(shape, _Step(lambda value: {key: value}, key))

    def _at(self, shape: Shape, step: _Step) -> _Place:
        return _Place(shape, (*self.steps, step))

    def pieces(self, value: object, cutter: Cutter) -> Pieces:
        """*value*, cut where it can be."""
        shape = self.shape
        if type(value) is str and shape is ANY:
            self.converted("")  # it raises if this is too deep
            return cutter.text(value)
        if type(value) is list and (shape is ANY or isinstance(shape, ListShape)):
            return cutter.array(value, self)
        if type(value) is tuple and shape is ANY:
            return cutter.array(value, self)
        if type(value) is dict and (shape is ANY or isinstance(shape, DictShape)):
            return self._dict(value, cutter)
        if isinstance(value, BaseModel) and (shape is ANY or shape == ModelShape(type(value))):
            return self._model(value, cutter)
        return self._whole(value, cutter)

    def _whole(self, value: object, cutter: Cutter) -> Pieces:
        return PLAIN.pieces(self.converted(value), cutter)

    def _dict(self, members: dict[object, object], cutter: Cutter) -> Pieces:
        if (yield from _are_names(members)):
            yield from cutter.mapping(members, self)
        elif self.shape is ANY:
            yield from cutter.mapping((yield from _named(members)), self)
        else:
            yield from self._whole(members, cutter)

    def _model(self, body: BaseModel, cutter: Cutter) -> Pieces:
        shapes = open_fields(type(body))
        parts = {name: value for name, value in vars(body).items() if name in shapes}
        parts = {name: value for name, value in parts.items() if weight([value], _APART) > _APART}
        if not parts:
            return self._whole(body, cutter)
        if isinstance(body, RootModel):
            root = self._at(shapes["root"], _Step(_with(body, "root")))
            return root.pieces(parts["root"], cutter)
        short = body.model_copy(update=dict.fromkeys(parts, _CUT))
        members = self._fields(short)
        cuts: dict[object, Part] = {}
        for name, value in parts.items():
            (alias,) = self._fields(short, name)
            if members[alias] == _CUT:  # or else another member has the same name, and is the last
                step = _Step(_with(short, name), str(alias), name)
                cuts[alias] = Part(value, self._at(shapes[name], step))
        return cutter.mapping(members, PLAIN, cuts)


def _within(key: int | str | None, include: _Include) -> _Include:
    if isinstance(key, int):
        return {key: include}
    return include if key is None else {key: include}


def _with(body: BaseModel, name: str) -> Callable[[object], object]:
    """What puts a value into a copy of *body*: always the same, for a copy takes time."""
    bare = body.model_copy()
    held = vars(bare)

    def around(value: object) -> object:
        held[name] = value
        return bare

    return around


def _are_names(members: dict[object, object]) -> Generator[bytes, None, bool]:
    """Whether all keys are strings, and no subclass of them, in steps."""
    for keys in lots(members):
        if any(type(key) is not str for key in keys):
            return False
        yield b""
    return True


def _named(members: dict[object, object]) -> Generator[bytes, None, dict[object, object]]:
    """*members* by what pydantic makes of their keys, in steps: of two that are one, the last."""
    named: dict[object, object] = {}
    for keys in lots(members):
        for key in keys:
            (name,) = to_jsonable_python({key: None})
            named[name] = members[key]
        yield b""
    return named
