"""Connections over TCP, with a reactor that is run step by step."""

from __future__ import annotations

import socket
import time
from collections import deque
from types import TracebackType
from typing import Final

from twisted.internet.selectreactor import SelectReactor

from tests.wire.application import Calls, Engine, board, site_for

__all__ = ["SocketServer"]

_PATIENCE: Final = 10.0


class SocketServer:
    """The noticeboard, served."""

    def __enter__(self) -> SocketServer:
        self._reactor = SelectReactor()
        self._site = site_for(board(Calls(), self._reactor), Engine.HTTPTOOLS, self._reactor)
        self._port = self._reactor.listenTCP(0, self._site, interface="127.0.0.1")
        self._address = ("127.0.0.1", self._port.getHost().port)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._port.stopListening()
        self._turn(20)

    def exchange(self, pieces: list[bytes], expected: int) -> tuple[bytes, bool]:
        """What comes back for *pieces*, and whether the server has ended the connection then.

        It is waited for as many bytes as are *expected*, and for more that should not come.
        """
        with socket.create_connection(self._address) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setblocking(False)
            self._turn(2)
            received, ended, turns = b"", False, 0
            left, end = deque(pieces), time.monotonic() + _PATIENCE
            while turns < 4 and time.monotonic() < end:
                if left:
                    _send(client, left)
                self._turn(1)
                came, ended = _came(client)
                received += came
                turns = turns + 1 if (len(received) >= expected and not left) or ended else 0
        self._turn(2)
        return received, ended

    def _turn(self, times: int) -> None:
        for _ in range(times):
            self._reactor.iterate(0)


def _send(client: socket.socket, left: deque[bytes]) -> None:
    """Send the first of what is *left*, or as much of it as the socket takes."""
    piece = left.popleft()
    try:
        sent = client.send(piece)
    except BlockingIOError:
        sent = 0
    except ConnectionError:  # it was refused: what came of that is read all the same
        left.clear()
        return
    if sent < len(piece):
        left.appendleft(piece[sent:])


def _came(client: socket.socket) -> tuple[bytes, bool]:
    received = b""
    try:
        while came := client.recv(1 << 20):
            received += came
    except BlockingIOError:
        return received, False
    except ConnectionError:
        return received, True
    return received, True
