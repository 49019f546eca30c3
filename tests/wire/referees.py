"""h11 and llhttp, asked how they read a request."""

from __future__ import annotations

import re
from typing import NamedTuple

import h11
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from tests.wire.application import Accepted

__all__ = ["Reading", "by_h11", "by_llhttp", "length_by_llhttp"]


class Reading(NamedTuple):
    """How the first request of some bytes is read."""

    accepted: Accepted | None
    """None if it is refused, or not complete."""

    is_refused: bool
    length: int = 0
    """How many bytes it has, if that is known."""


_NAMED = re.compile(rb"(?i:https?)://[^/?#]*")
_REFUSED = Reading(None, is_refused=True)
_INCOMPLETE = Reading(None, is_refused=False)


def by_h11(data: bytes) -> Reading:
    """How h11 reads it, which does not know the bounds of a server.

    It is not shown an empty line before the request, which it refuses (RFC 9112, section 2.2).
    """
    data, whole = data.removeprefix(b"\r\n"), len(data)
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    method, target, body = b"", b"", b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                method, target = event.method, event.target
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                rest = connection.trailing_data[0]
                return Reading(
                    Accepted(method, origin_form(target), body), False, whole - len(rest)
                )
            else:
                return _INCOMPLETE
    except h11.RemoteProtocolError:
        return _REFUSED


def by_llhttp(data: bytes) -> Reading:
    """How llhttp reads it, in its strict mode."""
    noted = _Noted()
    parser = HttpRequestParser(noted)
    noted.parser = parser
    try:
        parser.feed_data(data)
    except HttpParserUpgrade:
        pass
    except HttpParserError:
        return _REFUSED if noted.first is None else Reading(noted.first, False)
    return _INCOMPLETE if noted.first is None else Reading(noted.first, False)


def length_by_llhttp(data: bytes) -> int:
    """How many bytes the first request of *data* has, which llhttp accepts."""
    low, high = 1, len(data)
    while low < high:
        middle = (low + high) // 2
        if by_llhttp(data[:middle]).accepted is None:
            low = middle + 1
        else:
            high = middle
    return low


def origin_form(target: bytes) -> bytes:
    """The path and the query of *target*, without a server's name (RFC 9112, section 3.2.2)."""
    named = _NAMED.match(target)
    return target if named is None else b"/" + target[named.end() :].removeprefix(b"/")


class _Noted:
    """The first request."""

    def __init__(self) -> None:
        self.first: Accepted | None = None
        self.parser: HttpRequestParser | None = None
        self._target = b""
        self._body: list[bytes] = []

    # What llhttp calls.

    def on_url(self, piece: bytes) -> None:
        if self.first is None:
            self._target += piece

    def on_body(self, piece: bytes) -> None:
        if self.first is None:
            self._body.append(piece)

    def on_message_complete(self) -> None:
        if self.first is None and self.parser is not None:
            method = self.parser.get_method()
            self.first = Accepted(method, origin_form(self._target), b"".join(self._body))
