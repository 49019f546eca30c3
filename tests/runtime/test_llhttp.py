"""Heads read by llhttp are what they are line by line: the same requests, the same refusals."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from counterfoil import Site
from counterfoil._server.llhttp import HeadReader
from twisted.internet.testing import StringTransport
from twisted.web.resource import Resource
from twisted.web.server import Request
from typing_extensions import override

HEADS = (
    b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /users/7/items?limit=50&tag=red HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a b\r\n"
    b"Accept: application/json, */*\r\nConnection: keep-alive\r\nCookie: a=b; c=d\r\n\r\n",
    b"POST /notices HTTP/1.1\r\nHost: localhost\r\nContent-Type: a\r\nContent-Length: 3\r\n\r\nabc",
    b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"DELETE /a%20b HTTP/1.0\r\nHost: localhost:8080\r\nX-A:\t b \t\r\nX-a: c\r\nE:\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nOrigin: https://example.org\r\n\r\n",
    b"GET http://localhost/a HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: x\r\n\r\n",
    b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"QUERY /q HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"M-SEARCH /q HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"HEAD / HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n",
)
"""Of each kind; they are taken as they are, and broken."""

PIECES = (
    *(
        b" ",
        b"  ",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n ",
        b"\0",
        b"\x01",
        b"\x7f",
        b"\x80",
        b"\xff",
    ),
    *(b":", b"::", b"/", b"?", b"#", b"%", b'"', b"\\", b"^", b"{", b"HTTP/1.1", b"HTTP/2.0"),
    *(b"Content-Length: 3\r\n", b"Content-Length: 0\r\n", b"Content-Length: +3\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Host: a\r\n"),
    *(b"Connection: close\r\n", b"Connection: keep-alive, close\r\n", b"Upgrade: h2c\r\n"),
    *(b"X: a\r\n" * 600, b"G", b"get ", b"PRI "),
)


class Told(Resource):
    """Answers what it was asked."""

    def __init__(self) -> None:
        Resource.__init__(self)
        self.isLeaf = True

    @override
    def render(self, request: Request) -> bytes:
        headers = {
            name.decode("latin-1"): [value.decode("latin-1") for value in values]
            for name, values in request.requestHeaders.getAllRawHeaders()
        }
        body = b"" if request.content is None else request.content.read()
        told = [request.method, request.uri, request.clientproto, body]
        return json.dumps([*(each.decode("latin-1") for each in told), headers]).encode()


def answered(site: Site, data: bytes) -> tuple[bytes, bool]:
    """All that comes back, without the dates, and whether the connection is closed."""
    transport = StringTransport()
    channel = site.buildProtocol(None)
    channel.makeConnection(transport)
    channel.dataReceived(data)
    came = transport.value()
    channel.connectionLost()
    lines = [line for line in came.split(b"\r\n") if not line.startswith(b"Date: ")]
    return b"\r\n".join(lines), transport.disconnecting


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[Site, Site]]:
    by_llhttp, by_lines = Site(Told()), Site(Told())
    by_llhttp.heads, by_lines.heads = HeadReader(), None
    yield by_llhttp, by_lines
    for site in (by_llhttp, by_lines):
        site.stopFactory()


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.split(b" ")[0].decode())
def test_a_head_is_the_same(head: bytes, sites: tuple[Site, Site]) -> None:
    by_llhttp, by_lines = (answered(site, head) for site in sites)
    assert by_llhttp == by_lines
    assert by_llhttp[0].startswith(b"HTTP/1.")


@pytest.mark.parametrize("head", HEADS[:6] + HEADS[8:9], ids=lambda head: head[:3].decode())
def test_llhttp_reads_it(head: bytes) -> None:
    end = head.index(b"\r\n\r\n") + 4
    reader = HeadReader()
    for _ in range(3):
        found = reader.read(head[:end])
        assert found is not None
        assert b" ".join(found.line) == head.partition(b"\r\n")[0]
        assert reader.read(b"nonsense\r\n\r\n") is None


def test_broken_heads_are_refused_alike(sites: tuple[Site, Site], soak: bool) -> None:
    chance = random.Random(20261127)
    for _ in range(1_000_000 if soak else 4_000):
        data = chance.choice(HEADS)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(data))
            cut = chance.choice((0, 0, 1, 3))
            data = data[:place] + chance.choice(PIECES) + data[place + cut :]
        data += chance.choice(HEADS)
        by_llhttp, by_lines = (answered(site, data) for site in sites)
        assert by_llhttp == by_lines, data
