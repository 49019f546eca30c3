"""Forms: application/x-www-form-urlencoded (WHATWG URL, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from counterfoil._input.form_types import Field, FieldType
from counterfoil._input.problems import Problem

__all__ = ["MAX_FIELDS", "read_form"]

MAX_FIELDS = 1000
"""How many fields a form may have."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def read_form(data: bytes, into: FieldType, problems: list[Problem]) -> Field:
    """The fields of a form, put where *into* has them; what is wrong goes into *problems*."""
    form = Field()
    if data.count(b"&") >= MAX_FIELDS:
        problems.append(Problem("body", "too_many", f"Form has more than {MAX_FIELDS} fields"))
        return form
    for name, text in _pairs(data, problems):
        try:
            into.put(form, name, text)
        except ValueError as error:
            problems.append(Problem("body", "value_error", f"The name of a field {error}"))
    return form


def _pairs(data: bytes, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for pair in data.split(b"&"):
        name, _, text = pair.partition(b"=")
        place: tuple[str, ...] = ("body",)
        try:
            if pair:
                decoded = _decoded(name)
                place = ("body", decoded)
                yield decoded, _decoded(text)
        except ValueError as error:
            problems.append(Problem.at(place, "value_error", f"Input {error}"))


def _decoded(data: bytes) -> str:
    if _BAD_ESCAPE.search(data):
        raise ValueError("has an incomplete percent escape")
    try:
        return unquote_to_bytes(data.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
