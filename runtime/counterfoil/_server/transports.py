"""What Twisted's transports know, and tell in no interface.

All of it holds for any transport: one that does not know has nothing to send, and nothing to read.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Callable
from contextlib import suppress
from socket import AF_INET, AF_INET6, MSG_PEEK, SO_ERROR, SOL_SOCKET

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IHalfCloseableDescriptor, ISSLTransport
from twisted.internet.tcp import Connection
from twisted.protocols.policies import ProtocolWrapper

__all__ = [
    "ReactorTurn",
    "can_half_close",
    "can_linger",
    "delay_nothing",
    "has_unread",
    "is_closing",
    "is_reset",
    "send_at_once",
    "turn_of",
    "unread",
    "unsent",
    "wire_of",
]

_INTERNET = frozenset({AF_INET, AF_INET6})


def wire_of(transport: object) -> object:
    """The transport that has the socket, below those that encrypt or count."""
    while isinstance(transport, ProtocolWrapper):
        transport = transport.transport
    return transport


def unsent(wire: object) -> int:
    """How many bytes were written and wait to be sent."""
    waiting: int = (
        len(getattr(wire, "dataBuffer", b""))
        - getattr(wire, "offset", 0)
        + getattr(wire, "_tempDataLen", 0)
    )
    return waiting


def unread(wire: object) -> int:
    """How many bytes wait to be sent, here and in the system, or to be acknowledged.

    A system that does not tell (Linux does) has none.
    """
    try:
        ioctl = importlib.import_module("fcntl").ioctl
        question = importlib.import_module("termios").TIOCOUTQ
        (queued,) = struct.unpack("i", ioctl(getattr(wire, "socket", None), question, bytes(4)))
    except (AttributeError, ImportError, OSError, TypeError):
        queued = 0
    return unsent(wire) + int(queued)


def delay_nothing(wire: object) -> None:
    """Have no piece wait until the client has acknowledged the one before (RFC 896)."""
    if isinstance(wire, Connection) and wire.socket.family in _INTERNET:
        with suppress(OSError):  # on some systems, if the client has left
            wire.setTcpNoDelay(True)


def send_at_once(wire: object, data: bytes) -> int:
    """Send as much of *data* as the socket takes, if nothing waits; returns how many bytes."""
    if not isinstance(wire, Connection) or wire.disconnecting:
        return 0
    if wire._tempDataLen or len(wire.dataBuffer) > wire.offset:  # as `unsent` has it
        return 0
    try:
        return wire.socket.send(data)
    except OSError:  # no room, or a lost connection: the reactor will find out
        return 0


class ReactorTurn:
    """A turn of one of Twisted's reactors, with the loop that is theirs."""

    def __init__(self, reactor: ReactorBase) -> None:
        self._reactor = reactor

    def call_last(self, function: Callable[[], None]) -> None:
        """Call *function* when all that is ready has been read."""
        # What `callFromThread` does, but for the byte that wakes a reactor that sleeps. A timer
        # would depend on the clock of the wall, which may jump.
        self._reactor.threadCallQueue.append((function, (), {}))


def turn_of(wire: Connection) -> ReactorTurn | None:
    """The turn in which *wire* is read from, if its reactor is one of Twisted's own.

    Others, as asyncio's, may read and write again before they call what they were asked to.
    """
    reactor = wire.reactor
    if not isinstance(reactor, ReactorBase):
        return None
    kind = type(reactor)
    is_theirs = kind.run is ReactorBase.run and kind.mainLoop is ReactorBase.mainLoop
    return ReactorTurn(reactor) if is_theirs else None


def is_closing(wire: object) -> bool:
    """Whether it is closed as soon as all is sent."""
    return bool(getattr(wire, "disconnecting", False))


def has_unread(wire: object) -> bool:
    """Whether bytes of the peer have come that nobody has read yet."""
    socket = getattr(wire, "socket", None)
    try:
        return socket is not None and len(socket.recv(1, MSG_PEEK)) > 0
    except OSError:
        return False


def is_reset(wire: object) -> bool:
    """Whether the peer has cut the connection, which a reactor that does not read is not told."""
    socket = getattr(wire, "socket", None)
    try:
        return socket is not None and socket.getsockopt(SOL_SOCKET, SO_ERROR) != 0
    except OSError:
        return False


def can_half_close(transport: object) -> bool:
    """Whether it can end its own direction alone; TLS would lose the notice of its end."""
    return bool(IHalfCloseableDescriptor.providedBy(transport)) and not is_secure(transport)


def can_linger(transport: object) -> bool:
    """Whether its peer is a real one, that may be hurt by an early end."""
    return bool(IHalfCloseableDescriptor.providedBy(transport)) or is_secure(transport)


def is_secure(transport: object) -> bool:
    """Whether it encrypts."""
    return bool(ISSLTransport.providedBy(transport))
