"""How large a pattern is once its counts are written out, read from its text.

An engine of linear time may be at each place of a pattern at once, and looks at all of these for
each character of a text: `(a{0,200}){0,100}` has 20,000 places.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

_WIDE_ESCAPE: Final = re.compile(
    r"\\(?:[pPxuU]\{[^}]*\}|[pP][A-Za-z]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|b\{[^}]*\}|.)",
    re.DOTALL,
)
_GROUP: Final = re.compile(r"\(\?P?<[^>]*>|\(\?([A-Za-z-]*)([:)])|\(")
_CLASS_START: Final = re.compile(r"\[\^?\]?")
_COUNT: Final = re.compile(r"\{\s*(\d+|(?=,))\s*(,\s*(\d+)?\s*)?\}")
_NO_WIDTH: Final = ("^", "$", "\\A", "\\z", "\\b", "\\B")


@dataclass(frozen=True, slots=True)
class Extent:
    """What a pattern, or a part of it, comes to."""

    places: float  # where a match may stand at once
    longest: float  # characters of the longest text that it matches

    def times(self, most: float) -> Extent:
        longest = self.longest * most if self.longest else 0
        return Extent(self.places * (1 if math.isinf(most) else most), longest)


class _Level:
    """A group that is being read: its alternatives, and the parts of the last of these."""

    def __init__(self) -> None:
        self.parts: list[Extent] = []
        self._alternatives: list[Extent] = []
        self.is_anchored = True  # each alternative begins where the text does
        self.begins = True

    def add(self, part: Extent, text: str) -> None:
        if self.begins:
            self.is_anchored &= text in ("^", "\\A")
        self.begins = False
        self.parts.append(part)

    def repeat(self, least: float, most: float) -> None:
        if not self.parts:
            return
        if len(self.parts) == 1 and self.parts[0].longest == 0:
            self.is_anchored = False  # an anchor that may be left out is none
        part = self.parts.pop()
        repeated = part.times(most)
        self.parts.append(Extent(max(repeated.places, part.places * least), repeated.longest))

    def close_alternative(self) -> None:
        self.is_anchored &= not self.begins
        self._alternatives.append(
            Extent(sum(each.places for each in self.parts), sum(e.longest for e in self.parts))
        )
        self.parts = []
        self.begins = True

    def whole(self) -> Extent:
        self.close_alternative()
        places = sum(each.places for each in self._alternatives)
        return Extent(places + 1, max(each.longest for each in self._alternatives))


def extent(pattern: str) -> tuple[Extent, bool]:
    """What *pattern*, which compiles, comes to; and whether it matches from the beginning alone."""
    levels = [_Level()]
    at = 0
    while at < len(pattern):
        at = _read_part(pattern, at, levels)
    while len(levels) > 1:  # only if this reads the syntax otherwise than the engine does
        inner = levels.pop().whole()
        levels[-1].add(inner, "")
    outermost = levels[0]
    return outermost.whole(), outermost.is_anchored


def _read_part(pattern: str, at: int, levels: list[_Level]) -> int:
    """Read what begins at *at*; where the next part begins."""
    level = levels[-1]
    match pattern[at]:
        case "\\":
            escape = _WIDE_ESCAPE.match(pattern, at)
            text = escape[0] if escape else "\\"
            level.add(Extent(1, 0 if text[:2] in _NO_WIDTH else 1), text)
            return at + len(text)
        case "[":
            level.add(Extent(1, 1), "")
            return _end_of_class(pattern, at)
        case "(":
            return _open(pattern, at, levels)
        case ")" if len(levels) > 1:
            inner = levels.pop().whole()
            levels[-1].add(inner, "")
        case "|":
            level.close_alternative()
        case "*" | "+" | "?" | "{" if repetition := _repetition(pattern, at):
            least, most, end = repetition
            level.repeat(least, most)
            return end + pattern.startswith("?", end)
        case char:
            level.add(Extent(1, 0 if char in _NO_WIDTH else 1), char)
    return at + 1


def _open(pattern: str, at: int, levels: list[_Level]) -> int:
    group = _GROUP.match(pattern, at)
    if group is None:
        return at + 1
    if "x" in (group[1] or ""):  # from here on blanks and comments are no part of the pattern
        levels[-1].add(Extent(math.inf, math.inf), "")
    if group[2] == ")":
        levels[-1].add(Extent(1, 0), "")
    else:
        levels.append(_Level())
    return group.end()


def _end_of_class(pattern: str, at: int) -> int:
    """Where what follows a class begins: classes may hold classes."""
    depth = 0
    while at < len(pattern):
        start = _CLASS_START.match(pattern, at)
        if start:
            depth += 1
            at = start.end()
            continue
        depth -= pattern[at] == "]"
        at += 2 if pattern[at] == "\\" else 1
        if depth == 0:
            break
    return at


def _repetition(pattern: str, at: int) -> tuple[float, float, int] | None:
    """The least and the most times that a part is repeated, and where that ends."""
    signs: dict[str, tuple[float, float]] = {"*": (1, math.inf), "+": (1, math.inf), "?": (0, 1)}
    if pattern[at] in signs:
        return *signs[pattern[at]], at + 1
    count = _COUNT.match(pattern, at)
    if count is None:
        return None
    least = float(count[1] or 0)
    most = least if count[2] is None else float(count[3] or "inf")
    return least, most, count.end()
