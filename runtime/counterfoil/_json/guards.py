"""What is looked at in values before an encoder has them as they are.

Encoders differ in how they spell some numbers, and values that are long are cut first. A guard
raises `UnsureError` for these, and may raise `TypeError` for a value of another type than was
declared: pydantic is to be asked then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, cast

__all__ = [
    "DATE",
    "FLOAT",
    "INT",
    "LIST",
    "LONGEST_LIST",
    "LONGEST_TEXT",
    "TEXT",
    "Guard",
    "UnsureError",
    "guard_of_list",
]

LONGEST_TEXT: Final = 4096
"""How long a text may be, in characters, that is not cut."""

LONGEST_LIST: Final = 64
"""How many members a list may have that is not cut."""

_LONGEST_COLUMN: Final = 16 * LONGEST_TEXT
_MOST_IN_COLUMN: Final = 16 * LONGEST_LIST


class UnsureError(Exception):
    """Pydantic is to be asked."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks at the values of one attribute."""

    one: Callable[[object], None]
    """Looks at the value of one object."""

    column: Callable[[Iterable[object]], None]
    """Looks at those of several: their lengths are added up, which takes a third of the time."""


def _refuse_bool(value: object) -> None:
    if value is True or value is False:  # pydantic writes a number then
        raise UnsureError


def _refuse_bools(values: Iterable[object]) -> None:
    if bool in set(map(type, values)):
        raise UnsureError


def _refuse_odd_float(value: object) -> None:
    """Whole numbers are written as fractions, and exponents as each encoder likes."""
    if type(value) is not float:
        if value is not None:
            raise UnsureError
    elif not 1e-4 <= abs(value) < 1e16 and value != 0:  # also what is no number
        raise UnsureError


def _refuse_datetime(value: object) -> None:
    if isinstance(value, datetime):  # a date to Python, of which pydantic leaves out the time
        raise UnsureError


def _refuse_long_text(value: object) -> None:
    if type(value) is str and len(value) > LONGEST_TEXT:
        raise UnsureError


def _refuse_long_texts(values: Iterable[object]) -> None:
    if len("".join(cast("Iterable[str]", filter(None, values)))) > _LONGEST_COLUMN:
        raise UnsureError


def _refuse_long_list(value: object) -> None:
    if type(value) is list and len(value) > LONGEST_LIST:
        raise UnsureError


def _refuse_long_lists(values: Iterable[object]) -> None:
    if sum(map(len, cast("Iterable[Sized]", filter(None, values)))) > _MOST_IN_COLUMN:
        raise UnsureError


def _refuse_list_of_long_texts(value: object) -> None:
    if type(value) is list and (len(value) > LONGEST_LIST or len("".join(value)) > LONGEST_TEXT):
        raise UnsureError


def _refuse_lists_of_long_texts(values: Iterable[object]) -> None:
    lists = cast("Iterable[list[str]]", filter(None, values))
    texts = list(chain.from_iterable(lists))
    if len(texts) > _MOST_IN_COLUMN or len("".join(texts)) > _LONGEST_COLUMN:
        raise UnsureError


def _each(look: Callable[[object], None]) -> Callable[[Iterable[object]], None]:
    def look_at_each(values: Iterable[object]) -> None:
        deque(map(look, values), 0)

    return look_at_each


INT: Final = Guard(_refuse_bool, _refuse_bools)
DATE: Final = Guard(_refuse_datetime, _each(_refuse_datetime))
FLOAT: Final = Guard(_refuse_odd_float, _each(_refuse_odd_float))
TEXT: Final = Guard(_refuse_long_text, _refuse_long_texts)
LIST: Final = Guard(_refuse_long_list, _refuse_long_lists)
_TEXTS: Final = Guard(_refuse_list_of_long_texts, _refuse_lists_of_long_texts)


def guard_of_list(inside: Guard) -> Guard:
    """What looks at lists, if *inside* is to look at what is in them."""
    if inside is TEXT:
        return _TEXTS

    def look(value: object) -> None:
        if type(value) is list:
            _refuse_long_list(value)
            inside.column(value)

    return Guard(look, _each(look))
