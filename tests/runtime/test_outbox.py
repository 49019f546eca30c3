"""Whole answers of one turn of the reactor leave together, and in order with all else."""

from __future__ import annotations

import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from typing import cast

import pytest
from counterfoil import JsonResource, Ok, Request, Site, path
from counterfoil._server.boundaries import Transport
from counterfoil._server.outbox import Outbox
from counterfoil._server.transports import ReactorTurn
from counterfoil.stub import answers
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from typing_extensions import override

from tests.runtime.test_lifecycle import until
from tests.serving import DEADLINE, Serve, in_reactor, reactor

GET = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"


class Notices:
    """Handlers that answer at once, in pieces, late, with much."""

    @answers(Ok, media_type="text/plain")
    async def pieces(self, request: Request, /, **path: str) -> Ok[object]:
        async def made() -> AsyncIterator[bytes]:
            yield b"one "
            yield b"two"

        return Ok(made())

    def whole(self, request: Request) -> tuple[int, object]:
        return 200, "whole"

    def much(self, request: Request) -> tuple[int, object]:
        return 200, "m" * 15_000

    def content(self, request: Request) -> tuple[int, object]:
        assert request.content is not None
        return 200, request.content.read().decode()


def site() -> Site:
    notices, root = Notices(), JsonResource()
    root.register_paths("GET", [path("/whole")], notices.whole, "Whole")
    root.register_paths("GET", [path("/much")], notices.much, "Much")
    root.register_paths("GET", [path("/pieces")], notices.pieces, "Pieces")
    root.register_paths("PUT", [path("/content")], notices.content, "Content")
    return Site(root)


@pytest.mark.parametrize("more", [b"", b"Connection: keep-alive\r\n"], ids=["usual", "other"])
def test_b36_a_client_that_pipelines_leaves_others_their_turn(serve: Serve, more: bytes) -> None:
    order: list[str] = []

    def note(request: Request, name: str) -> tuple[int, object]:
        order.append(name)
        return 200, len(order)

    root = JsonResource()
    root.register_paths("GET", [path("/{name}")], note, "Note")
    server = serve(root)
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert released.wait(DEADLINE)

    with server.connect() as many, server.connect() as other:
        for client in (many, other):
            client.request("GET", "/first")
            assert client.response().status == 200
        reactor.callFromThread(hold)
        assert held.wait(DEADLINE)
        many.send(b"GET /many HTTP/1.1\r\nHost: a\r\n%b\r\n" % more * 500)
        other.send(GET % b"other")
        released.set()
        assert other.response().json() == order.index("other") + 1 <= 2 + 16 + 1
        answers = [many.response().json() for _ in range(500)]
    assert answers == [number for number in range(3, 504) if number != order.index("other") + 1]


def test_b22_pipelined_answers_of_all_kinds_keep_their_order(serve: Serve) -> None:
    kinds = [b"whole", b"whole", b"pieces", b"much", b"whole", b"pieces", b"pieces", b"whole"] * 3
    with serve(site()).connect() as connection:
        connection.send(b"".join(GET % kind for kind in kinds))
        bodies = [connection.response().body for _ in kinds]
    made = {b"whole": b'"whole"', b"pieces": b"one two", b"much": b'"%b"' % (b"m" * 15_000)}
    assert bodies == [made[kind] for kind in kinds]


def test_b22_more_than_is_sent_in_one_go_arrives(serve: Serve) -> None:
    with serve(site()).connect() as connection:
        connection.send((GET % b"much") * 200)
        for _ in range(200):
            assert len(connection.response().body) == 15_002


def test_b22_a_client_that_does_not_read_gets_all_of_it_later(serve: Serve) -> None:
    server = serve(site())
    with server.connect() as connection:
        connection.send((GET % b"much") * 800)
        time.sleep(0.3)
        connection.send(GET % b"whole")
        for _ in range(800):
            assert len(connection.response().body) == 15_002
        assert connection.response().body == b'"whole"'


def test_b22_the_end_of_a_connection_comes_after_the_answers(serve: Serve) -> None:
    with serve(site()).connect() as connection:
        last = b"GET /whole HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        connection.send((GET % b"whole") * 5 + last)
        said = connection.rest()
    assert said.count(b'"whole"') == 6
    assert said.count(b"Connection: close") == 1


def test_b22_a_refusal_that_ends_the_connection_comes_after_the_answers(serve: Serve) -> None:
    with serve(site()).connect() as connection:
        connection.send((GET % b"whole") * 3 + b"GET / HTTP/1.1\r\nHost a\r\n\r\n" + b"x" * 1000)
        said = connection.rest()
    assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"200", b"200", b"200", b"400"]


def test_b5_100_continue_comes_after_the_answers_before_it(serve: Serve) -> None:
    head = b"PUT /content HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with serve(site()).connect() as connection:
        connection.send((GET % b"whole") * 2 + head)
        assert [connection.response().body for _ in range(2)] == [b'"whole"'] * 2
        assert connection.some(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(b"hi")
        assert connection.response().body == b'"hi"'


def test_connections_of_one_turn_are_all_answered(serve: Serve) -> None:
    server = serve(site())
    connections = [server.connect() for _ in range(20)]
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert go.wait(5)

    # What is asked meanwhile is there in one turn, when the reactor goes on.
    reactor.callFromThread(hold)
    assert held.wait(5)
    for connection in connections:
        connection.send(GET % b"whole")
    time.sleep(0.05)
    connections[3].reset()
    go.set()
    for number, connection in enumerate(connections):
        if number != 3:
            assert connection.response().body == b'"whole"'
        connection.close()
    until(lambda: in_reactor(lambda: isinstance(server.site, Site) and not server.site.channels))


class Cutting(Resource):
    """Cuts its connection, as a handler that has failed half way does."""

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def render(self, request: Request) -> bytes:
        if request.path == b"/cut":
            request.loseConnection()
        return b"whole"


def test_b22_a_connection_that_is_lost_has_nothing_left_to_send(serve: Serve) -> None:
    server = serve(Site(Cutting()))
    with server.connect() as connection:
        connection.send((GET % b"whole") * 2 + GET % b"cut")
        assert connection.rest().count(b"\r\n\r\nwhole") >= 2
    assert server.get("/whole").body == b"whole"


class Leaving:
    """Handlers that end their connection, or the writing to it, before or after they answer."""

    def before(self, request: Request) -> tuple[int, object]:
        cast("Transport", request.transport).loseConnection()
        return 200, "whole"

    def after(self, request: Request) -> tuple[int, object]:
        transport = cast("Transport", request.transport)

        def leave(_: None) -> None:
            transport.loseConnection()

        request.notifyFinish().addCallback(leave)
        return 200, "whole"

    async def late(self, request: Request) -> tuple[int, object]:
        await deferLater(cast("IReactorTime", reactor), 0.01)
        return self.before(request)

    async def late_after(self, request: Request) -> tuple[int, object]:
        await deferLater(cast("IReactorTime", reactor), 0.01)
        return self.after(request)


@pytest.mark.parametrize("name", ["before", "after", "late", "late_after"])
def test_b22_an_answer_leaves_before_its_connection_is_closed(serve: Serve, name: str) -> None:
    leaving, root = Leaving(), JsonResource()
    root.register_paths("GET", [path("/whole")], Notices().whole, "Whole")
    root.register_paths("GET", [path(f"/{name}")], getattr(leaving, name), "Leave")
    server = serve(Site(root))
    for _ in range(10):
        with server.connect() as connection:
            connection.send((GET % b"whole") * 2 + GET % name.encode())
            assert connection.rest().count(b'"whole"') == 3


def test_b22_a_client_that_only_listens_any_more_is_answered(serve: Serve) -> None:
    address = ("127.0.0.1", serve(site()).port)
    for _ in range(10):
        with socket.create_connection(address, timeout=5) as client:
            client.sendall((GET % b"whole") * 3)
            client.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: client.recv(65536), b""))
        assert said.count(b'"whole"') == 3


def test_one_connection_that_cannot_be_written_to_harms_no_other(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    outbox, turn = Outbox(), ReactorTurn(cast("ReactorBase", reactor))
    flushed: list[str] = []

    class Sender:
        def __init__(self, name: str) -> None:
            self.name = name

        def flush(self) -> None:
            if self.name == "bad":
                raise RuntimeError("bug")
            flushed.append(self.name)

        def abort(self) -> None:
            flushed.append(f"cut {self.name}")

    def post() -> None:
        for name in ("first", "bad", "last"):
            outbox.add(Sender(name), turn)

    serve(site())
    in_reactor(post)
    until(lambda: len(flushed) == 3)
    assert flushed == ["first", "cut bad", "last"]
    assert "a connection could not be written to" in caplog.text
    in_reactor(lambda: outbox.add(Sender("again"), turn))
    until(lambda: flushed[-1] == "again")


def test_an_answer_that_somebody_waited_for_does_not_wait_for_what_comes_meanwhile(
    serve: Serve,
) -> None:
    waiting: list[Deferred[None]] = []
    order: list[str] = []

    async def wait(request: Request) -> tuple[int, object]:
        waiting.append(Deferred())
        await waiting[-1]
        return 200, "waited"

    def wake(request: Request) -> tuple[int, object]:
        waiting[0].callback(None)
        ready, _, _ = select.select([waiter], [], [], 1)
        order.append("sent" if ready else "posted")
        return 200, "woken"

    root = JsonResource()
    root.register_paths("GET", [path("/wait")], wait, "Wait")
    root.register_paths("GET", [path("/wake")], wake, "Wake")
    server = serve(Site(root))
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=5) as waiter, server.connect() as waker:
        waiter.sendall(GET % b"wait")
        until(lambda: waiting)
        waker.send(GET % b"wake")
        assert waker.response().body == b'"woken"'
        assert waiter.recv(1000).endswith(b'"waited"')
    assert order == ["sent"]


ASYNCIO = """
import sys
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from counterfoil import JsonResource, Site, path
root = JsonResource()
root.register_paths("GET", [path("/whole")], lambda request: (200, "whole"), "Whole")
print(reactor.listenTCP(0, Site(root), interface="127.0.0.1").getHost().port, flush=True)
reactor.run()
"""


def test_b22_on_the_reactor_of_asyncio_too() -> None:
    command = [sys.executable, "-c", ASYNCIO]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = ("127.0.0.1", int(process.stdout.readline()))
            for _ in range(5):
                with socket.create_connection(address, timeout=5) as client:
                    client.sendall((GET % b"whole") * 3)
                    client.shutdown(socket.SHUT_WR)
                    said = b"".join(iter(lambda: client.recv(65536), b""))
                assert said.count(b'"whole"') == 3
        finally:
            process.kill()
