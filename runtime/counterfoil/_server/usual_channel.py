"""A connection that carries what most do: requests in one piece, with no surprise in them."""

from __future__ import annotations

import re
from typing import cast

from typing_extensions import override

from counterfoil._server.fields import Fields
from counterfoil._server.reading_channel import Phase, ReadingChannel
from counterfoil._server.request import SiteRequest

__all__ = ["UsualChannel"]

# Of HTTP/1.1, and with a path. Nothing is given back: a line without an end is looked at once.
_USUAL_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]++) ((/[!->@-~]*+)\??+([!-~]*+)) HTTP/1\.1\r\n"
)
_IDLE, _ANSWER = Phase.IDLE, Phase.ANSWER


class UsualChannel(ReadingChannel):
    """Takes usual requests at once, and leaves the others to be read line by line."""

    __slots__ = ()

    @override
    def dataReceived(self, data: bytes) -> None:
        """Bytes have come."""
        if self._phase is _IDLE and self._buffer and not (self.paused or self._busyReceiving):
            data, self._buffer = self._buffer + data, b""
        while self._phase is _IDLE and not (self._buffer or self.paused):
            rest = self._usual_request_taken(data)
            if rest is None:
                break
            if not rest:
                return
            data = rest
        ReadingChannel.dataReceived(self, data)

    def _go_on(self) -> None:
        """Others have had their turn."""
        if self.paused and not self._waitingForTransport and self._phase is _IDLE:
            self.paused = False
            self._resume_reading()
            self.dataReceived(b"")

    def _usual_request_taken(self, data: bytes) -> bytes | None:
        """Take a request that came in one piece and holds no surprise, as most do.

        Returns what follows it; None for any other, of which nothing is taken.
        """
        head = _USUAL_LINE.match(data)
        if head is None:
            return None
        start = head.end()
        end = data.find(b"\r\n\r\n", start - 2, self.totalHeadersSize) + 4
        if end < start:
            return None
        text = data[start:end]
        fields = self.site.known_fields.get(text) or self._fields_read(data[:end], text)
        if fields is None or not fields.is_usual:
            return None
        stop = end + fields.length
        if stop > len(data):
            return None
        request = cast("SiteRequest", self.requestFactory(self))
        self.requests.append(request)
        self.persistent = True
        self.length = 0
        self._phase = _ANSWER
        self._handlingRequest = True
        self.line_mode = 0  # what comes is kept until the answer is complete
        self._is_followed = stop < len(data)
        request.take(head, fields, data[end:stop])
        self._is_followed = False
        return data[stop:]

    def _fields_read(self, head: bytes, text: bytes) -> Fields | None:
        """The fields that *text* holds, the end of *head*; None if they are read line by line."""
        heads = self.site.heads
        if heads is None or text.count(b"\r\n") > self.maxHeaders:
            return None
        found = heads.read(head)
        return None if found is None else self.site.known_fields.keep(text, found.headers)
