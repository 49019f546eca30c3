"""Parameters of the query that may take several occurrences, or none of their own name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from counterfoil._input.deep_objects import DeepError, deep
from counterfoil._input.problems import Problem
from counterfoil._input.query import percent_decode
from counterfoil._input.slots import Slot, Texts
from counterfoil._input.styles import with_list_elements

__all__ = ["Given", "Taker", "taker_of"]

Given: TypeAlias = list[tuple[str, str]]
"""Decoded names and encoded values, in order."""


class Taker:
    """A parameter that is given at most once."""

    is_deep = False
    is_list = False
    """Whether each time that it is given makes an element, whose text is its value."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot

    @property
    def takes_others(self) -> bool:
        """Whether each parameter that is no other's is a part of it."""
        return False

    @property
    def names(self) -> Sequence[str]:
        """The parameters of the query that are parts of it."""
        return (self.slot.name,)

    def put(self, given: Given, texts: Texts, problems: list[Problem]) -> None:
        """Put the value, or say what is wrong with it."""
        slot = self.slot
        if len(given) > 1:
            problems.append(Problem(slot.location, "repeated", "Input must be given once"))
            return
        ((_, encoded),) = given
        if encoded or not slot.may_be_empty:
            slot.put_encoded(encoded, texts, problems)
        elif slot.required:
            texts[slot.attribute] = None


class _ExplodedList(Taker):
    """`x=1&x=2`; an empty one is `x=`."""

    is_list = True

    def put(self, given: Given, texts: Texts, problems: list[Problem]) -> None:
        if len(given) == 1 and not given[0][1]:
            texts[self.slot.attribute] = []
            return
        try:
            texts[self.slot.attribute] = [percent_decode(encoded) for _, encoded in given]
        except ValueError as error:
            problems.append(Problem(self.slot.location, "encoding", f"Input {error}"))


class _ExplodedObject(Taker):
    """`R=100&G=200`: each property is a parameter."""

    @property
    def names(self) -> Sequence[str]:
        return tuple(self.slot.shape.properties)

    @property
    def takes_others(self) -> bool:
        return self.slot.shape.others is not None

    def put(self, given: Given, texts: Texts, problems: list[Problem]) -> None:
        location = self.slot.location
        found: dict[str, list[str]] = {}
        for name, encoded in given:
            try:
                value = percent_decode(encoded)
            except ValueError as error:
                problems.append(Problem.at((location, name), "encoding", f"Input {error}"))
            else:
                found.setdefault(name, []).append(value)
        try:
            texts[self.slot.attribute] = with_list_elements(found, self.slot.shape)
        except ValueError as error:
            problems.append(Problem(location, "style", f"Input {error}"))


class _Deep(Taker):
    """`x[R]=100&x[G]=200`"""

    is_deep = True

    def put(self, given: Given, texts: Texts, problems: list[Problem]) -> None:
        slot = self.slot
        try:
            texts[slot.attribute] = deep(slot.name, given, slot.shape)
        except DeepError as error:
            problems.append(Problem.at((slot.location, *error.keys), "style", f"Input {error}"))


def taker_of(slot: Slot) -> Taker:
    """What takes the parameter of *slot* from a query."""
    marker, shape = slot.marker, slot.shape
    if marker.media_type is not None:
        return Taker(slot)
    if marker.style == "deepObject":
        return _Deep(slot)
    is_exploded = marker.explode if marker.explode is not None else marker.style in (None, "form")
    if not is_exploded or not (shape.is_list or shape.is_object):
        return Taker(slot)
    return _ExplodedList(slot) if shape.is_list else _ExplodedObject(slot)
