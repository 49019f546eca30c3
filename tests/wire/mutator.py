"""Requests, broken at random: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from tests.wire.material import BYTES, CHUNKS, FIELDS, LINE_ENDS, REQUESTS, TOKENS

__all__ = ["Case", "Mutator"]

T = TypeVar("T")

_LONGEST: Final = 60_000
_BYTE_BY_BYTE: Final = 600


class Case(NamedTuple):
    """What a client sends."""

    data: bytes
    cuts: tuple[int, ...]
    """Where the pieces end, but for the last."""

    def pieces(self) -> list[bytes]:
        """What it sends at a time."""
        if not self.cuts:
            return [self.data]
        edges = [0, *self.cuts, len(self.data)]
        return [self.data[start:end] for start, end in pairwise(edges)]


class Mutator:
    """Makes cases."""

    def __init__(self, seed: int, requests: Sequence[bytes] = REQUESTS) -> None:
        self._random = random.Random(seed).random
        self._requests = requests
        self._mutations: tuple[Callable[[bytes], bytes], ...] = (
            *(self._flip, self._flip, self._set, self._remove, self._insert, self._insert),
            *(self._overwrite, self._repeat_line, self._move_line, self._drop_line),
            *(self._end_line, self._add_field, self._add_field, self._add_field, self._chunk),
            *(self._chunk, self._count, self._splice, self._cut_off, self._spell, self._swell),
        )

    def case(self) -> Case:
        """The next one."""
        data = self._requests_in_a_row()
        for _ in range(self._weighted((1, 1, 1, 1, 2, 2, 3, 5, 0))):
            data = self._one_of(self._mutations)(data)
        if self._random() < 0.3:
            data += self._one_of(self._requests)
        data = data[:_LONGEST]
        return Case(data, self._cuts(data))

    def _requests_in_a_row(self) -> bytes:
        one = self._one_of(self._requests)
        chance = self._random()
        if chance < 0.5:
            return one
        if chance < 0.8:
            return one + self._one_of(self._requests)
        return one + b"".join(self._one_of(self._requests) for _ in range(self._below(4) + 1))

    def _cuts(self, data: bytes) -> tuple[int, ...]:
        chance = self._random()
        if chance < 0.7 or len(data) < 2:
            return ()
        if chance < 0.85:
            return tuple(sorted({self._below(len(data) - 1) + 1 for _ in range(3)}))
        if chance < 0.98:
            # Within and around the ends of lines, where readers change what they look for.
            place = self._line_end(data) + self._below(5)
            return (place,) if 0 < place < len(data) else ()
        return tuple(range(1, min(len(data), _BYTE_BY_BYTE)))

    # Choices.

    def _below(self, number: int) -> int:
        return int(self._random() * number)

    def _one_of(self, things: Sequence[T]) -> T:
        return things[int(self._random() * len(things))]

    def _weighted(self, things: Sequence[int]) -> int:
        return things[int(self._random() * len(things))]

    def _place(self, data: bytes) -> int:
        return self._below(len(data) + 1) if self._random() < 0.6 else self._line_start(data)

    def _line_end(self, data: bytes) -> int:
        place = data.find(b"\r\n", self._below(len(data) + 1))
        return place if place >= 0 else max(data.find(b"\r\n"), 0)

    def _line_start(self, data: bytes) -> int:
        return min(self._line_end(data) + 2, len(data))

    def _line(self, data: bytes) -> tuple[int, int]:
        start = self._line_start(data)
        end = data.find(b"\r\n", start)
        return start, len(data) if end < 0 else end + 2

    # Mutations.

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return data
        place = self._below(len(data))
        flipped = data[place] ^ (1 << self._below(8))
        return b"%b%c%b" % (data[:place], flipped, data[place + 1 :])

    def _set(self, data: bytes) -> bytes:
        place = self._below(len(data) + 1)
        return data[:place] + self._one_of(BYTES) + data[place + 1 :]

    def _remove(self, data: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + data[place + 1 + self._below(4) :]

    def _insert(self, data: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + self._one_of(TOKENS) + data[place:]

    def _overwrite(self, data: bytes) -> bytes:
        place, token = self._place(data), self._one_of(TOKENS)
        return data[:place] + token + data[place + len(token) :]

    def _repeat_line(self, data: bytes) -> bytes:
        start, end = self._line(data)
        return data[:end] + data[start:end] + data[end:]

    def _move_line(self, data: bytes) -> bytes:
        start, end = self._line(data)
        line, rest = data[start:end], data[:start] + data[end:]
        place = self._line_start(rest)
        return rest[:place] + line + rest[place:]

    def _drop_line(self, data: bytes) -> bytes:
        start, end = self._line(data)
        return data[:start] + data[end:]

    def _end_line(self, data: bytes) -> bytes:
        place, end = self._line_end(data), self._one_of(LINE_ENDS)
        if self._random() < 0.1:
            return data.replace(b"\r\n", end)
        return data[:place] + end + data[place + 2 :]

    def _add_field(self, data: bytes) -> bytes:
        place = self._line_start(data)
        return data[:place] + self._one_of(FIELDS) + b"\r\n" + data[place:]

    def _chunk(self, data: bytes) -> bytes:
        found = data.find(b"\r\n5\r\nhello")
        if found < 0:
            return data + self._one_of(CHUNKS)
        if self._random() < 0.5:  # the size
            return data[: found + 2] + self._one_of(CHUNKS) + data[found + 3 :]
        place = found + 5 + self._below(8)  # within the data, and its end
        return data[:place] + self._one_of(CHUNKS) + data[place + self._below(3) :]

    def _count(self, data: bytes) -> bytes:
        """Another digit for one."""
        places = [place for place, byte in enumerate(data[:400]) if 48 <= byte <= 57]
        if not places:
            return data
        place = self._one_of(places)
        return b"%b%c%b" % (data[:place], 48 + self._below(10), data[place + 1 :])

    def _splice(self, data: bytes) -> bytes:
        other = self._one_of(self._requests)
        place, start = self._place(data), self._place(other)
        return data[:place] + other[start:] + (data[place:] if self._random() < 0.5 else b"")

    def _cut_off(self, data: bytes) -> bytes:
        return data[: self._place(data)]

    def _spell(self, data: bytes) -> bytes:
        """A name in another case, and other space around it."""
        start, end = self._line(data)
        name, colon, value = data[start:end].partition(b":")
        other = name.upper() if self._random() < 0.5 else name.lower()
        space = self._one_of((b"", b" ", b"\t", b" \t ", b"\x0b", b"\xa0"))
        value = value.strip(b" ") if self._random() < 0.5 else value
        return data[:start] + other + colon + space + value + data[end:]

    def _swell(self, data: bytes) -> bytes:
        """Something, many times: seldom more than is taken, for that takes long."""
        place, token = self._place(data), self._one_of(TOKENS)
        if self._random() < 0.8:
            return data[:place] + token * (2 + self._below(10)) + data[place:]
        size = self._one_of((100, 600, 17_000))
        return data[:place] + token * (size // max(len(token), 1) + 1) + data[place:]
