"""Answers as a strict client reads them: what is not in the grammar is an error (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["Answer", "UnparsableError", "answers"]

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEAD: Final = re.compile(
    rb"HTTP/1\.[01] ([1-5][0-9]{2}) [ -~]*\r\n((?:" + _TOKEN + rb": (?:[!-~][ -~]*)?\r\n)*)\r\n"
)
_FIELD: Final = re.compile(rb"([^:]+): ([^\r]*)\r\n")
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,15})\r\n")
_NO_BODY: Final = frozenset({204, 304})


class UnparsableError(Exception):
    """What came is no answer."""


class Answer(NamedTuple):
    """A final answer, with how many there were before it that were none (1xx)."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes
    is_bare: bool
    """Whether it has none of the body that it speaks of, as it must be for HEAD."""

    interim: int

    @property
    def closes(self) -> bool:
        """Whether it says that it is the last."""
        return self.headers.get(b"connection") == b"close"


def answers(data: bytes) -> Iterator[Answer]:
    """Those in *data*.

    Raises `UnparsableError`.
    """
    place, interim = 0, 0
    while place < len(data):
        found = _HEAD.match(data, place)
        if found is None:
            raise UnparsableError(f"no head at {place}: {data[place : place + 200]!r}")
        status, place = int(found[1]), found.end()
        if status < 200:
            if status != 100 or found[2]:
                raise UnparsableError(f"an interim answer of {status}: {found[2]!r}")
            interim += 1
            continue
        headers, body = _headers(found[2]), b""
        is_bare = status not in _NO_BODY and headers.get(b"content-length") != b"0"
        if is_bare and place < len(data) and not data.startswith(b"HTTP/1.", place):
            is_bare = False
            body, place = _body(data, place, headers)
        yield Answer(status, headers, body, is_bare, interim)
        interim = 0


def _headers(fields: bytes) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(fields):
        key = name.lower()
        if key in headers and key in (b"content-length", b"transfer-encoding", b"connection"):
            raise UnparsableError(f"{name!r} twice")
        headers[key] = headers[key] + b", " + value if key in headers else value
    return headers


def _body(data: bytes, place: int, headers: dict[bytes, bytes]) -> tuple[bytes, int]:
    length, coding = headers.get(b"content-length"), headers.get(b"transfer-encoding")
    if coding is not None:
        if coding != b"chunked" or length is not None:
            raise UnparsableError(f"a body of {coding!r} and {length!r}")
        return _chunks(data, place)
    if length is None:
        if headers.get(b"connection") != b"close":
            raise UnparsableError("a body without an end")
        return data[place:], len(data)
    if _LENGTH.fullmatch(length) is None or len(data) < place + int(length):
        raise UnparsableError(f"a body of {length!r} bytes with {len(data) - place}")
    return data[place : place + int(length)], place + int(length)


def _chunks(data: bytes, place: int) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    while True:
        found = _CHUNK.match(data, place)
        if found is None:
            raise UnparsableError(f"no chunk at {place}: {data[place : place + 50]!r}")
        size, place = int(found[1], 16), found.end()
        end = place + size
        if data[end : end + 2] != b"\r\n":
            raise UnparsableError(f"a chunk without an end at {end}")
        if not size:
            return b"".join(pieces), end + 2
        pieces.append(data[place:end])
        place = end + 2
