"""The in-memory client, and that a plain site of Twisted's serves a JsonResource too."""

from __future__ import annotations

import gc
import logging
import threading
from typing import cast

import pytest
from counterfoil import JsonResource, Request, defer_to_thread
from counterfoil.stub import path
from counterfoil.testing import NotAnsweredError, TestClient
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.web import server

from tests.runtime.kiosk import Kiosk, KioskServlet, NewNotice, Notice
from tests.runtime.test_lifecycle import until
from tests.serving import Connection, in_reactor, reactor


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


@pytest.fixture
def client(kiosk: Kiosk) -> TestClient:
    resource = JsonResource()
    KioskServlet(kiosk).register(resource)
    return TestClient(resource)


def test_every_method(client: TestClient) -> None:
    assert client.get("/boards/a/notices/1").json() == {"id": 1, "text": "a"}
    posted = client.post("/boards/a/notices", json={"txnId": "1", "text": "t"})
    assert (posted.status, posted.headers["location"]) == (201, "/boards/a/notices/1")
    assert client.put("/boards/a/picture", body=b"x").status == 501
    assert client.delete("/boards/a/notices/1").status == 204
    assert client.patch("/boards/a/notices/1", json={}).status == 405
    head = client.request("HEAD", "/boards/a/notices/1")
    assert (head.body, head.headers["content-length"]) == (b"", "19")


def test_models_are_sent_as_json(client: TestClient) -> None:
    new = NewNotice(txn_id="1", text="t")
    assert client.post("/boards/a/notices", json=new).status == 201
    assert client.post("/boards/a/notices", json={"txnId": "2", "text": new}).status == 400
    with pytest.raises(TypeError, match="this is not sent as JSON: b'x'"):
        client.post("/boards/a/notices", json=b"x")


def test_queries_and_headers(client: TestClient) -> None:
    response = client.get(
        "/search",
        query={"word": ["a b", "c&d"], "sizes": "3,4"},
        headers={"X-Exact": "true", "Cookie": "session=s"},
    )
    assert response.json() == {
        "words": ["a b", "c&d"],
        "sizes": [3, 4],
        "exact": True,
        "session": "s",
    }


def test_a_header_that_is_given_takes_the_place_of_the_usual_one(client: TestClient) -> None:
    pending = client.start(
        "GET", "/search?word=a", headers={"host": "kiosk", "content-length": "0"}
    )
    assert pending.response().status == 200


def test_a_request_that_waits(client: TestClient, kiosk: Kiosk) -> None:
    pending = client.start("GET", "/boards/a/next")
    with pytest.raises(NotAnsweredError, match="no complete answer to GET"):
        pending.response()
    kiosk.waiting[0].callback(Notice(id=5, text="at last"))
    assert pending.answered
    assert pending.response().json() == {"id": 5, "text": "at last"}
    assert pending.sent.startswith(b"HTTP/1.1 200 OK\r\n")
    pending.disconnect()
    assert kiosk.cancelled == 0


def test_b78_a_client_that_leaves(client: TestClient, kiosk: Kiosk) -> None:
    pending = client.start("GET", "/boards/a/next")
    pending.disconnect()
    pending.disconnect()
    assert kiosk.cancelled == 1
    assert pending.sent == b""


def test_a_connection_that_the_server_cuts() -> None:
    def half(request: Request) -> tuple[int, object]:
        request.write(b"half")
        raise ValueError

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], half, "Half")
    pending = TestClient(resource).start("GET", "/")
    assert pending.aborted
    assert not pending.answered


def test_a_request_that_no_server_takes(client: TestClient) -> None:
    pending = client.start("GET", "/a b")
    assert pending.response().status == 400
    assert not pending.aborted


def test_time_stands_still_until_it_is_moved() -> None:
    resource = JsonResource()
    client = TestClient(resource)

    def later(request: Request) -> Deferred[tuple[int, object]]:
        return deferLater(cast("IReactorTime", client.clock), 5, lambda: (200, "later"))

    resource.register_paths("GET", [path("/")], later, "Later")
    pending = client.start("GET", "/")
    client.clock.advance(4)
    assert not pending.answered
    client.clock.advance(1)
    assert pending.response().json() == "later"


def test_a_plain_site_of_twisted_serves_a_json_resource(running_reactor: None) -> None:
    resource = JsonResource()
    kiosk = Kiosk()
    KioskServlet(kiosk).register(resource)
    site = server.Site(resource)
    port = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
    try:
        with Connection(port.getHost().port) as connection:
            connection.request("GET", "/boards/a/notices/1")
            response = connection.response()
            assert response.json() == {"id": 1, "text": "a"}
            assert response.headers["x-content-type-options"] == "nosniff"
            connection.request("GET", "/search?" + "&".join(["word=a"] * 257))
            assert connection.response().json() == {
                "errcode": "M_INVALID_PARAM",
                "error": "query: the query string has more than 256 parameters",
            }
            connection.request("GET", "/boards/a/next")
            until(lambda: kiosk.waiting)
        until(lambda: kiosk.cancelled)
    finally:
        in_reactor(port.stopListening)


def test_a_request_that_is_left_waiting_makes_no_noise(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody drives its handler any more, so its end is no fault of anybody's."""
    ended: list[str] = []

    async def wait(request: Request) -> tuple[int, object]:
        try:
            await Deferred[None]()
        finally:
            ended.append("wait")
        raise AssertionError

    def ask() -> None:
        resource = JsonResource()
        resource.register_paths("GET", [path("/")], wait, "wait")
        assert not TestClient(resource).start("GET", "/").answered

    ask()
    gc.collect()
    assert ended == ["wait"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_calls_in_threads_are_made_at_once() -> None:
    async def work(request: Request) -> tuple[int, object]:
        found = await defer_to_thread(lambda name: threading.current_thread().name + name, "!")
        try:
            await defer_to_thread(int, "x")
        except ValueError:
            return 200, found
        raise AssertionError

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], work, "work")
    assert TestClient(resource).get("/").json() == threading.current_thread().name + "!"
