"""WSGI applications on our site, each request in a thread. On real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from counterfoil import Site
from twisted.internet.interfaces import IReactorThreads
from twisted.python.threadpool import ThreadPool
from twisted.web.resource import IResource, Resource
from twisted.web.wsgi import WSGIResource

from tests.compatibility.wsgi import LARGE, application
from tests.serving import Serve, Server, in_reactor, reactor


@pytest.fixture
def server(serve: Serve) -> Iterator[Server]:
    pool = ThreadPool(1, 8, "wsgi")
    pool.start()
    root = Resource()
    wsgi = WSGIResource(cast("IReactorThreads", reactor), pool, application)
    root.putChild(b"app", cast("IResource", wsgi))
    yield serve(Site(root))
    pool.stop()


def test_the_environment(server: Server) -> None:
    answer = server.request(
        "POST", "/app/environ?a=b", body=b"ab", headers={"X-One": "1", "Content-Type": "text/plain"}
    )
    assert answer.body.decode() == repr(
        ["POST", "/app", "a=b", "text/plain", "2", "HTTP/1.1", "127.0.0.1", "1", "http"]
    )


def test_bodies_of_every_size(server: Server) -> None:
    with server.connect() as connection:
        for size in (0, 1, 100_000, 100_001, 1024 * 1024):
            connection.request("POST", "/app/echo", body=LARGE[:size])
            answer = connection.response()
            assert (answer.status, len(answer.body)) == (201, size)
            assert answer.body == LARGE[:size]
            assert "wsgi" in answer.headers["x-thread"]


def test_a_body_in_chunks(server: Server) -> None:
    with server.connect() as connection:
        connection.send(
            b"POST /app/lines HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for chunk in (b"one\nt", b"wo\n", b"three"):
            connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        connection.send(b"0\r\n\r\n")
        assert connection.response().body == b"3 "


def test_large_answers_to_many_at_once(server: Server) -> None:
    connections = [server.connect() for _ in range(12)]
    for connection in connections:
        connection.request("GET", "/app/large")
    for connection in connections:
        assert connection.response().body == LARGE


def test_what_is_written_comes_before_what_is_returned(server: Server) -> None:
    assert server.get("/app/written").body == b"written returned"
    assert server.get("/app/none").status == 404


def test_a_client_that_leaves_early_hurts_no_other(server: Server) -> None:
    for _ in range(5):
        with server.connect() as connection:
            connection.request("GET", "/app/large")
            assert connection.some(1000)
    assert server.get("/app/written").status == 200
    in_reactor(lambda: None)
