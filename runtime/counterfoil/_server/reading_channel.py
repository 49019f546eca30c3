"""A connection, as far as what comes over it: heads, bodies, and what must wait."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from contextvars import Context, copy_context
from typing import cast

from twisted.protocols.basic import LineReceiver
from twisted.web.http import HTTPChannel, _MalformedChunkedDataError
from typing_extensions import override

from counterfoil._errors import CodedError, Codes
from counterfoil._output.prepared import has_control_character, spelled
from counterfoil._server.boundaries import Decoder, Producer, Transport
from counterfoil._server.chunks import StrictChunks
from counterfoil._server.deadlines import BYTES_PER_SECOND
from counterfoil._server.fields import NO_FIELDS, Fields
from counterfoil._server.request import SiteRequest
from counterfoil._server.surroundings import Head, Host

__all__ = ["Phase", "ReadingChannel"]

LINGER_BYTES = 256 * 1024 * 1024
"""How much is taken from a client, in bytes, after its answer."""

# RFC 9112, section 3: a method, a target of visible characters, and one of two versions.
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) (HTTP/1\.[01])")
_LENGTHS = frozenset({b"Content-Length", b"Transfer-Encoding"})
_NO_LINE = (b"-", b"-", b"HTTP/1.1")
_MAX_LENGTH_DIGITS = 19


class Phase(enum.Enum):
    """What a connection waits for."""

    IDLE = enum.auto()
    """A request."""

    HEAD = enum.auto()
    """The rest of a head."""

    BODY = enum.auto()
    """The rest of a body."""

    ANSWER = enum.auto()
    """An answer."""

    LINGER = enum.auto()
    """The client's end: it was answered before it had sent all."""

    CLOSING = enum.auto()
    """Its own end: what is left of the answers is being sent."""


# Looked up with each request.
_IDLE, _HEAD, _BODY, _ANSWER = Phase.IDLE, Phase.HEAD, Phase.BODY, Phase.ANSWER


class ReadingChannel(HTTPChannel):
    """Takes requests, one at a time, and refuses what is none or too large."""

    # A dictionary of all of it would take a kilobyte for each connection.
    __slots__ = (
        "_ahead",
        "_blank_line",
        "_body_open",
        "_discarded",
        "_discarding",
        "_due",
        "_halted",
        "_held_for",
        "_is_followed",
        "_kept_in",
        "_network",
        "_phase",
        "_served",
        "_transport",
        "request_line",
        "site",
    )

    requests: list[SiteRequest]
    site: Host
    _transport: Transport
    _network: Producer
    _held_for: float | None
    _kept_in: Context

    def __init__(self, site: Host) -> None:
        HTTPChannel.__init__(self)
        self.site = site
        self.request_line = _NO_LINE
        self._phase = _IDLE
        self._served = False
        self._blank_line = False
        self._body_open = False
        self._discarding = False
        self._is_followed = False
        self._discarded = 0
        self._ahead = 0
        self._halted = False
        self._held_for = None
        self._due = 0.0

    @override
    def dataReceived(self, data: bytes) -> None:
        """Bytes have come."""
        if self._phase is _IDLE and not self.paused:
            self._await_head()
            if not self._buffer:
                data = self._whole_head_taken(data)
        if data or self._buffer:
            LineReceiver.dataReceived(self, data)
        if self._phase is _IDLE and not self.paused and (self._buffer or self.requests):
            self._await_head()

    def _whole_head_taken(self, data: bytes) -> bytes:
        """Take a head that came in one piece; returns what is left of *data*.

        Twisted's own way through lines takes longer than a short handler.
        """
        end = data.find(b"\r\n\r\n", 0, self.totalHeadersSize)
        if end < 1 or data[:2] == b"\r\n":
            return data
        self._buffer = data[end + 4 :]
        head, heads = data[: end + 4], self.site.heads
        is_short = heads is not None and head.count(b"\r\n") <= self.maxHeaders
        found = heads.read(head) if heads is not None and is_short else None
        if found is None:
            self._read_lines(data[:end])
        else:
            self._take(found)
        if self._discarding:
            return b""
        rest, self._buffer = self._buffer, b""
        return rest

    def _take(self, head: Head) -> None:
        request = cast("SiteRequest", self.requestFactory(self))
        self.requests.append(request)
        self.request_line = head.line
        request.fields = Fields(head.headers)
        for name in _LENGTHS & head.headers.keys():
            for value in head.headers[name]:
                if not self._maybeChooseTransferDecoder(name, value):
                    return
        self._head_received()

    def _read_lines(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        self._request_line_received(first)
        for line in lines:
            if self._discarding:
                return
            self._header_line_received(line)
        if not self._discarding:
            self._head_received()

    def _await_head(self) -> None:
        self._phase = _HEAD
        if self._served:  # the first must come within its time from the connection on
            self._due = self.site.now() + self.site.deadlines.head

    # The head.

    @override
    def lineReceived(self, line: bytes) -> None:
        """A line of a head has come."""
        self._receivedHeaderSize += len(line)
        if self._receivedHeaderSize > self.totalHeadersSize:
            self.lineLengthExceeded(line)
        elif not self.requests:
            self._request_line_received(line)
        elif not line:
            self._head_received()
        elif line[0] in b" \t":
            self._respondToBadRequestAndDisconnect()  # RFC 9112, section 5.2
        else:
            self._header_line_received(line)

    def _header_line_received(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        known = spelled(name) if colon else None
        value = value.strip(b" \t")
        if known is None or has_control_character(value):
            self._respondToBadRequestAndDisconnect()  # RFC 9110, sections 5.1 and 5.5
            return
        if known in _LENGTHS and not self._maybeChooseTransferDecoder(known, value):
            return
        self.requests[0].received.append(known, value)
        self._receivedHeaderCount += 1
        if self._receivedHeaderCount > self.maxHeaders:
            self._respondToBadRequestAndDisconnect()

    def _request_line_received(self, line: bytes) -> None:
        if not line and not self._blank_line:
            self._blank_line = True  # RFC 9112, section 2.2
            return
        self.requests.append(cast("SiteRequest", self.requestFactory(self)))
        found = _REQUEST_LINE.fullmatch(line)
        if found is None:
            self._respondToBadRequestAndDisconnect()
        else:
            self.request_line = (found[1], found[2], found[3])

    def _head_received(self) -> None:
        self.allHeadersReceived()
        if self._discarding:
            return
        if self.length == 0:
            self.allContentReceived()
        elif self.body_is_coming():
            HTTPChannel.setRawMode(self)
        else:
            body, self._buffer = self._buffer[: self.length], self._buffer[self.length :]
            self.requests[0].handleContentChunk(body)
            self.allContentReceived()

    @override
    def allHeadersReceived(self) -> None:
        """A head is complete."""
        request = self.requests[0]
        if request.fields is NO_FIELDS:
            request.fields = Fields(request.received.lines())
        options = request.lines_of(b"Connection")
        self.persistent = self.request_line[2] == b"HTTP/1.1" and (
            options is None or not _lists_close(options)
        )
        if self.length != 0:
            self._phase = _BODY
            self._body_open = True
            self._due = self.site.now() + self.site.deadlines.body
        request.gotLength(self.length)
        if self._body_open and self._expects_continue(request):
            self.flush()
            HTTPChannel._send100Continue(self)

    def _expects_continue(self, request: SiteRequest) -> bool:
        """Whether the client waits to be told that its body is wanted (RFC 9110, 10.1.1)."""
        lines = request.lines_of(b"Expect")
        return (
            lines is not None
            and lines[0].lower() == b"100-continue"
            and self.request_line[2] == b"HTTP/1.1"
            and not (self._discarding or self._buffer or request.startedWriting)
        )

    # The body, and what comes after it.

    @override
    def rawDataReceived(self, data: bytes) -> None:
        """Bytes of a body have come, or of what follows a request that is not answered yet."""
        if self._discarding:
            self._discard(data)
        elif self._handlingRequest:
            self._keep(data)
        else:
            # What comes fast earns no more than a new start.
            earned = self._due + len(data) / BYTES_PER_SECOND
            self._due = max(self._due, min(earned, self.site.now() + self.site.deadlines.body))
            self._decode(data)

    def _decode(self, data: bytes) -> None:
        try:
            cast("Decoder", self._transferDecoder).dataReceived(data)
        except _MalformedChunkedDataError:
            if self._discarding:  # it was too large before it was malformed, and is answered for
                return
            error = CodedError(400, "The chunks of the body are malformed", Codes.UNKNOWN)
            self.requests[0].fail_body(error)

    @override
    def _finishRequestBody(self, data: bytes) -> None:
        """A body is complete, and *data* follows it."""
        if data:
            self._keep(data)
        self.allContentReceived()

    def _keep(self, data: bytes) -> None:
        self._kept_in = copy_context()
        self._dataBuffer.append(data)
        self._ahead += len(data)
        if self._ahead > self._optimisticEagerReadSize:
            self._halt()

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded > LINGER_BYTES:
            self._transport.abortConnection()

    @override
    def allContentReceived(self) -> None:
        """A request is complete."""
        if self._discarding:
            return
        line, self.request_line = self.request_line, _NO_LINE
        self.length = 0
        self._receivedHeaderCount = self._receivedHeaderSize = 0
        self._transferDecoder = None
        self._blank_line = self._body_open = False
        self.release_body()
        self._phase = _ANSWER
        self._handlingRequest = True
        self.line_mode = 0  # what comes is kept until the answer is complete
        self.requests[0].requestReceived(*line)

    # What is refused.

    @override
    def _maybeChooseTransferDecoder(self, header: bytes, data: bytes) -> bool:
        """Take *header* if it says how long the body is; False if it says so badly."""
        if (header == b"Content-Length" and len(data) > _MAX_LENGTH_DIGITS) or (
            header == b"Transfer-Encoding" and data.lower() != b"chunked"
        ):
            refused: bool = self._failChooseTransferDecoder()
            return refused
        chosen: bool = HTTPChannel._maybeChooseTransferDecoder(self, header, data)
        if chosen and self.length is None:
            take = self.requests[0].handleContentChunk
            self._transferDecoder = StrictChunks(take, self._finishRequestBody)
        return chosen

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        """A line, or a head, is too long (RFC 9110, section 15.5.15; RFC 6585, section 5)."""
        if self.requests:
            self._refuse_head(CodedError(431, "The headers are too large", Codes.TOO_LARGE))
        else:
            self._refuse_head(CodedError(414, "The target is too long", Codes.TOO_LARGE))

    @override
    def _respondToBadRequestAndDisconnect(self) -> None:
        """The head is none that HTTP knows."""
        if self._receivedHeaderCount > self.maxHeaders:
            self._refuse_head(CodedError(431, "There are too many headers", Codes.TOO_LARGE))
        else:
            self._refuse_head(CodedError(400, "The request is malformed", Codes.UNKNOWN))

    def _refuse_head(self, error: CodedError) -> None:
        self.discard_body()
        if not self.requests:
            self.requests.append(cast("SiteRequest", self.requestFactory(self)))
        request = self.requests[0]
        if request.fields is NO_FIELDS:
            request.fields = Fields(request.received.lines())
        request.refuse_head(error)

    def _more_has_come(self) -> bool:
        """Whether bytes are here that follow the request which is answered."""
        return self._is_followed or bool(self._buffer or self._dataBuffer)

    # What a request asks of its connection.

    def flush(self) -> None:
        """Send what answers to earlier requests wait to be sent."""

    def body_is_coming(self) -> bool:
        """Whether a part of the body is not here yet."""
        return self.length is None or self.length > len(self._buffer)

    def hold_body(self) -> None:
        """Let the client wait with the rest of the body; it is not to blame for the delay."""
        self._held_for = self._due - self.site.now()
        self._halt()

    def release_body(self) -> None:
        """Let it go on."""
        if self._held_for is not None:
            self._due = self.site.now() + self._held_for
            self._held_for = None
            self._resume_reading()

    def discard_body(self) -> None:
        """Nobody wants what is still to come: the connection ends with the answer."""
        self._phase = _ANSWER
        self._body_open = self._discarding = True
        self._held_for = None
        self._buffer = b""
        self._dataBuffer = []
        HTTPChannel.setRawMode(self)
        self._resume_reading()

    def _halt(self) -> None:
        self._halted = True
        self._network.pauseProducing()

    def _resume_reading(self) -> None:
        if self._halted and not self._waitingForTransport:
            self._halted = False
            self._network.resumeProducing()


def _lists_close(options: Iterable[bytes]) -> bool:
    """Whether a `Connection` header says that no other request follows (RFC 9112, section 9.3)."""
    return b"close" in [each.strip() for each in b",".join(options).lower().split(b",")]
