"""Headers that are spelled and checked once, and not with every message.

Twisted spells and checks each name and value of each message, which takes longer than a short
handler does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, cast

from twisted.web.http_headers import Headers
from typing_extensions import override

from counterfoil._types import Request

__all__ = [
    "NO_LINES",
    "GivenHeaders",
    "PreparedHeaders",
    "PreparedLines",
    "describe_content",
    "has_control_character",
    "joined",
    "prepared",
    "set_prepared",
    "spelled",
]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_A_FIELD = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OFTEN_SEEN = 64
"""How long a name may be, in bytes, that is kept."""


class PreparedLines:
    """Headers that are set as one, and equal none but themselves: a key for what is made of them.

    Their values are tuples, whatever Twisted declares: they are shared, so nobody must be able to
    change them.
    """

    __slots__ = ("__weakref__", "by_name")

    def __init__(self, by_name: Mapping[bytes, Sequence[bytes]]) -> None:
        self.by_name = {name: cast("list[bytes]", tuple(each)) for name, each in by_name.items()}


NO_LINES: Final = PreparedLines({})


def prepared(lines: Mapping[str, str]) -> PreparedLines:
    """*lines* as they are sent."""
    return PreparedLines(dict(Headers({n: [v] for n, v in lines.items()}).getAllRawHeaders()))


def has_control_character(value: str | bytes) -> bool:
    """Whether *value* could forge a header: a field may hold the tab alone (RFC 9110, 5.5)."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return _NOT_IN_A_FIELD.search(text) is not None


def spelled(name: bytes) -> bytes | None:
    """*name* as Twisted spells it, `Content-Type`; None if it is no name (RFC 9110, 5.1)."""
    return _spelled(name) if len(name) <= _OFTEN_SEEN else _spelled.__wrapped__(name)


@lru_cache(maxsize=1024)
def _spelled(name: bytes) -> bytes | None:
    if _TOKEN.fullmatch(name) is None:
        return None
    ((spelling, _),) = Headers({name: [b""]}).getAllRawHeaders()
    return spelling


class PreparedHeaders(Headers):
    """Headers that can be read and set by names that are spelled already, and checked values.

    What is prepared is shared by messages, so no list is changed but those that `append` made.
    """

    __slots__ = ()

    def get(self, name: bytes) -> list[bytes] | None:
        """The values of *name*, which is spelled; None if there is none."""
        return self._rawHeaders.get(name)

    def lines(self) -> dict[bytes, list[bytes]]:
        """All of them, by their names."""
        return self._rawHeaders

    def take(self, lines: dict[bytes, list[bytes]]) -> None:
        """Have *lines*, checked and by names that are spelled, and no others."""
        self._rawHeaders = lines

    def append(self, name: bytes, value: bytes) -> None:
        """Add a checked *value* to those of *name*, which is spelled, and not prepared."""
        self._rawHeaders.setdefault(name, []).append(value)

    @override
    def setRawHeaders(self, name: str | bytes, values: Sequence[str | bytes]) -> None:
        """Set *values*. Raises `ValueError` for what could forge another header."""
        if any(has_control_character(value) for value in values):
            raise ValueError(f"the header {name!r} holds a control character")
        Headers.setRawHeaders(self, name, values)

    @override
    def addRawHeader(self, name: str | bytes, value: str | bytes) -> None:
        """Add a value to those that *name* has."""
        self.setRawHeaders(name, [*(self.getRawHeaders(name) or ()), value])


class GivenHeaders(PreparedHeaders):
    """The headers of an answer. As long as all of them are prepared, they are not set one by one.

    Most answers have the same ones but for their length: those are joined once, and kept.
    """

    __slots__ = ("_blocks", "_is_described", "_length", "_lines")

    def __init__(self, *blocks: PreparedLines) -> None:
        self._blocks = blocks
        self._is_described = False
        self._length: int | None = None
        self._lines: dict[bytes, list[bytes]] | None = None

    @property
    @override
    def _rawHeaders(self) -> dict[bytes, list[bytes]]:
        """The lines by their names: Twisted's methods read and change them here."""
        if self._lines is None:
            self._lines = _by_name(self._blocks, self._length)
        return self._lines

    @_rawHeaders.setter
    @override
    def _rawHeaders(self, lines: dict[bytes, list[bytes]]) -> None:
        self._lines = lines

    def update(self, lines: PreparedLines) -> None:
        """Set *lines*."""
        if self._lines is None:
            self._blocks += (lines,)
        else:
            self._lines.update(lines.by_name)

    def describe_content(
        self, lines: PreparedLines, length: int | None, defaults: PreparedLines
    ) -> None:
        """For the function of this name."""
        self._is_described = True
        if self._lines is None:
            self._blocks = (defaults, *self._blocks, lines)
            self._length = length
            return
        headers = self._lines
        headers.pop(b"Content-Length", None)
        headers.pop(b"Transfer-Encoding", None)
        for name, values in defaults.by_name.items():
            headers.setdefault(name, values)
        headers.update(lines.by_name)
        if length is not None:
            headers[b"Content-Length"] = [b"%d" % length]

    def withdraw(self, names: Iterable[bytes]) -> None:
        """Have none of *names*, which say something of a content, and are spelled."""
        if self._lines is None and not self._is_described:
            return  # what is prepared says nothing of it
        for name in names:
            self._rawHeaders.pop(name, None)

    def joined(self) -> bytes:
        """The lines as they are sent, each with its end (RFC 9112, section 5)."""
        if self._lines is not None:
            return _joined(self._lines.items())
        if self._length is None:
            return _joined_blocks(self._blocks)
        return b"%bContent-Length: %d\r\n" % (_joined_blocks(self._blocks), self._length)


def _by_name(blocks: Iterable[PreparedLines], length: int | None) -> dict[bytes, list[bytes]]:
    lines: dict[bytes, list[bytes]] = {}
    for block in blocks:
        lines.update(block.by_name)
    if length is not None:
        lines[b"Content-Length"] = [b"%d" % length]
    return lines


@lru_cache(maxsize=256)
def _joined_blocks(blocks: tuple[PreparedLines, ...]) -> bytes:
    return _joined(_by_name(blocks, None).items())


def _joined(lines: Iterable[tuple[bytes, Iterable[bytes]]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % (name, value) for name, values in lines for value in values])


def joined(headers: Headers) -> bytes:
    """The lines of *headers* as they are sent, each with its end (RFC 9112, section 5)."""
    if isinstance(headers, GivenHeaders):
        return headers.joined()
    return _joined(headers.getAllRawHeaders())


def set_prepared(request: Request, lines: PreparedLines) -> None:
    """Set *lines* in the response to *request*, whatever site it is of."""
    given: GivenHeaders | None = getattr(request, "given", None)
    if given is not None:  # a request of our own site
        given.update(lines)
        return
    headers = request.responseHeaders
    for name, values in lines.by_name.items():
        headers.setRawHeaders(name, values)


def describe_content(
    request: Request, lines: PreparedLines, length: int | None, defaults: PreparedLines
) -> None:
    """Set *lines* and *length*, and *defaults* where there is nothing, as a content is described.

    A former `Content-Length` is withdrawn, and so is `Transfer-Encoding`, which is the connection's
    to say.
    """
    given: GivenHeaders | None = getattr(request, "given", None)
    if given is not None:
        given.describe_content(lines, length, defaults)
        return
    headers = request.responseHeaders
    headers.removeHeader(b"Content-Length")
    headers.removeHeader(b"Transfer-Encoding")
    for name, values in defaults.by_name.items():
        if not headers.hasHeader(name):
            headers.setRawHeaders(name, values)
    set_prepared(request, lines)
    if length is not None:
        headers.setRawHeaders(b"Content-Length", [b"%d" % length])
