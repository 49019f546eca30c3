"""Parts of a body that a client asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex

__all__ = ["MAX_RANGES", "Multipart", "UnsatisfiableError", "byte_ranges", "content_range"]

MAX_RANGES = 16
"""How many ranges one request may ask for; with more, it gets the whole."""

_SET = re.compile(rb"bytes=([0-9, \t-]{1,1024})", re.IGNORECASE)
_RANGE = re.compile(rb"([0-9]{0,19})-([0-9]{0,19})")


class UnsatisfiableError(Exception):
    """None of the ranges has a byte of the body."""


def byte_ranges(header: bytes, size: int) -> list[range]:
    """The parts of a body of *size* bytes that a `Range` header asks for, as ranges of offsets.

    Those that overlap or touch are one; they stand in the order in which they were asked for. The
    list is empty if the header is to be ignored: it is no valid one, or asks for too many ranges.

    Raises `UnsatisfiableError`.
    """
    found = _SET.fullmatch(header.strip(b" \t"))
    if found is None or size == 0:
        return []
    parts = [part for each in found[1].split(b",") if (part := each.strip(b" \t"))]
    if not 0 < len(parts) <= MAX_RANGES:
        return []
    asked = [_range(part, size) for part in parts]
    valid = [each for each in asked if each is not None]
    if len(valid) < len(asked):
        return []
    present = [each for each in valid if each]
    if not present:
        raise UnsatisfiableError
    return _merged(present)


def _range(text: bytes, size: int) -> range | None:
    """One range, which is empty if the body has nothing of it; None if it is not valid."""
    found = _RANGE.fullmatch(text)
    if found is None or text == b"-":
        return None
    first, last = found[1], found[2]
    if not first:
        return range(max(0, size - int(last)), size)
    if not last:
        return range(int(first), size)
    if int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size))


def _merged(asked: list[range]) -> list[range]:
    merged: list[range] = []
    for each in sorted(asked, key=lambda part: part.start):
        if merged and each.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, each.stop))
        else:
            merged.append(each)
    # A merged range stands where the first of its parts was asked for.
    order = [next(i for i, part in enumerate(asked) if part.start in each) for each in merged]
    return [each for _, each in sorted(zip(order, merged, strict=True), key=lambda pair: pair[0])]


def content_range(part: range, size: int) -> bytes:
    """The value of `Content-Range` for a *part* of a body of *size* bytes."""
    return b"bytes %d-%d/%d" % (part.start, part.stop - 1, size)


@dataclass(frozen=True, slots=True)
class Multipart:
    """Several parts in one body (RFC 9110, section 14.6): each after its head, then `end`."""

    media_type: bytes
    parts: tuple[tuple[bytes, range], ...]
    end: bytes

    @classmethod
    def of(cls, ranges: Iterable[range], size: int, media_type: bytes) -> Multipart:
        """*ranges* of a body of *size* bytes, whose own type is *media_type*."""
        boundary = token_hex(16).encode("ascii")
        head = b"\r\n--%b\r\nContent-Type: %b\r\nContent-Range: %b\r\n\r\n"
        return cls(
            b"multipart/byteranges; boundary=" + boundary,
            tuple(
                (head % (boundary, media_type, content_range(each, size)), each) for each in ranges
            ),
            b"\r\n--%b--\r\n" % boundary,
        )

    def __len__(self) -> int:
        """How many bytes the body has."""
        return sum(len(head) + len(part) for head, part in self.parts) + len(self.end)
