"""Attributes that are made when they are first asked for: most requests ask for few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

__all__ = ["Late", "late"]

S = TypeVar("S")
T = TypeVar("T")


class Late(Generic[S, T]):
    """As `functools.cached_property`, which locks in some versions of Python."""

    __slots__ = ("_make", "_name")

    def __init__(self, make: Callable[[S], T]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type[S], name: str) -> None:
        self._name = name

    def __get__(self, instance: S, owner: type[S]) -> T:
        made = self._make(instance)
        setattr(instance, self._name, made)
        return made


def late(make: Callable[[S], T]) -> T:
    """An attribute that *make* makes of its object, unless it is set before."""
    return cast("T", Late(make))  # what it is to those who get it
