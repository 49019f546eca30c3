"""Connections in memory that do as those of a reactor do."""

from __future__ import annotations

from collections import deque
from typing import cast

from counterfoil import Site
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableDescriptor
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from typing_extensions import override
from zope.interface import implementer

__all__ = ["MemoryConnection"]

_DONE = Failure(ConnectionDone())


@implementer(IHalfCloseableDescriptor)
class MemoryConnection(StringTransport):
    """One connection to a site.

    Nothing is delivered while it is paused, and nothing after it was closed; a client that was
    told of the end of the answers may be listened to for longer.
    """

    def __init__(self, site: Site) -> None:
        StringTransport.__init__(self)
        self.ended = False
        """Whether no more answers come."""
        self.aborted = False
        self._left: deque[bytes] = deque()
        self._closed = False
        self._lost = False
        self._protocol = cast("Protocol", site.buildProtocol(None))
        self._protocol.makeConnection(self)

    def send(self, pieces: list[bytes]) -> None:
        """Send *pieces*, one after the other."""
        self._left.extend(pieces)
        self.deliver()

    def deliver(self) -> None:
        """Hand over what was sent, as far as it is taken."""
        while self._left and not self._closed and self.producerState == "producing":
            self._protocol.dataReceived(self._left.popleft())
        if self._closed:
            self.lose()

    def received(self) -> bytes:
        """All that the server has sent."""
        return self.io.getvalue()

    def lose(self) -> None:
        """The connection is no more."""
        if not self._lost:
            self._closed = self._lost = True
            self._protocol.connectionLost(_DONE)

    # What the server asks for.

    @override
    def write(self, data: bytes) -> None:
        assert not self.ended, f"written after the end: {data!r}"
        StringTransport.write(self, data)

    @override
    def loseConnection(self) -> None:
        self._closed = self.ended = True

    @override
    def abortConnection(self) -> None:
        self.aborted = self._closed = self.ended = True

    def loseWriteConnection(self) -> None:
        self.ended = True
