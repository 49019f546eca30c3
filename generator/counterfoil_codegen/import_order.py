"""The order of names in imports and `__all__`, as ruff and isort want it."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = re.compile(r"([0-9]+)")
Natural = tuple[tuple[int, int, str], ...]


def member_order(name: str) -> tuple[int, Natural, str]:
    """isort's order of the names in an import: constants, classes, the rest; case counts last."""
    return _kind(name), natural(name.lower()), name


def exported_order(name: str) -> tuple[int, Natural]:
    """The order of names in `__all__` (ruff's RUF022): as in an import, but case counts."""
    return _kind(name), natural(name)


def _kind(name: str) -> int:
    return 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2


def natural(text: str) -> Natural:
    """Runs of digits by value; one with a zero before it as a text, before all that have none."""
    return tuple(_part(part) for part in _DIGITS.split(text) if part)


def _part(part: str) -> tuple[int, int, str]:
    if not part.isdigit():
        return 1, 0, part
    return (0, 0, part) if part.startswith("0") else (0, int(part), "")
