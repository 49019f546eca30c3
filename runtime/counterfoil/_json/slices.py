"""JSON, written in steps that are each short, so that a server can do other work between them.

The C encoder holds the interpreter's lock, so encoding in a thread frees nobody. Here a value is
cut into batches of members that the C encoder takes a fraction of a millisecond for, and what is
too large for a batch is cut in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from counterfoil._json.encoding import TooDeepError, encode
from counterfoil._json.ordering import in_order, lots
from counterfoil._json.weighing import BITS, EACH, FLOAT, is_large, weight

__all__ = ["encoded_in_slices", "is_large"]

STEP = 24 * 1024
"""About how many bytes one step makes: a quarter of a millisecond, and as much to measure them."""


def encoded_in_slices(value: object, *, canonical: bool) -> Iterator[bytes]:
    """The pieces of what `encode` makes of *value*, each after a short step; some are empty.

    *value* must not change before the last of them. Only three things take longer than a step: a
    large object that is no dict, list, tuple or string; sorting the keys of a large dict that are
    not all strings; an integer of many thousand digits.

    Raises as `encode` does, perhaps after some of the pieces; also for what is nested deeper than
    the interpreter's recursion limit.
    """
    cutter = _Cutter(canonical)
    cuts: dict[int, _Pieces] = {id(value): cutter.pieces(value)}  # the last is the innermost
    while cuts:
        piece = next(cuts[next(reversed(cuts))], None)
        if isinstance(piece, bytes):
            yield piece
        elif piece is None:
            cuts.popitem()
        elif id(piece.value) in cuts:
            raise ValueError("the value holds itself")
        elif len(cuts) >= sys.getrecursionlimit():
            raise TooDeepError
        else:
            cuts[id(piece.value)] = cutter.pieces(piece.value)


@dataclass(frozen=True, slots=True)
class _Large:
    """A part that is too large for a batch: to be cut itself."""

    value: object


_Pieces: TypeAlias = Iterator[bytes | _Large]


class _Cutter:
    """Cuts values of each kind; its pieces are JSON, but for parts that are to be cut too."""

    def __init__(self, canonical: bool) -> None:
        self._canonical = canonical

    def pieces(self, value: object) -> _Pieces:
        """The pieces of *value*."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list | tuple):
            return self._array(value)
        if isinstance(value, str):
            return self._string(value)
        return iter([self._encode(value)])

    def _encode(self, value: object) -> bytes:
        return encode(value, canonical=self._canonical)

    def _string(self, text: str) -> _Pieces:
        yield b'"'
        for start in range(0, len(text), STEP):
            yield self._encode(text[start : start + STEP])[1:-1]
        yield b'"'

    def _array(self, values: Iterable[object]) -> _Pieces:
        separator = b"["
        batch: list[object] = []
        room = STEP
        for value in values:
            heavy = _weight(value)
            if heavy > room and batch:
                yield separator + self._encode(batch)[1:-1]
                separator, batch, room = b",", [], STEP
            if heavy > STEP:
                yield separator
                yield _Large(value)
                separator = b","
            else:
                batch.append(value)
                room -= heavy
        if batch:
            yield separator + self._encode(batch)[1:-1]
            separator = b","
        yield b"[]" if separator == b"[" else b"]"

    def _object(self, members: dict[object, object]) -> _Pieces:
        separator = b"{"
        batch: dict[object, object] = {}
        room = STEP
        for keys in in_order(members) if self._canonical else lots(members):
            yield b""
            for key in keys:
                value = members[key]
                heavy = _weight(key) + _weight(value)
                if heavy > room and batch:
                    yield separator + self._encode(batch)[1:-1]
                    separator, batch, room = b",", {}, STEP
                if heavy > STEP:
                    yield separator
                    yield from self._member(key, value)
                    separator = b","
                else:
                    batch[key] = value
                    room -= heavy
        if batch:
            yield separator + self._encode(batch)[1:-1]
            separator = b","
        yield b"{}" if separator == b"{" else b"}"

    def _member(self, key: object, value: object) -> _Pieces:
        if isinstance(key, str):
            yield _Large(key)
            yield b":"
        else:
            yield self._encode({key: None})[1 : -len("null}")]
        yield _Large(value)


def _weight(value: object) -> int:
    if isinstance(value, str):
        return EACH + len(value)
    if isinstance(value, int):
        return EACH + value.bit_length() // BITS
    if isinstance(value, float):
        return FLOAT
    if value is None:
        return EACH
    return weight(value, STEP)
