"""The head of a request: what is refused there, and that the refusal can be read (RFC 9112)."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import cast

import pytest
from counterfoil import JsonResource, ProblemDetails, Request
from counterfoil.stub import path
from counterfoil.testing import TestClient
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.web.resource import Resource

from tests.runtime.taker import Taker
from tests.runtime.test_body_limits import head, length
from tests.runtime.test_lifecycle import lines, until
from tests.serving import DEADLINE, Serve, Server, reactor

HOST = b"Host: localhost\r\n"


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(Taker(length))


def answer(server: Server, data: bytes) -> bytes:
    """All that comes back, of a connection that the server closes."""
    with server.connect() as connection:
        connection.send(data)
        return connection.rest()


def status(server: Server, data: bytes) -> int:
    came = answer(server, data)
    assert came.count(b"HTTP/1.1 ") == 1, came
    assert b"\r\nConnection: close\r\n" in came
    assert b"Content-Type: application/json\r\n" in came
    return int(came.split(b" ")[1])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n", 414),
        (b"GET /" + b"a" * 20_000, 414),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 17_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + (b"X-A: " + b"a" * 1000 + b"\r\n") * 17, 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\r\n" * 501, 431),
    ],
    ids=["line", "line without end", "one header", "headers", "number of headers"],
)
def test_b27_too_large_a_head_is_told_so(
    server: Server, data: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert status(server, data + b"x" * 100_000) == code
    until(lambda: lines(caplog, "access"))
    (line,) = lines(caplog, "access")
    assert f" {code} " in line


def test_b27_also_on_a_connection_that_was_used(server: Server) -> None:
    with server.connect() as connection:
        connection.request("GET", "/secret?access_token=a")
        connection.response()
        connection.send(b"GET /" + b"a" * 20_000)
        assert connection.response().status == 414


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["a", "a"],
        ["a b"],
        ["a/b"],
        ["a@b"],
        ["a, b"],
        ["a:b"],
        ["a:1:2"],
        ["[::1"],
        ["[::1]x"],
        ["a\xe9"],
    ],
)
def test_b19_there_must_be_one_valid_host(server: Server, hosts: list[str]) -> None:
    fields = b"".join(b"Host: %s\r\n" % host.encode("latin-1") for host in hosts)
    for more in (b"", b"Content-Length: 2\r\n", b"Content-Length: 100000\r\n"):
        assert status(server, b"POST / HTTP/1.1\r\n" + fields + more + b"\r\nab") == 400


@pytest.mark.parametrize("host", ["a", "a.b:80", "a_b", "[::1]:80", "127.0.0.1", "", "a:", "%41"])
def test_b19_what_is_valid(server: Server, host: str) -> None:
    assert server.get("/", headers={"Host": host}).status == 200


def test_b19_http_1_0_needs_none(server: Server) -> None:
    assert answer(server, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 ")
    assert answer(server, b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n").startswith(b"HTTP/1.0 400 ")


@pytest.mark.parametrize(
    "lengths",
    [
        ["2", "2"],
        ["2, 2"],
        ["+2"],
        ["-0"],
        ["0x2"],
        ["0_2"],
        ["2 2"],
        ["\xb2"],
        ["two"],
        [""],
        ["9" * 5000],
        ["9" * 20],
    ],
)
def test_a113_b7_b8_the_length_is_digits_and_said_once(server: Server, lengths: list[str]) -> None:
    fields = [f"Content-Length: {each}" for each in lengths]
    lines = "\r\n".join(["POST / HTTP/1.1", "Host: a", *fields, "", ""])
    assert status(server, lines.encode("latin-1") + b"ab") == 400


@pytest.mark.parametrize(
    "fields",
    [
        ["Content-Length: 2", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 2"],
        ["Content-Length: 0", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: identity", "Content-Length: 2"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: identity, chunked"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked;q=1"],
        ["Transfer-Encoding : chunked"],
        ["X-A: a", " folded"],
        ["X-A: a", "\tfolded"],
        ["no colon"],
        [": empty name"],
        ["X A: a"],
        ["X-A: a\0"],
        ["X-A: a\x0bb"],
        ["User-Agent: \x1b[2J"],
        ["Connection: \x7f"],
    ],
)
def test_b1_b2_b3_b4_b5_b6_b9_b14_framing_must_be_plain(server: Server, fields: list[str]) -> None:
    assert status(server, head(*fields) + b"0\r\n\r\n") == 400


@pytest.mark.parametrize(
    "line",
    [
        b"GET  / HTTP/1.1",
        b"GET /",
        b"GET / HTTP/0.9",
        b"GET / HTTP/2.0",
        b"GET /\x7f HTTP/1.1",
        b"GET /\x80 HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"G(T / HTTP/1.1",
        b"\x16\x03\x01",
        b"PRI * HTTP/2.0",
        b"\r\n\r\nGET / HTTP/1.1",
    ],
)
def test_b15_b16_b17_b26_the_first_line_must_be_plain(server: Server, line: bytes) -> None:
    assert status(server, line + b"\r\n" + HOST + b"\r\n") == 400


def test_one_empty_line_before_it_is_skipped(server: Server) -> None:
    """B22: some clients end a body with one."""
    with server.connect() as connection:
        for _ in range(2):
            connection.send(b"\r\n" + head("Content-Length: 0"))
            assert connection.response().status == 200


@pytest.mark.parametrize(
    ("line", "code"),
    [("GET *", 400), ("GET x", 400), ("GET ftp://a/", 400), ("CONNECT a:1", 501)],
)
def test_b18_b25_the_target_must_be_a_path(server: Server, line: str, code: int) -> None:
    with server.connect() as connection:
        connection.send(head().replace(b"POST /", line.encode()))
        assert connection.response().status == code


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        ("http://example.org/a/b?c=d", "/a/b?c=d"),
        ("HTTPS://u@example.org:80/a", "/a"),
        ("http://example.org", "/"),
        ("http://example.org?a=b", "/?a=b"),
    ],
)
def test_b18_a_target_may_name_its_server(serve: Serve, target: str, reached: str) -> None:
    resource = JsonResource()

    def where(request: Request) -> tuple[int, object]:
        return 200, request.uri.decode()

    resource.register_paths("GET", [path("/a/b"), path("/a"), path("/")], where, "Where")
    assert serve(resource).get(target).json() == reached


def test_b18_a_question_to_the_server_itself(server: Server) -> None:
    response = server.request("OPTIONS", "*")
    assert (response.status, response.body) == (204, b"")
    assert "content-length" not in response.headers
    assert response.headers["server"] == "counterfoil"


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ("Connection: close", False),
        ("Connection: Close, x", False),
        ("Connection: x,close", False),
        ("Connection: x\r\nConnection: close", False),
        ("Connection: keep-alive", True),
        ("Connection: closed", True),
    ],
)
def test_b21_the_connection_is_closed_when_the_client_says_so(
    server: Server, field: str, kept: bool
) -> None:
    with server.connect() as connection:
        connection.send(head(field, "Content-Length: 0"))
        response = connection.response()
        assert response.headers.get("connection") == (None if kept else "close")
        if kept:
            connection.request("GET", "/")
            assert connection.response().status == 200
        else:
            assert connection.rest() == b""


def test_b21_what_came_with_it_is_dropped(server: Server) -> None:
    with server.connect() as connection:
        connection.send(head("Connection: close", "Content-Length: 0") + head() * 1000)
        assert connection.rest().count(b"HTTP/1.1 ") == 1


def test_b20_http_1_0_is_answered_once(server: Server) -> None:
    came = answer(server, head("Transfer-Encoding: chunked").replace(b"1.1", b"1.0") + b"0\r\n\r\n")
    assert came.startswith(b"HTTP/1.0 200 ")


@pytest.mark.parametrize(
    "body",
    [
        b"0x2\r\nab\r\n0\r\n\r\n",
        b"+2\r\nab\r\n0\r\n\r\n",
        b"-1\r\n",
        b"0_2\r\n",
        b"\r\n",
        b"2\r\nabc\r\n",
        b"f" * 2000,
        b"00000000000000002\r\nab\r\n0\r\n\r\n",
        b"10000000000000002\r\nab\r\n0\r\n\r\n",
        b"1;" + b"a" * 65536 + b"\r\n",
        b"1;\0\r\na\r\n0\r\n\r\n",
    ],
)
def test_b10_b11_b30_chunks_must_be_plain(server: Server, body: bytes) -> None:
    assert status(server, head("Transfer-Encoding: chunked") + body) == 400


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_b33_a_request_may_come_in_pieces_of_any_size(serve: Serve, size: int) -> None:
    data = head("Content-Length: 3") + b"abc" + head("Transfer-Encoding: chunked")
    data += b"2;x=y\r\nab\r\n0\r\nTrailer: a\r\n\r\n" + head("Content-Length: 0")
    with serve(Taker(length)).connect() as connection:
        for start in range(0, len(data), size):
            connection.send(data[start : start + size])
        assert [connection.response().json() for _ in range(3)] == [3, 2, 0]


@pytest.mark.parametrize("waits", [False, True])
def test_b36_pipelined_requests_wait_for_room(serve: Serve, waits: bool) -> None:
    """No more answers are made than a client reads."""
    made = 0

    async def large_later(request: Request) -> tuple[int, object]:
        await deferLater(cast("IReactorTime", reactor), 0)
        return large(request)

    def large(request: Request) -> tuple[int, object]:
        nonlocal made
        made += 1
        return 200, "x" * 10_000

    resource = JsonResource()
    handler = large_later if waits else large
    resource.register_paths("GET", [path("/")], handler, "Large")
    number = 3000
    address = ("127.0.0.1", serve(resource).port)
    with socket.create_connection(address, timeout=DEADLINE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * number)
        before = settled(lambda: made)
        assert before < number
        while made < number:
            assert client.recv(1_000_000)


def settled(value: Callable[[], int]) -> int:
    """*value*, once it has not changed for a while."""
    last, since = -1, time.monotonic()
    while time.monotonic() < since + 0.3:
        if value() != last:
            last, since = value(), time.monotonic()
        time.sleep(0.01)
    return last


def test_the_shape_of_a_refusal_is_that_of_the_site() -> None:
    """B27: where no resource is asked."""
    client = TestClient(Resource(), errors=ProblemDetails())
    response = client.start("GET", "/a b").response()
    assert response.status == 400
    assert response.headers["content-type"] == "application/problem+json"


def test_b27_a_refusal_has_the_headers_of_every_answer(server: Server) -> None:
    usual = server.get("/").headers
    with server.connect() as connection:
        connection.send(b"GET / HTTP/9.9\r\n")
        headers = connection.response().headers
    assert usual.keys() - headers.keys() == set()
