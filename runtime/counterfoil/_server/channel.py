"""One connection: its requests in order, bounded in size and in time.

Twisted's own channel decodes bodies and writes answers; what comes before a body, what ends a
connection, and how much may wait in memory, is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import cast

from twisted.internet.interfaces import IAddress, IProtocol
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, Request
from twisted.web.http_headers import Headers
from typing_extensions import override

from counterfoil._errors import CodedError
from counterfoil._output.prepared import joined
from counterfoil._server.access_log import log_early_leave
from counterfoil._server.boundaries import Producer, Timer, Transport
from counterfoil._server.outbox import Turn
from counterfoil._server.reading_channel import Phase
from counterfoil._server.surroundings import Answered, Host
from counterfoil._server.transports import (
    can_half_close,
    can_linger,
    delay_nothing,
    has_unread,
    is_closing,
    is_reset,
    send_at_once,
    unread,
    unsent,
    wire_of,
)
from counterfoil._server.usual_channel import UsualChannel

__all__ = ["SiteChannel"]

LINGER_SECONDS = 2.0
"""How long a client is listened to that was answered before it had sent all."""

_MOST_POSTED = 64 * 1024
"""How many bytes of answers to pipelined requests are sent in one go."""

_MOST_IN_A_ROW = 16
"""How many pipelined requests are answered before other connections have their turn."""


class SiteChannel(UsualChannel):
    """A connection of a `Site`."""

    __slots__ = (
        "_head",
        "_host",
        "_in_a_row",
        "_is_plain",
        "_moved_at",
        "_peer",
        "_posted",
        "_reads",
        "_since",
        "_turn",
        "_unsent",
        "_wire",
        "peer_name",
    )

    _peer: IAddress
    _host: IAddress
    _head: bytes | None
    _turn: Turn | None
    _wire: object

    def __init__(self, site: Host) -> None:
        UsualChannel.__init__(self, site)
        self._since = self._moved_at = 0.0
        self._unsent = self._in_a_row = 0
        self._head = None
        self._posted = b""
        self._reads = False

    @override
    def callLater(self, delay: float, function: Callable[..., object], *args: object) -> Timer:
        """Call *function* in *delay* seconds, by the clock of the site."""
        return self.site.timers.callLater(delay, function, *args)

    @override
    def connectionMade(self) -> None:
        """The connection is there."""
        self._since = self.site.now()
        self._due = self._since + self.site.deadlines.head
        self._transport = cast("Transport", self.transport)
        self._wire = wire_of(self.transport)
        self._is_plain = self._wire is self.transport
        delay_nothing(self._wire)
        turn = self.site.adopt(self._wire)
        self._turn = turn if self._is_plain else None
        self._note_ends()
        HTTPChannel.connectionMade(self)
        self._network = cast("Producer", self._networkProducer)
        self.site.opened(self)

    def _note_ends(self) -> None:
        self._note_peer()
        self._host = self._transport.getHost()

    def _note_peer(self) -> None:
        self._peer = self._transport.getPeer()
        self.peer_name = str(getattr(self._peer, "host", "-"))

    @override
    def getPeer(self) -> IAddress:
        """The client's address. A socket would be asked for it with each request."""
        return self._peer

    @override
    def getHost(self) -> IAddress:
        """The server's address."""
        return self._host

    @override
    def dataReceived(self, data: bytes) -> None:
        """Bytes have come."""
        self._reads = True
        self._in_a_row = 0
        if not self._is_plain:  # `haproxy:` learns from the first of them who the client is
            self._note_ends()
        try:
            UsualChannel.dataReceived(self, data)
        finally:
            self._reads = False
            if self._posted and is_closing(self._wire):
                self.flush()
            if self.paused and not self._waitingForTransport:
                self.callLater(0, self._go_on)

    # What is sent.

    @override
    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        """Send the head of an answer, when the first of its body is."""
        self._settle_persistence(headers)
        self._head = _head(_status_line(version, int(code), reason), headers)

    def send_whole(self, request: Answered, body: bytes) -> None:
        """Send the head of the answer to *request*, and *body*, which is all of it."""
        given = request.given
        if self.site.draining or self._body_open or not self.persistent:
            self._settle_persistence(given)
        line = _status_line(request.clientproto, request.code, request.code_message)
        self._post(b"%b%b\r\n%b" % (line, given.joined(), body))

    def _settle_persistence(self, headers: Headers) -> None:
        has_begun = self._more_has_come() or has_unread(self._wire) if self.site.draining else True
        if self._body_open or not has_begun:
            self.persistent = False
        if not self.persistent:
            headers.setRawHeaders(b"Connection", (b"close",))

    def flush_head(self) -> None:
        """Send the head by itself: there is no part of the body to send with it."""
        if self._head is not None:
            self.write(b"")

    @override
    def write(self, data: bytes) -> None:
        """Send *data*, with the head before it if that waits.

        A first piece is handed to the socket at once where nothing waits before it: to have the
        reactor do it takes two calls to the system more, and a turn. Further pieces go the
        reactor's way, so that no client that reads fast can keep it from others.
        """
        self.flush()
        head, self._head = self._head, None
        if head is None:
            HTTPChannel.write(self, data)
        else:
            self._send(head + data)

    def _post(self, answer: bytes) -> None:
        """Send *answer*, which is complete: with those of others, if it came of what was read."""
        waiting = self._posted
        if waiting and len(waiting) + len(answer) <= _MOST_POSTED:
            self._posted += answer
        elif waiting or not self._reads or self._turn is None or is_closing(self._wire):
            self.flush()
            self._send(answer)
        else:
            self._posted = answer
            self.site.outbox.add(self, self._turn)

    def flush(self) -> None:
        """Send what was posted."""
        if self._posted:
            posted, self._posted = self._posted, b""
            self._send(posted)

    def _send(self, data: bytes) -> None:
        sent = send_at_once(self._wire, data) if self._is_plain else 0
        if sent < len(data):
            HTTPChannel.write(self, data[sent:])

    @override
    def writeSequence(self, iovec: list[bytes]) -> None:
        """Send the parts of *iovec*."""
        self.write(b"".join(iovec))

    @override
    def requestDone(self, request: Request) -> None:
        """The answer to *request* is complete."""
        del self.requests[0]
        self._served = True
        if self._body_open or (not self.persistent and self._more_has_come()):
            self._linger()
        elif not self.persistent:
            self.loseConnection()
        else:
            self._await_request()

    def _await_request(self) -> None:
        self._handlingRequest = False
        self._phase = Phase.IDLE
        self._since = self.site.now()
        self._due = self._since + self.site.deadlines.idle
        self._in_a_row += 1
        if self._waitingForTransport or (
            self._in_a_row >= _MOST_IN_A_ROW and self._reads and self._more_has_come()
        ):
            # Answers pile up, or others are to have their turn: parse no further until then.
            self.paused = True
            self._halt()
        elif self._halted:
            self._resume_reading()
        self.line_mode = 1
        if self._dataBuffer:
            data = b"".join(self._dataBuffer)
            self._dataBuffer = []
            self._ahead = 0
            # In the context that it came in, not in that of the handler which has answered.
            self._kept_in.run(UsualChannel.dataReceived, self, data)

    @override
    def resumeProducing(self) -> None:
        """What was written has been sent: there is room for more."""
        HTTPChannel.resumeProducing(self)
        if self._held_for is not None:
            self._network.pauseProducing()
        elif not self._handlingRequest:
            self._halted = False
        if self.paused:
            self.paused = False
            UsualChannel.dataReceived(self, b"")

    # The end.

    def _linger(self) -> None:
        """Close the connection, but not before the client could read its answer.

        A socket that is closed with bytes unread resets the connection, and the client may lose
        what it has not read yet (RFC 9112, section 9.6).
        """
        self.discard_body()
        if not can_linger(self.transport):
            self.loseConnection()
            return
        self._phase = Phase.LINGER
        self._due = self.site.now() + LINGER_SECONDS
        self.flush()
        self._network.unregisterProducer()
        self._transport.resumeProducing()
        if can_half_close(self.transport):
            self._transport.loseWriteConnection()

    @override
    def loseConnection(self) -> None:
        """Close the connection once all is sent."""
        self.flush()
        lingers = self._phase is Phase.LINGER
        self._phase = Phase.CLOSING
        self._due = self.site.now() + LINGER_SECONDS
        if lingers:
            self._transport.loseConnection()
        else:
            HTTPChannel.loseConnection(self)

    def abort(self) -> None:
        """Cut the connection."""
        self._phase = Phase.CLOSING
        self._transport.abortConnection()

    def close_if_quiet(self, seconds: float) -> None:
        """Close the connection if it has been idle for *seconds*, and no request is on its way."""
        if self.transport is None:
            self._hand_over()
        elif (
            self._phase is Phase.IDLE
            and self.site.now() - self._since >= seconds
            and not has_unread(self._wire)
        ):
            self.loseConnection()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is no more."""
        self.site.closed(self)
        if self._left_early():
            if not self._is_plain:  # a PROXY line may be all that came
                self._note_peer()  # the host would be asked of a socket that is no more
            log_early_leave(self.site.access_log, self.peer_name)
        self._phase = Phase.CLOSING
        self._posted = b""
        HTTPChannel.connectionLost(self, reason)
        self.requests = []
        self._transferDecoder = None  # it holds the request whose body it decoded

    def _left_early(self) -> bool:
        """Whether the client has left before there was a request to tell of it."""
        if self.requests:
            return False
        return self._phase is Phase.HEAD or (self._phase is Phase.IDLE and not self._served)

    # Other protocols. There is no interface for them: a resource takes the transport away from its
    # channel (autobahn's does), or asks for this (Twisted's own WebSockets).

    @override
    def _protocolUpgradeForWebsockets(self, protocol: IProtocol) -> None:
        self._network.unregisterProducer()  # it may have one of its own
        HTTPChannel._protocolUpgradeForWebsockets(self, protocol)
        self._hand_over()

    def _hand_over(self) -> None:
        """Another protocol has the connection: it is not ours any more to time, or to close."""
        self.site.closed(self)
        self._phase = Phase.CLOSING
        requests, self.requests = self.requests, []
        for request in requests:
            request.hand_over()

    # What is due.

    def check(self, now: float) -> None:
        """Do what is due at *now*: see `Deadlines`."""
        if self.transport is None:
            self._hand_over()
            return
        if self._is_stalled(now) or (self._halted and is_reset(self._wire)):
            self.abort()
            return
        if self.requests:
            self.requests[0].check(now)
        if now >= self._due and self._held_for is None:
            self._expire()

    def _is_stalled(self, now: float) -> bool:
        """Whether the client reads nothing of what was written for it."""
        if unsent(self._wire) == 0:
            self._unsent = 0
            return False
        # What the system holds counts too: it takes megabytes, and a slow client minutes for them.
        left, before = unread(self._wire), self._unsent
        self._unsent = left
        if before == 0 or left < before:
            self._moved_at = now
        if self._phase is not Phase.BODY:  # what else is due counts from the last byte on
            idle = self._phase is Phase.IDLE
            self._due = max(self._due, now + (self.site.deadlines.idle if idle else LINGER_SECONDS))
        return now - self._moved_at >= self.site.deadlines.idle

    def _expire(self) -> None:
        match self._phase:
            case Phase.IDLE | Phase.LINGER:
                self.loseConnection()
            case Phase.HEAD:
                self._refuse_head(_too_slow())
            case Phase.BODY:
                self.requests[0].fail_body(_too_slow())
            case Phase.CLOSING:
                self.abort()
            case _:
                pass  # an answer is due: the handler's deadline is its request's own


def _too_slow() -> CodedError:
    return CodedError(408, "The request came too slowly")


@lru_cache(maxsize=256)
def _status_line(version: bytes, code: int, reason: bytes) -> bytes:
    return b"%b %d %b\r\n" % (version, code, reason.translate(None, b"\0\r\n"))


def _head(status_line: bytes, headers: Headers) -> bytes:
    return b"%b%b\r\n" % (status_line, joined(headers))
