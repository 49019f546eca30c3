"""Heads, read by llhttp: as strictly as `ReadingChannel` reads them line by line, and faster.

It reads what came in one piece, as most heads do. What it refuses, or does not know, is left to
the reader of lines, which answers each fault as it should be.
"""

from __future__ import annotations

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from counterfoil._output.prepared import spelled
from counterfoil._server.surroundings import Head

__all__ = ["HeadReader"]

_SPACE: Final = b" \t"
_VERSIONS: Final = {"1.0": b"HTTP/1.0", "1.1": b"HTTP/1.1"}


class HeadReader:
    """Reads one head after another, whoever sent them."""

    def __init__(self) -> None:
        self._target = b""
        self._headers: dict[bytes, list[bytes]] = {}
        self._is_whole = False
        self._parser = HttpRequestParser(self)

    def read(self, head: bytes) -> Head | None:
        """What *head* says, which ends with its empty line; None if another is to read it."""
        self._is_whole = False
        self._target, self._headers = b"", {}
        parser = self._parser
        try:
            parser.feed_data(head)
        except HttpParserUpgrade:
            pass
        except HttpParserError:
            self._parser = HttpRequestParser(self)
            return None
        if not (self._is_whole and parser.should_keep_alive()):
            self._parser = HttpRequestParser(self)  # this one waits for a body, or for nothing
        method, target = parser.get_method(), self._target
        version = _VERSIONS.get(parser.get_http_version(), b"")
        # llhttp takes several spaces for one (RFC 9112, section 3).
        if not head.startswith(b"%b %b %b\r\n" % (method, target, version)):
            return None
        return Head((method, target, version), self._headers)

    # What llhttp calls.

    def on_url(self, piece: bytes) -> None:
        """The target has come: in one piece, as its head has."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header has come."""
        known = spelled(name) or name
        headers = self._headers
        if known in headers:
            headers[known].append(value.rstrip(_SPACE))
        else:
            headers[known] = [value.rstrip(_SPACE)]

    def on_message_complete(self) -> None:
        """There is no body."""
        self._is_whole = True
