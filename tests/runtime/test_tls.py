"""The server behind TLS: what ends early can be read there too."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from counterfoil import Deadlines, Site
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort
from twisted.internet.tcp import Port

from tests.mounts.certificate import write_certificate
from tests.runtime.taker import Taker
from tests.runtime.test_body_limits import LARGE, LIMIT, length
from tests.runtime.test_lifecycle import until
from tests.serving import in_reactor, reactor

# Twisted itself hands certificates over as pyOpenSSL would rather not have them.
pytestmark = pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")

Connect = Callable[[], http.client.HTTPSConnection]


@pytest.fixture
def site() -> Site:
    deadlines = Deadlines(head=2, body=2, idle=0.5)
    return Site(Taker(length), max_request_body_size=LIMIT, deadlines=deadlines)


@pytest.fixture
def connect(running_reactor: None, site: Site, tmp_path: Path) -> Iterator[Connect]:
    """Connects to *site* over TLS."""
    pem = tmp_path / "tls.pem"
    write_certificate(pem)

    def listen() -> Deferred[IListeningPort]:
        endpoint = serverFromString(reactor, f"ssl:0:interface=127.0.0.1:privateKey={pem}")
        return cast("Deferred[IListeningPort]", endpoint.listen(site))

    port = cast("Port", in_reactor(listen))
    context = ssl.create_default_context(cafile=str(pem))

    def connect() -> http.client.HTTPSConnection:
        number = port.getHost().port
        return http.client.HTTPSConnection("127.0.0.1", number, timeout=10, context=context)

    yield connect
    in_reactor(port.stopListening)
    until(lambda: in_reactor(lambda: not site.channels))


def test_b29_a_body_over_the_limit_is_a_413_that_can_be_read(connect: Connect) -> None:
    """A112."""
    connection = connect()
    connection.request("POST", "/", body=b"x" * LARGE)
    response = connection.getresponse()
    assert response.status == 413
    assert b"too large" in response.read()
    connection.close()


def test_b32_an_idle_connection_is_closed(connect: Connect) -> None:
    connection = connect()
    connection.request("POST", "/", body=b"abc")
    assert connection.getresponse().read() == b"3"
    assert connection.sock.recv(1) == b""
    connection.close()


def test_a116_a_drain_closes_idle_connections(connect: Connect, site: Site) -> None:
    connection = connect()
    connection.connect()
    until(lambda: in_reactor(lambda: site.channels))
    in_reactor(lambda: site.drain(10))
    assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_b76_a_client_that_leaves_early_is_told_of(
    connect: Connect, site: Site, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    """Nothing fails as its connection ends, though its socket is no more."""
    caplog.set_level(logging.INFO)
    connection = connect()
    connection.connect()
    connection.sock.send(sent)
    until(lambda: in_reactor(lambda: len(site.channels) == 1))
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sock.close()  # with a reset
    until(lambda: "127.0.0.1 left before its request was complete" in caplog.text)
    until(lambda: in_reactor(lambda: not site.channels))
    assert "could not be ended" not in caplog.text
