"""How a port is closed without losing whom the system has let in already."""

from __future__ import annotations

import struct
import sys
from array import array
from contextlib import suppress
from socket import AF_INET, AF_INET6, SOL_SOCKET, socket

from twisted.internet.defer import Deferred
from twisted.internet.tcp import Port

from counterfoil._server.boundaries import ListeningPort, Timers

__all__ = ["admit_newcomers", "close_port"]

HANDSHAKE = 0.25
"""How long clients have, in seconds, to complete a connection that they have begun."""

_ALL_THAT_WAIT = 65536

# A filter that lets every segment pass but those that begin a connection (RFC 9293, section 3.1:
# the flag SYN is the second bit of byte 13), as Linux takes it: code, jumps and operand.
_ATTACH_FILTER, _DETACH_FILTER = 26, 27
_WITHOUT_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


async def close_port(timers: Timers, port: ListeningPort, *, is_shared: bool = False) -> None:
    """Close *port*; whoever has connected by then is served.

    A connection that the system has completed, and the program has not taken, is reset when the
    port is closed. So the port takes no newcomers for a moment, where the system can do that; then
    what waits is taken, and the port closed right after: Twisted does that in the reactor's next
    turn.

    A socket that was handed to this process, as systemd does, outlives it: whoever comes later is
    for the next one. One that *is_shared* is for its owner to give back.
    """
    if isinstance(port, Port) and _refuse_newcomers(port.socket):
        await _pause(timers, HANDSHAKE)
    timers.callLater(0, _take_all, port, is_shared)
    closed = port.stopListening()
    if closed is not None:
        await closed


def _refuse_newcomers(listening: socket) -> bool:
    """Have the system ignore further attempts to connect; whether it does."""
    code = array("B", b"".join(struct.pack("HBBI", *step) for step in _WITHOUT_SYN))
    program = struct.pack("HP", len(_WITHOUT_SYN), code.buffer_info()[0])
    with suppress(OSError):
        if sys.platform == "linux" and listening.family in {AF_INET, AF_INET6}:
            listening.setsockopt(SOL_SOCKET, _ATTACH_FILTER, program)
            return True
    return False


def admit_newcomers(listening: socket) -> None:
    """Have the system take further attempts to connect again."""
    with suppress(OSError):  # there is no filter
        if sys.platform == "linux":
            listening.setsockopt(SOL_SOCKET, _DETACH_FILTER, 0)


def _pause(timers: Timers, seconds: float) -> Deferred[None]:
    over: Deferred[None] = Deferred()
    timers.callLater(seconds, over.callback, None)
    return over


def _take_all(port: ListeningPort, is_shared: bool) -> None:
    if isinstance(port, Port):
        port.numberAccepts = _ALL_THAT_WAIT
        port.doRead()
        was_handed_over = not getattr(port, "_shouldShutdown", True)  # as Twisted itself notes it
        if was_handed_over and not is_shared:
            admit_newcomers(port.socket)
