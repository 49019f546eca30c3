"""How long small requests wait while a server makes large answers.

One connection asks for about a megabyte of JSON, again and again; another does small GETs. Both are
this one client's, which has a core of its own: it never works longer than a piece of 64 KiB takes,
and looks at the small answer first. So what is measured is the server's doing, and the kernel's.
"""

from __future__ import annotations

import gc
import select
import socket
import time
from dataclasses import dataclass
from typing import Final

PIECE: Final = 64 * 1024
SMALL: Final = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE: Final = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(frozen=True)
class Waits:
    """What the small requests waited, in seconds."""

    longest: float
    most: float
    """99.9 % of them waited no longer."""
    large: int
    """How many large answers came meanwhile."""


class Answers:
    """The answers on one connection, of which only the ends matter."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._buffer = bytearray(PIECE)
        self._tail = b""
        self._left: int | None = None
        self.asked = 0.0

    def ask(self) -> None:
        """Send the request."""
        self._tail, self._left = b"", None
        self.asked = time.perf_counter()
        self.socket.sendall(self._request)

    def take(self) -> bool:
        """Read a piece. Whether the answer is complete."""
        size = self.socket.recv_into(self._buffer)
        if size == 0:
            raise SystemExit("the server closed a connection")
        if self._left is None:
            return self._begin(bytes(self._buffer[:size]))
        if self._left >= 0:
            self._left -= size
            return self._left == 0
        self._tail = (self._tail + self._buffer[max(0, size - 5) : size])[-5:]
        return self._tail == b"0\r\n\r\n"

    def _begin(self, piece: bytes) -> bool:
        head, _, body = (self._tail + piece).partition(b"\r\n\r\n")
        if b"\r\n\r\n" not in self._tail + piece:
            self._tail += piece
            return False
        lines = head.lower().split(b"\r\n")
        lengths = [line for line in lines if line.startswith(b"content-length:")]
        if lengths:
            self._left = int(lengths[0].partition(b":")[2]) - len(body)
            return self._left == 0
        self._left, self._tail = -1, body[-5:]  # in chunks
        return self._tail == b"0\r\n\r\n"


def measure(port: int, seconds: float, *, large: bool) -> Waits:
    """Ask for *seconds*; with *large*, for large answers too."""
    waits: list[float] = []
    small, other = Answers(port, SMALL), Answers(port, LARGE)
    count = 0
    poll = select.epoll()
    poll.register(small.socket, select.EPOLLIN)
    poll.register(other.socket, select.EPOLLIN)
    gc.disable()
    small.ask()
    if large:
        other.ask()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        ready = {descriptor for descriptor, _ in poll.poll(1.0)}
        if small.socket.fileno() in ready:
            if small.take():
                waits.append(time.perf_counter() - small.asked)
                small.ask()
        elif other.socket.fileno() in ready and other.take():
            count += 1
            other.ask()
    gc.enable()
    for answers in (small, other):
        answers.socket.close()
    poll.close()
    waits.append(time.perf_counter() - small.asked)  # one that is still waiting
    waits.sort()
    return Waits(waits[-1], waits[int(len(waits) * 0.999)], count)
