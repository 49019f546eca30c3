"""JSON, written in steps that are each short, so that a server can do other work between them.

The C encoder holds the interpreter's lock, so encoding in a thread frees nobody. Here a value is
cut into batches of members that the C encoder takes a fraction of a millisecond for, and what is
too large for a batch is cut in turn. Nothing but bytes outlives a step: what a large answer leaves
for the garbage collector would make it go through all objects of the program, again and again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from counterfoil._json.encoding import TooDeepError, encode
from counterfoil._json.ordering import in_order, lots
from counterfoil._json.weighing import is_large, weight

__all__ = ["PLAIN", "Cutter", "Form", "Part", "Pieces", "encoded_in_slices", "is_large", "pieces"]

STEP = 24 * 1024
"""About how much a batch weighs: it takes a tenth of a millisecond."""

_FIRST = 16
"""How many members are tried first; then the number follows what they weigh."""

_FEW = 64 * 1024
"""What is written of small models in one step may be longer, but then the next one takes fewer."""


class Form(Protocol):
    """What values are at some place of an answer: how to convert them, and how to cut them."""

    def converted(self, value: object) -> object:
        """*value* as the encoder takes it."""

    def written(self, values: Sequence[object]) -> bytes | None:
        """The canonical JSON of *values*, between commas; None if they are to be converted."""

    def pieces(self, value: object, cutter: Cutter) -> Pieces:
        """*value*, cut by *cutter*."""

    def item(self) -> Form:
        """The form of what is in a list of this form."""

    def member(self, name: object) -> Form:
        """The form of what is under *name* in a dict of this form."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is too large for a batch: to be cut itself."""

    value: object
    form: Form


Pieces: TypeAlias = Iterator[bytes | Part]


def encoded_in_slices(value: object, *, canonical: bool) -> Iterator[bytes]:
    """The pieces of what `encode` makes of *value*, each after a short step; some are empty.

    *value* must not change before the last of them. Only three things take longer than a step: a
    large object that is no dict, list, tuple or string; sorting the keys of a large dict that are
    not all strings; an integer of many thousand digits.

    Raises as `encode` does, perhaps after some of the pieces; also for what is nested deeper than
    the interpreter's recursion limit.
    """
    return pieces(Part(value, PLAIN), canonical=canonical)


def pieces(part: Part, *, canonical: bool) -> Iterator[bytes]:
    """The pieces of the JSON of *part*, as `encoded_in_slices` says."""
    cutter = Cutter(canonical)
    cuts: dict[int, Pieces] = {id(part.value): cutter.pieces(part)}  # the last is the innermost
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
            cuts[id(piece.value)] = cutter.pieces(piece)


class Cutter:
    """Cuts values of each kind; its pieces are JSON, but for parts that are to be cut too."""

    def __init__(self, canonical: bool) -> None:
        self._canonical = canonical

    def pieces(self, part: Part) -> Pieces:
        """The pieces of *part*."""
        return part.form.pieces(part.value, self)

    def encoded(self, value: object) -> bytes:
        """*value*, in one go."""
        return encode(value, canonical=self._canonical)

    def text(self, text: str) -> Pieces:
        """The pieces of a string."""
        yield b'"'
        for start in range(0, len(text), STEP):
            yield self.encoded(text[start : start + STEP])[1:-1]
        yield b'"'

    def array(self, values: Sequence[object], form: Form) -> Pieces:
        """The pieces of a list that has *form*."""
        separator = b"["
        start, size, models = 0, _FIRST, _FIRST
        while start < len(values):
            batch = values[start : start + models]
            written = form.written(batch) if self._canonical else None
            if written is not None:
                yield separator
                yield written
                separator = b","
                start += len(batch)
                models = max(1, models * _FEW // (len(written) + _FEW // 2))
                continue
            models = max(1, models // 2)
            batch = values[start : start + size]
            heavy = weight(batch, STEP)
            if heavy <= STEP:
                yield separator + self.encoded(form.converted(batch))[1:-1]
            elif len(batch) > 1:
                size = len(batch) // 2
                yield b""
                continue
            else:
                yield separator
                yield Part(batch[0], form.item())
            separator = b","
            start += size
            if heavy <= STEP // 2:
                size *= 2
        yield b"[]" if separator == b"[" else b"]"

    def mapping(
        self, members: dict[object, object], form: Form, cuts: Mapping[object, Part] | None = None
    ) -> Pieces:
        """The pieces of a dict that has *form*; the values of some keys may be *cuts*."""
        separator = b"{"
        for keys in in_order(members) if self._canonical else lots(members):
            yield b""
            start, size = 0, _FIRST
            while start < len(keys):
                batch = {key: members[key] for key in keys[start : start + size]}
                heavy = (
                    STEP + 1
                    if cuts and not cuts.keys().isdisjoint(batch)
                    else weight([batch], STEP)
                )
                if heavy <= STEP:
                    yield separator + self.encoded(form.converted(batch))[1:-1]
                elif len(batch) > 1:
                    size = len(batch) // 2
                    yield b""
                    continue
                else:
                    ((key, value),) = batch.items()
                    yield separator
                    yield from self._name(key)
                    yield cuts[key] if cuts and key in cuts else Part(value, form.member(key))
                separator = b","
                start += size
                if heavy <= STEP // 2:
                    size *= 2
        yield b"{}" if separator == b"{" else b"}"

    def _name(self, key: object) -> Pieces:
        if isinstance(key, str):
            yield Part(key, PLAIN)
            yield b":"
        else:
            yield self.encoded({key: None})[1 : -len("null}")]


class _Plain:
    """What the encoder takes as it is."""

    def converted(self, value: object) -> object:
        return value

    def written(self, values: Sequence[object]) -> bytes | None:
        return None

    def pieces(self, value: object, cutter: Cutter) -> Pieces:
        if isinstance(value, dict):
            return cutter.mapping(value, self)
        if isinstance(value, list | tuple):
            return cutter.array(value, self)
        if isinstance(value, str):
            return cutter.text(value)
        return iter([cutter.encoded(value)])

    def item(self) -> Form:
        return self

    def member(self, name: object) -> Form:
        return self


PLAIN: Form = _Plain()
"""The form of values that need no conversion."""
