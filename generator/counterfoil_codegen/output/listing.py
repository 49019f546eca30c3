"""Unified diffs of what drifted, for a person to read: bounded, and safe on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from itertools import islice
from typing import Final

from counterfoil_codegen.output.drift import Drift
from counterfoil_codegen.reporting import visible

_MOST_LINES: Final = 400
_MOST_LINES_A_FILE: Final = 80
_MOST_TO_COMPARE: Final = 50_000


def diffs(drifted: Iterable[Drift]) -> Iterator[tuple[Drift, list[str]]]:
    """Each drift with the lines of its diff, as many as there is room for.

    The diff leads from what is on disk to what would be generated. A last line in square brackets
    says how much was left out.
    """
    room = _MOST_LINES
    for found in drifted:
        lines = _diff(found, min(room, _MOST_LINES_A_FILE))
        room -= len(lines)
        yield found, lines


def _diff(drift: Drift, most: int) -> list[str]:
    if drift.found is None and drift.wanted is None:
        return []
    old, new = _lines(drift.found), _lines(drift.wanted)
    if most <= 0 or len(old) + len(new) > _MOST_TO_COMPARE:
        return [f"[{drift.file}: {len(old)} lines on disk, {len(new)} as generated; not compared]"]
    before = "/dev/null" if drift.found is None else drift.file
    after = "/dev/null" if drift.wanted is None else drift.file
    every = _printable(unified_diff(old, new, before, after, lineterm=""))
    shown = list(islice(every, most))
    left_out = sum(1 for _ in every)
    return [*shown, f"[{drift.file}: {left_out} more lines left out]"] if left_out else shown


def _printable(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from map(visible, line.split("\n"))


def _lines(content: bytes | None) -> list[str]:
    if not content:
        return []
    lines = content.decode(errors="backslashreplace").split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "\n\\ No newline at end of file"
    return lines
