"""The site on every reactor, with what users of Twisted bring. In processes of their own."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Final, NamedTuple

import pytest

from tests.compatibility.pages import PIECE, PIECES
from tests.compatibility.process import PATIENCE, Process, running
from tests.compatibility.serve import REACTORS
from tests.compatibility.wsgi import LARGE

BODY: Final = os.urandom(300_000)


class Exchange(NamedTuple):
    """A request, and the body of its answer."""

    method: str
    target: str
    body: bytes
    sent: bytes = b""


TWISTED: Final = [
    Exchange("GET", "/later", b"later"),
    Exchange("POST", "/echo", BODY, BODY),
    Exchange("GET", "/pushed", PIECE * PIECES),
    Exchange("GET", "/pulled", PIECE * PIECES),
    Exchange("POST", "/wsgi/echo", BODY, BODY),
    Exchange("GET", "/wsgi/large", LARGE),
    Exchange("GET", "/files/file.bin", BODY),
    Exchange("GET", "/klein/hello/Ada", b"Hello, Ada!"),
    Exchange("GET", "/klein/later", b"from a thread"),
    Exchange("POST", "/klein/awaited", b"cba", b"abc"),
    Exchange("GET", "/klein/below/a/b", b"a/b"),
    Exchange("GET", "/asked?address={self}/later", b"later"),
    Exchange("GET", "/klein/asked?address={self}/later", b"later"),
]
"""What is asked on one connection."""


@pytest.fixture(scope="module", params=REACTORS)
def server(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp(str(request.param))
    (folder / "file.bin").write_bytes(BODY)
    without = pytestconfig.getoption("without_fast") is True
    options = ["--without-httptools"] if without else []
    with running(str(request.param), folder, options) as process:
        yield process


@pytest.fixture(params=["tcp", "tls"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(server: Process, transport: str) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.sock = server.connect(transport)
    yield connection
    connection.close()


def test_everything_is_answered_on_one_connection(server: Process, client: HTTPConnection) -> None:
    opened = client.sock
    for exchange in TWISTED:
        target = exchange.target.replace("{self}", f"http://127.0.0.1:{server.port}")
        client.request(exchange.method, target, exchange.sent or None)
        answer = client.getresponse()
        assert (exchange.target, answer.status in {200, 201}) == (exchange.target, True)
        assert answer.read() == exchange.body
    assert client.sock is opened
    client.request("GET", "/thread")
    assert b"Pool" in client.getresponse().read()


def test_clients_that_leave(server: Process, transport: str) -> None:
    """B78."""
    for target, told in (("/left", "left"), ("/api/cancelled", "cancelled")):
        leaving = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        leaving.sock = server.connect(transport)
        leaving.request("GET", target)
        assert server.hear() == "waiting"
        leaving.close()
        assert server.hear() == told


def test_programs(server: Process, client: HTTPConnection) -> None:
    """But for uvloop, whose processes Twisted is not always told the end of."""
    if server.reactor == "uvloop":
        return
    client.request("POST", "/program?a=b", b"in")
    assert client.getresponse().read() == b"POST in\n"


def frame(opcode: int, payload: bytes) -> bytes:
    """A frame of a WebSocket's client (RFC 6455, section 5.2), masked with zeros."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + size + bytes(4) + payload


@pytest.mark.parametrize("target", ["/autobahn", "/websocket"])
def test_a_connection_becomes_a_websocket(server: Process, transport: str, target: str) -> None:
    """It is not the site's any more: it has no deadlines, and its request is over with a 101."""
    key = base64.b64encode(os.urandom(16)).decode()
    target = f"{target}?{transport}"
    with server.connect(transport) as client:
        client.sendall(
            f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        received = client.makefile("rb")
        assert received.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while received.readline() != b"\r\n":
            pass
        for text in (b"tea", b"x" * 2000):
            client.sendall(frame(1, text))
            first, size = received.read(2)
            length = int.from_bytes(received.read(2), "big") if size == 126 else size
            assert (first, received.read(length)) == (0x81, text)
        client.sendall(frame(8, b"\x03\xe8"))
        assert received.read(2)[0] == 0x88
        received.close()
    line = f'101 "GET {target} HTTP/1.1"'
    server.wait_for_log(line)
    assert server.log.count(line) == 1
