"""What a plain YAML scalar stands for: the core schema of YAML 1.2.2, section 10.3.2.

`no`, `on` and `y` are strings, `010` is ten, `0o10` is eight, a date is a string.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What a scalar that is no string can begin with: saves the patterns below for most scalars.
_STARTS: Final = frozenset("~nNtTfF+-.0123456789")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o([0-7]+)")
_HEXADECIMAL: Final = re.compile(r"0x([0-9a-fA-F]+)")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of a scalar written without quotes; of `.inf`, `.nan` and `1e999` a float."""
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text)


def is_number(text: str) -> bool:
    """Whether a plain scalar is a number; unlike `plain_value` it never computes it."""
    return any(form.fullmatch(text) for form in (_DECIMAL, _OCTAL, _HEXADECIMAL, _FLOAT))


def _number(text: str) -> str | int | float:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".", "") if text[-1] in "fFnN" else text)
    if octal := _OCTAL.fullmatch(text):
        return int(octal[1], 8)
    if hexadecimal := _HEXADECIMAL.fullmatch(text):
        return int(hexadecimal[1], 16)
    return text
