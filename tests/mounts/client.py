"""A client that keeps its connection, over TCP, a UNIX socket or TLS."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from counterfoil.testing import Response
from typing_extensions import override

from tests.mounts.transcript import Ask

DEADLINE: Final = 20.0
"""How long, in seconds, a test waits for anything."""


class Client(HTTPConnection):
    """Connects where *address* says; reconnects after a server has closed the connection."""

    def __init__(self, transport: str, address: str, certificate: Path) -> None:
        super().__init__("localhost", timeout=DEADLINE)
        self._transport = transport
        self._address = address
        self._certificate = certificate

    @override
    def connect(self) -> None:
        if self._transport == "unix":
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(DEADLINE)
            self.sock.connect(self._address)
            return
        self.sock = socket.create_connection(("127.0.0.1", int(self._address)), DEADLINE)
        if self._transport == "tls":
            context = ssl.create_default_context(cafile=str(self._certificate))
            self.sock = context.wrap_socket(self.sock, server_hostname="127.0.0.1")

    def ask(self, ask: Ask) -> Response:
        """The answer to *ask*."""
        self.request(ask.method, ask.target, ask.body or None, dict(ask.headers))
        received = self.getresponse()
        headers: dict[str, str] = {}
        for name, value in received.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return Response(received.status, headers, received.read())
