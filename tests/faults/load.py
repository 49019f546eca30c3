"""Clients that keep a server busy, and account for each request that they sent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.client import HTTPException
from typing import Final

from tests.serving import Connection

__all__ = ["Client", "Load"]

REQUESTS: Final = (
    ("GET", "/quick", b""),
    ("GET", "/slow", b""),
    ("POST", "/body", b"x" * 2000),
    ("GET", "/page", b""),
    ("POST", "/upload", b"x" * 200_000),
    ("GET", "/medium", b""),
)


class Client(threading.Thread):
    """Sends one request after the other, on connections that it keeps as long as it may.

    A request is *lost* if all of it was taken by the system and no whole answer came: whether the
    connection was new or had been kept, was ended or reset. The one exception is a kept connection
    whose end had come before the request was sent: a client sees that, and asks elsewhere. What the
    server never took is *refused*: the port was closed.
    """

    def __init__(self, port: int, number: int) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.answered = 0
        self.lost: list[str] = []
        self.refused = False
        self._port = port
        first = number % len(REQUESTS)
        self._requests = REQUESTS[first:] + REQUESTS[:first]
        self._connection: Connection | None = None

    def run(self) -> None:
        """Ask until refused."""
        while True:
            for method, target, body in self._requests:
                if not self._ask(method, target, body):
                    return

    def _ask(self, method: str, target: str, body: bytes) -> bool:
        connection = self._connection
        if connection is None or connection.has_ended():
            try:
                connection = self._connection = Connection(self._port)
            except ConnectionRefusedError:
                self.refused = True
                return False
            except ConnectionResetError:  # the port was closed in the middle of the handshake
                return True
        self._exchange(connection, method, target, body)
        return True

    def _exchange(self, connection: Connection, method: str, target: str, body: bytes) -> None:
        try:
            connection.request(method, target, body=body)
            answer = connection.response()
        except (OSError, HTTPException) as error:
            self.lost.append(f"{target}: {error!r}")
            self._drop(connection)
            return
        if answer.status == 200:
            self.answered += 1
        else:
            self.lost.append(f"{target}: {answer.status}")
        if answer.headers.get("connection") == "close":
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._connection = None


class Load:
    """Several clients."""

    def __init__(self, port: int, count: int) -> None:
        self.clients = [Client(port, number) for number in range(count)]
        for client in self.clients:
            client.start()

    @property
    def answered(self) -> int:
        return sum(client.answered for client in self.clients)

    @property
    def lost(self) -> Sequence[str]:
        return [each for client in self.clients for each in client.lost]

    def join(self, seconds: float) -> None:
        """Wait until each of them was refused."""
        for client in self.clients:
            client.join(seconds)
            assert client.refused
