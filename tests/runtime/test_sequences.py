"""Answers that are sequences of items: each is sent when it is there, and if there is room."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from http.client import IncompleteRead
from typing import cast

import pytest
from counterfoil import (
    Comment,
    Deadlines,
    Event,
    JsonResource,
    Ok,
    Reply,
    Request,
    Site,
    SiteRequest,
    keep_alive,
)
from counterfoil._output.sequences import framing_of
from counterfoil.stub import ApiError, answers, limits, path
from counterfoil.testing import TestClient
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.server import Site as StockSite

from tests.runtime.test_foreign_host import PlainHost
from tests.runtime.test_lifecycle import until
from tests.runtime.test_streaming import a_moment
from tests.serving import Serve, Server, in_reactor


class Gone(ApiError[str]):
    status = 410


class Source:
    """Items that are watched."""

    def __init__(self, *items: object) -> None:
        self.items = items
        self.made = 0
        self.closed = False
        self.first: Exception | None = None
        self.fault: Exception | None = None
        self.wait: Deferred[None] | None = None

    async def flow(self) -> AsyncIterator[object]:
        try:
            if self.first is not None:
                raise self.first
            for item in self.items:
                self.made += 1
                yield item
            if self.wait is not None:
                await self.wait
            if self.fault is not None:
                raise self.fault
        finally:
            self.closed = True


class Servlet:
    """A generated servlet, as far as its answers go."""

    def __init__(self, items: AsyncIterable[object]) -> None:
        self._items = items
        self.requests: list[Request] = []

    @answers(Ok, errors=[Gone], media_type="application/jsonl")
    async def lines(self, request: Request, **_: str) -> Reply[object]:
        self.requests.append(request)
        return Ok(self._items)

    @limits(timeout=0.05)
    @answers(Ok, media_type="text/event-stream")
    async def events(self, request: Request, **_: str) -> Reply[object]:
        return Ok(self._items, headers={"Cache-Control": "private"})


def resource_of(items: AsyncIterable[object], servlet: Servlet | None = None) -> JsonResource:
    resource, servlet = JsonResource(), servlet or Servlet(items)
    resource.register_paths("GET", [path("/lines")], servlet.lines, "lines")
    resource.register_paths("GET", [path("/events")], servlet.events, "events")
    return resource


def served(serve: Serve, source: Source) -> Server:
    return serve(resource_of(source.flow()))


def test_a91_items_are_asked_for_when_there_is_room(serve: Serve) -> None:
    source = Source(*["x" * 8192] * 2000)
    with served(serve, source).connect() as connection:
        connection.request("GET", "/lines")
        until(lambda: source.made > 1)
        made = -1
        while made != source.made:  # until the buffers on the way are full
            made = source.made
            in_reactor(a_moment)
        assert made < 1000
        assert len(connection.response().body) == 2000 * 8195
    assert source.closed


def test_a_client_that_leaves_ends_what_the_source_waits_for(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(1)
    source.wait = Deferred[None]()
    with served(serve, source).connect() as connection:
        connection.request("GET", "/lines")
        until(lambda: source.made == 1)
        assert not source.closed
    until(lambda: source.closed)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_each_item_is_sent_at_once(serve: Serve) -> None:
    source = Source(Comment("open"))
    source.wait = Deferred[None]()
    with served(serve, source).connect() as connection:
        connection.request("GET", "/events")
        received = b""
        while b"open" not in received:
            received += connection.some(1)
        assert not source.closed
        wait = source.wait
        in_reactor(lambda: wait.callback(None))
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.some(1)
    assert source.closed


def test_a_timeout_is_for_the_handler_and_not_for_its_items(serve: Serve) -> None:
    source = Source(Event("1"))
    source.wait = Deferred[None]()
    site = Site(resource_of(source.flow()), deadlines=Deadlines(handler=0.05))
    with serve(site).connect() as connection:
        connection.request("GET", "/events")
        until(lambda: source.made == 1)
        for _ in range(3):
            in_reactor(a_moment)
        wait = source.wait
        in_reactor(lambda: wait.callback(None))
        answer = connection.response()
    assert answer.body == b"data: 1\n\n"
    assert answer.headers["cache-control"] == "private"


@pytest.mark.parametrize(
    ("fault", "status"), [(Gone("over"), 410), (RuntimeError("a bug"), 500)], ids=["410", "500"]
)
def test_a_fault_before_the_first_item_is_an_answer(
    serve: Serve, fault: Exception, status: int
) -> None:
    source = Source(1)
    source.first = fault
    answer = served(serve, source).get("/lines")
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert source.closed


@pytest.mark.parametrize("fault", [Gone("over"), RuntimeError("a bug")], ids=["410", "500"])
def test_a96_b83_a_fault_after_an_item_never_looks_complete(serve: Serve, fault: Exception) -> None:
    source = Source(1)
    source.fault = fault
    with served(serve, source).connect() as connection:
        connection.request("GET", "/lines")
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            connection.response()
    assert source.closed


def test_a_stream_that_the_server_ends_never_looks_complete(serve: Serve) -> None:
    source = Source(1)
    source.wait = Deferred[None]()
    servlet = Servlet(source.flow())
    with serve(resource_of(source.flow(), servlet)).connect() as connection:
        connection.request("GET", "/lines")
        until(lambda: source.made == 1)
        request = servlet.requests[0]
        assert isinstance(request, SiteRequest)
        in_reactor(request.abandon)
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            connection.response()
    assert source.closed


def on_another_host(serve: Serve, source: Source) -> Server:
    host, servlet = PlainHost(), Servlet(source.flow())
    host.register_paths("GET", [path("/lines")], servlet.lines, "lines")
    return serve(StockSite(host))


def test_another_host_sends_items_too(serve: Serve) -> None:
    answer = on_another_host(serve, Source(1, 2)).get("/lines")
    assert answer.body == b"1\n2\n"
    assert answer.headers["content-type"] == "application/jsonl"


def test_on_another_host_a_fault_before_the_first_item_is_an_answer(serve: Serve) -> None:
    source = Source()
    source.first = Gone("over")
    answer = on_another_host(serve, source).get("/lines")
    assert (answer.status, answer.json()) == (410, "over")


def test_on_another_host_a_client_that_leaves_ends_what_the_source_waits_for(serve: Serve) -> None:
    source = Source(1)
    source.wait = Deferred[None]()
    with on_another_host(serve, source).connect() as connection:
        connection.request("GET", "/lines")
        until(lambda: source.made == 1)
    until(lambda: source.closed)


def test_an_item_that_is_no_event_is_a_fault_of_the_handler(serve: Serve) -> None:
    source = Source({"data": "x"})
    assert served(serve, source).get("/events").status == 500
    assert source.closed


def test_head_takes_no_item(serve: Serve) -> None:
    source = Source(1)
    answer = served(serve, source).request("HEAD", "/lines")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "application/jsonl"
    assert source.made == 0


def test_a_test_client_gets_them_too() -> None:
    answer = TestClient(resource_of(Source(1, "é", None).flow())).get("/lines")
    assert answer.body.decode() == '1\n"é"\nnull\n'
    assert answer.headers["cache-control"] == "no-store"


def test_a_test_client_sees_what_has_come_so_far() -> None:
    source = Source(Event("a"))
    source.wait = Deferred[None]()
    client = TestClient(resource_of(source.flow()))
    pending = client.start("GET", "/events")
    assert pending.body_so_far == b"data: a\n\n"
    assert not pending.answered
    pending.disconnect()
    assert source.closed


def test_a_test_client_that_got_nothing_has_seen_nothing() -> None:
    source = Source()
    source.wait = Deferred[None]()
    pending = TestClient(resource_of(source.flow())).start("GET", "/lines")
    assert pending.body_so_far == b""
    source.wait.callback(None)
    assert pending.answered
    assert pending.body_so_far == b""


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        (Event("a"), "data: a\n\n"),
        (Event(""), "data: \n\n"),
        (Event(" a\r\nb\rc\n"), "data:  a\ndata: b\ndata: c\ndata: \n\n"),
        (Event({"b": 1, "a": "x\ny"}), 'data: {"a":"x\\ny","b":1}\n\n'),
        (Event(0, "n", id="", retry=5), "event: n\nid: \nretry: 5\ndata: 0\n\n"),
        (Event(None, id="7"), "id: 7\n\n"),
        (Comment(), ": \n\n"),
        (Comment("a\rdata: b"), ": a\n: data: b\n\n"),
    ],
    ids=repr,
)
def test_what_an_event_looks_like(event: object, sent: str) -> None:
    framing = framing_of("Text/Event-Stream; charset=utf-8")
    assert framing is not None
    assert framing(event) == sent.encode()


@pytest.mark.parametrize("name", ["a\nb", "a\rdata: x", "a\n"])
def test_a_name_cannot_forge_a_line(name: str) -> None:
    with pytest.raises(ValueError, match="event"):
        Event("x", name)
    with pytest.raises(ValueError, match="id"):
        Event("x", id=name)


def test_what_no_field_can_hold() -> None:
    with pytest.raises(ValueError, match="id"):
        Event("x", id="a\0")
    with pytest.raises(ValueError, match="retry"):
        Event("x", retry=-1)


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        ("application/x-ndjson", b"1\n"),
        ("application/json-seq", b"\x1e1\n"),
        ("application/geo+json-seq; a=b", b"\x1e1\n"),
    ],
)
def test_the_other_forms(media_type: str, sent: bytes) -> None:
    framing = framing_of(media_type)
    assert framing is not None
    assert framing(1) == sent
    assert framing(b"as it is") == b"as it is"


def drawn(events: AsyncIterator[object], taken: list[object]) -> Deferred[None]:
    async def draw() -> None:
        async for event in events:
            taken.append(event)

    return Deferred.fromCoroutine(draw())


def test_comments_fill_the_pauses() -> None:
    clock, source, taken = Clock(), Source("a", "b"), list[object]()
    source.wait = Deferred[None]()
    done = drawn(keep_alive(source.flow(), cast("IReactorTime", clock), 10), taken)
    assert taken == ["a", "b"]
    clock.pump([9.0, 1.0, 10.0])
    assert taken == ["a", "b", Comment(), Comment()]
    source.wait.callback(None)
    assert done.called
    assert not clock.getDelayedCalls()
    assert source.closed


def test_a_fault_passes_through() -> None:
    clock, source, taken = Clock(), Source("a"), list[object]()
    source.fault = RuntimeError("a bug")
    failures: list[Failure] = []
    drawn(keep_alive(source.flow(), cast("IReactorTime", clock)), taken).addErrback(failures.append)
    assert taken == ["a"]
    assert failures[0].value is source.fault


@pytest.mark.parametrize("pauses", [[], [10.0]], ids=["waiting", "after a comment"])
def test_a_stream_that_is_cancelled_ends_its_source(pauses: list[float]) -> None:
    clock, source, taken = Clock(), Source(), list[object]()
    source.wait = Deferred[None]()
    done = drawn(keep_alive(source.flow(), cast("IReactorTime", clock), 10), taken)
    clock.pump(pauses)
    done.addErrback(lambda failure: failure.trap(CancelledError) and None)
    done.cancel()
    assert source.closed
    assert not clock.getDelayedCalls()


def test_a_stream_that_is_closed_at_a_comment_ends_its_source() -> None:
    clock, source = Clock(), Source()
    source.wait = Deferred[None]()
    events = keep_alive(source.flow(), cast("IReactorTime", clock), 10)
    taken: list[object] = []

    async def first() -> None:
        taken.append(await anext(events))
        await events.aclose()

    done = Deferred.fromCoroutine(first())
    clock.advance(10)
    assert done.called
    assert taken == [Comment()]
    assert source.closed


def test_what_has_no_items() -> None:
    assert framing_of("application/json") is None
