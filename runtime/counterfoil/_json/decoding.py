"""JSON, read strictly.

What another reader of the same bytes could understand differently is refused: duplicate keys,
numbers that no double can hold, half of a surrogate pair (RFC 8259, sections 4, 6 and 8.2).
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import NoReturn, TypeAlias

__all__ = ["MAX_DEPTH", "JsonError", "JsonValue", "MalformedJsonError", "decode"]

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

MAX_DEPTH = 64
"""How deep objects and arrays may be nested."""

MAX_CONTAINERS = 100_000
"""How many objects and arrays a text may hold: each takes memory, and time, of many characters."""

# A string that never ends goes to the end of the text: were it no match, each quotation mark in it
# would be tried again, in time that grows with the square of the length.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_BRACKET = re.compile(r"[^][{}]+")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


class JsonError(ValueError):
    """The text is JSON, but means different things to different readers, or is too deep."""


class MalformedJsonError(JsonError):
    """The text is not JSON."""


def decode(data: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8.

    Raises `MalformedJsonError` if it is not JSON, and `JsonError` if it holds a duplicate key, a
    number out of range, a lone surrogate, more than `MAX_CONTAINERS` objects and arrays, or is
    nested deeper than `MAX_DEPTH`. The messages do not quote the text.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJsonError("it is not UTF-8") from None
    _check_depth(text)
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJsonError(f"{error.msg}, at character {error.pos}") from None
    except JsonError:
        raise
    except ValueError:  # an integer of more digits than Python converts
        raise JsonError("a number is out of range") from None
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    brackets = _NOT_BRACKET.sub("", _STRING.sub("", text))
    if brackets.count("[") + brackets.count("{") > MAX_CONTAINERS:
        raise JsonError(f"it holds more than {MAX_CONTAINERS} objects and arrays")
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise JsonError(f"it is nested deeper than {MAX_DEPTH} levels")


def _check_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("a string holds half of a surrogate pair") from None


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JsonError("an object has a key twice")
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonError("a number is out of range")
    return value


def _constant(_: str) -> NoReturn:
    raise MalformedJsonError("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant, parse_float=_float)
