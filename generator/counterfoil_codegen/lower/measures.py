"""Durations and sizes, as `x-counterfoil` spells them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from counterfoil_codegen.document.values import JsonValue

DURATION: Final = "write seconds, or a number with ms, s, m or h: 30s"
"""What helps where a duration is meant."""

SIZE: Final = "write bytes, or a whole number with B, kB, MB, GB, KiB, MiB or GiB: 10MiB"
"""What helps where a size is meant."""

_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m|h)")
_SECONDS: Final = {
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_SIZE: Final = re.compile(r"([0-9]{1,15}) ?(B|kB|MB|GB|KiB|MiB|GiB)")
_BYTES: Final = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}


def seconds(value: JsonValue) -> Fraction | None:
    """The duration that *value* is: a number of seconds, or a text with a unit; else None."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        return Fraction(match[1]) * _SECONDS[match[2]] if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Fraction(value)


def size(value: JsonValue) -> int | None:
    """The size that *value* is: a whole number of bytes, or a text with a unit; else None."""
    if isinstance(value, str):
        match = _SIZE.fullmatch(value)
        return int(match[1]) * _BYTES[match[2]] if match else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
