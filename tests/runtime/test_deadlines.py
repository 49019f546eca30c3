"""How long clients and handlers may take. On real sockets, and with a clock that tests move."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import cast

import pytest
from counterfoil import (
    BodyPlan,
    CodedError,
    Deadlines,
    JsonResource,
    Request,
    Site,
    SiteRequest,
    limits,
    path,
    respond_with_json,
)
from counterfoil._server import channel
from counterfoil._server.boundaries import Timers
from counterfoil._server.deadlines import Sweep
from counterfoil._server.transports import unsent
from counterfoil.testing import TestClient
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.web.http import HTTPChannel
from typing_extensions import override

from tests.runtime.taker import Taker
from tests.runtime.test_body_limits import head, length, server_channels
from tests.runtime.test_lifecycle import until
from tests.serving import Serve, in_reactor, reactor

QUICK = Deadlines(head=0.3, body=0.3, idle=0.3, handler=0.3)


class Wire(StringTransport):
    """A connection in memory, to which a test plays the reactor."""

    def __init__(self, site: Site) -> None:
        StringTransport.__init__(self)
        self.dataBuffer = b""
        self.aborted = False
        self.channel = cast("HTTPChannel", site.buildProtocol(None))
        self.channel.makeConnection(self)

    @override
    def abortConnection(self) -> None:
        self.aborted = True
        self.disconnecting = True

    def send(self, data: bytes) -> None:
        self.channel.dataReceived(data)

    def is_open(self) -> bool:
        return not self.disconnecting

    def sent(self) -> bytes:
        """What the server has sent since this was asked last."""
        value = self.io.getvalue()
        self.io.seek(0)
        self.io.truncate()
        return value

    @property
    def status(self) -> int:
        return int(self.sent().split(b" ")[1])


class Served:
    """A site with a clock."""

    def __init__(self, taker: Taker | None = None, deadlines: Deadlines | None = None) -> None:
        self.clock = Clock()
        self.site = Site(
            Taker(length) if taker is None else taker,
            deadlines=deadlines,
            reactor=cast("IReactorTime", self.clock),
        )

    def connect(self) -> Wire:
        return Wire(self.site)

    def after(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.clock.advance(0.5)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", b""),
        (b"POST / HT", b"HTTP/1.1 408 Request Timeout\r\n"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 408 Request Timeout\r\n"),
        (head("Content-Length: 5") + b"ab", b"HTTP/1.1 408 Request Timeout\r\n"),
        (head("Content-Length: 0"), b"HTTP/1.1 200 OK\r\n"),
    ],
    ids=["after connecting", "mid line", "mid head", "mid body", "between requests"],
)
def test_b32_a_silent_client_is_gone_within_the_deadline(
    serve: Serve, data: bytes, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """B32, B34: while others are served."""
    caplog.set_level(logging.INFO)
    server = serve(Site(Taker(length), deadlines=QUICK))
    with server.connect() as silent:
        silent.send(data)
        assert server.get("/").status == 200
        rest = silent.rest()
        assert rest.startswith(answer)
        assert bool(rest) is bool(answer)
    until(lambda: in_reactor(lambda: not server_channels(server)))
    assert "left before" not in caplog.text


def test_b33_bytes_that_trickle_in_do_not_extend_the_deadline_of_a_head() -> None:
    served = Served()
    wire = served.connect()
    for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 100:
        wire.send(bytes([byte]))
        served.after(0.5)
        if not wire.is_open():
            break
    assert served.clock.seconds() == pytest.approx(20, abs=1.5)
    sent = wire.sent()
    assert sent.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nConnection: close\r\n" in sent


def test_b33_nor_that_of_a_body() -> None:
    """A body must come at 500 bytes a second at last."""
    served = Served()
    wire = served.connect()
    wire.send(head("Content-Length: 100000"))
    while wire.is_open() and served.clock.seconds() < 100:
        wire.send(b"x" * 100)
        served.after(0.5)
    assert served.clock.seconds() == pytest.approx(20 / (1 - 200 / 500), abs=2)
    assert wire.status == 408


def test_b33_a_body_that_comes_fast_enough_may_take_long() -> None:
    served = Served()
    wire = served.connect()
    wire.send(head("Content-Length: 100000"))
    for _ in range(200):
        served.after(0.5)
        wire.send(b"x" * 500)
    assert served.clock.seconds() == 100
    assert wire.sent().endswith(b"\r\n\r\n100000")


def test_b33_the_time_of_a_further_head_starts_with_its_first_byte() -> None:
    served = Served()
    wire = served.connect()
    wire.send(head("Content-Length: 0"))
    served.after(50)
    wire.send(b"GET /")
    served.after(19)
    assert wire.is_open()
    wire.sent()
    served.after(2)
    assert wire.status == 408


def test_b33_and_so_where_it_came_with_the_one_before() -> None:
    served = Served()
    for part in (b"GET /", b"GET / HTTP/1.1\r\n"):
        wire = served.connect()
        wire.send(head("Content-Length: 0") + part)
        wire.sent()
        served.after(21)
        assert wire.status == 408


def test_b32_an_idle_connection_is_closed_without_a_word() -> None:
    served = Served()
    wire = served.connect()
    wire.send(head("Content-Length: 0"))
    wire.sent()
    served.after(59)
    assert wire.is_open()
    served.after(2)
    assert not wire.is_open()
    assert wire.sent() == b""


def test_a_client_is_not_blamed_for_a_slow_handler() -> None:
    """B33: nor for a stream that its handler lets wait."""
    go_on: list[Deferred[None]] = []

    async def slow(request: SiteRequest) -> object:
        go_on.append(Deferred())
        await go_on[-1]
        return await length(request)

    served = Served(Taker(slow, BodyPlan(at_head=True)))
    for parts in [(head("Content-Length: 0"),), (head("Content-Length: 70000"), b"x" * 66000)]:
        wire = served.connect()
        for part in parts:
            wire.send(part)
        served.after(100)
        assert wire.is_open()
        assert wire.producerState == ("paused" if len(parts) == 2 else "producing")
        go_on[-1].callback(None)
        served.after(10)
        if len(parts) == 2:
            assert wire.producerState == "producing"
            wire.send(b"x" * 4000)
        assert wire.status == 200


def test_a_stream_that_waits_stays_so_when_there_is_room_to_write() -> None:
    """B36: what is read and what is written are held up each by itself."""
    waiting: Deferred[None] = Deferred()

    async def slow(request: SiteRequest) -> object:
        await waiting
        return await length(request)

    served = Served(Taker(slow, BodyPlan(at_head=True)))
    wire = served.connect()
    wire.send(head("Content-Length: 70000"))
    wire.send(b"x" * 66000)
    assert wire.producerState == "paused"
    wire.channel.pauseProducing()
    wire.channel.resumeProducing()
    assert wire.producerState == "paused"
    wire.channel.pauseProducing()
    waiting.callback(None)
    assert wire.producerState == "paused"
    wire.channel.resumeProducing()
    assert wire.producerState == "producing"


def test_b32_a_stream_that_nobody_reads_does_not_keep_the_connection() -> None:
    """B36: its time starts again with the next request's."""

    async def deaf(request: SiteRequest) -> object:
        await waiting
        return "deaf"

    waiting: Deferred[None] = Deferred()
    served = Served(Taker(deaf, BodyPlan(at_head=True)))
    wire = served.connect()
    wire.send(head("Content-Length: 70000"))
    wire.send(b"x" * 70000)
    assert wire.producerState == "producing"
    waiting.callback(None)
    assert wire.status == 200
    served.after(58)
    assert wire.is_open()
    served.after(3)
    assert not wire.is_open()


def test_b36_what_comes_before_an_answer_is_bounded() -> None:
    waiting: Deferred[None] = Deferred()

    async def wait(request: SiteRequest) -> object:
        await waiting
        return 1

    served = Served(Taker(wait))
    wire = served.connect()
    wire.send(head("Content-Length: 0"))
    wire.send(b"x" * 16_000)
    assert wire.producerState == "producing"
    wire.send(b"x" * 1000)
    assert wire.producerState == "paused"
    waiting.callback(None)
    assert wire.producerState == "producing"


def test_b33_a_body_must_come_in_time_whatever_is_being_written() -> None:
    """B35."""
    served = Served(Taker(length, BodyPlan(at_head=True)))
    wire = served.connect()
    wire.send(head("Content-Length: 70000"))
    wire.dataBuffer = b"x" * 1000
    served.after(22)
    assert wire.status == 408


def test_b33_a_stream_that_is_too_slow_ends() -> None:
    taker = Taker(length, BodyPlan(at_head=True))
    served = Served(taker)
    wire = served.connect()
    wire.send(head("Content-Length: 70000"))
    wire.send(b"x" * 1000)
    served.after(25)
    assert wire.status == 408
    assert [error.code for error in taker.refused] == [408]


class TestHandler:
    """The deadline of a handler."""

    def waiting(self, seconds: float | None, expired: Callable[[], None]) -> Taker:
        async def wait(request: SiteRequest) -> object:
            request.expire_after(seconds, expired)
            await self.done
            return "done"

        self.done: Deferred[None] = Deferred()
        return Taker(wait)

    @pytest.mark.parametrize(("seconds", "limit"), [(None, 300), (10, 10), (400, 400)])
    def test_b84_is_told_once(self, seconds: float | None, limit: float) -> None:
        expired: list[float] = []
        served = Served(self.waiting(seconds, lambda: expired.append(served.clock.seconds())))
        served.connect().send(head("Content-Length: 0"))
        served.after(500)
        (at,) = expired
        assert at == pytest.approx(limit, abs=1)

    def test_b84_of_a_short_one_the_sweep_takes_more_care(self) -> None:
        expired: list[float] = []
        served = Served(self.waiting(0.1, lambda: expired.append(served.clock.seconds())))
        wire = served.connect()
        wire.send(head("Content-Length: 0"))
        for _ in range(30):
            served.clock.advance(0.01)
        assert expired == [pytest.approx(0.1, abs=0.04)]

    def test_b84_is_forgotten_with_the_handlers_end(self) -> None:
        expired: list[None] = []
        served = Served(self.waiting(10, lambda: expired.append(None)))
        wire = served.connect()
        wire.send(head("Content-Length: 0"))
        self.done.callback(None)
        served.after(30)
        assert wire.status == 200
        assert expired == []

    def test_b84_holds_for_a_handler_whose_client_has_left(self) -> None:
        expired: list[None] = []
        served = Served(self.waiting(10, lambda: expired.append(None)))
        client = TestClient(self.waiting(10, lambda: expired.append(None)))
        pending = client.start("GET", "/")
        pending.disconnect()
        client.clock.advance(11)
        assert expired == [None]
        self.done.callback(None)
        assert client.clock.getDelayedCalls() == []
        assert served.clock.getDelayedCalls() == []

    def test_b84_also_where_it_waits_only_then(self) -> None:
        expired: list[None] = []
        first: Deferred[None] = Deferred()
        last: Deferred[None] = Deferred()

        async def wait(request: SiteRequest) -> object:
            await first
            request.expire_after(5, lambda: expired.append(None))
            await last
            return "done"

        client = TestClient(Taker(wait))
        client.start("GET", "/").disconnect()
        first.callback(None)
        client.clock.advance(6)
        assert expired == [None]
        last.callback(None)
        assert client.clock.getDelayedCalls() == []

    def test_b84_without_a_handler_there_is_none(self) -> None:
        client = TestClient(Taker(length))
        requests: list[SiteRequest] = []

        async def keep(request: SiteRequest) -> object:
            requests.append(request)
            return 1

        client = TestClient(Taker(keep))
        client.get("/")
        requests[0].expire_after(1, lambda: pytest.fail("it was over"))
        requests[0].check(math.inf)

    def test_b93_that_fails_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        def fail() -> None:
            raise ValueError("bug")

        served = Served(self.waiting(1, fail))
        served.connect().send(head("Content-Length: 0"))
        served.after(5)
        assert caplog.text.count("Taker could not be ended") == 1


class TestReader:
    """A client that does not read its answer."""

    def wire(self, served: Served) -> Wire:
        wire = served.connect()
        wire.send(head("Content-Length: 0"))
        wire.dataBuffer = b"x" * 1000
        return wire

    def test_b35_is_left_when_it_reads_nothing(self) -> None:
        served = Served()
        wire = self.wire(served)
        served.after(59)
        assert wire.is_open()
        served.after(3)
        assert wire.aborted

    def test_b35_is_not_when_it_reads_slowly(self) -> None:
        """A98: being idle starts with the last byte of the answer."""
        served = Served()
        wire = self.wire(served)
        for _ in range(20):
            served.after(30)
            wire.dataBuffer = wire.dataBuffer[1:]
        assert wire.is_open()
        wire.dataBuffer = b""
        served.after(58)
        assert wire.is_open()
        served.after(2.5)
        assert not wire.is_open()
        assert not wire.aborted

    def test_b35_on_a_real_socket(self, serve: Serve) -> None:
        async def large(request: SiteRequest) -> object:
            return "x" * 20_000_000

        server = serve(Site(Taker(large), deadlines=Deadlines(idle=0.5)))
        with server.connect() as deaf:
            deaf.request("GET", "/")
            until(lambda: in_reactor(lambda: server_channels(server)))
            until(lambda: in_reactor(lambda: not server_channels(server)))
            assert server.request("GET", "/").status == 200

    def test_a_connection_that_cannot_be_closed_is_cut(self) -> None:
        """B35: as one whose peer does not end TLS."""
        served = Served()
        wire = served.connect()
        wire.send(head("Connection: close", "Content-Length: 0"))
        assert not wire.is_open()
        assert not wire.aborted
        served.after(4)
        assert wire.aborted

    def test_b29_one_that_encrypts_is_not_half_closed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It would lose the notice of its end: B35."""
        monkeypatch.setattr(channel, "can_linger", lambda _: True)
        wire = (served := Served()).connect()
        wire.send(head("Content-Length: 999999999"))
        assert wire.status == 413
        assert wire.is_open()
        wire.send(b"x" * 1000)
        served.after(3)
        assert not wire.is_open()

    def test_what_is_not_sent_is_known_of_real_transports_alone(self) -> None:
        """B35."""
        assert unsent(object()) == 0


class TestSweep:
    """One timer for all (B32)."""

    class Counted:
        checked = 0

        def check(self, now: float) -> None:
            self.checked += 1

    def sweep(self, clock: Clock, shortest: float = 60) -> Sweep:
        return Sweep(cast("Timers", clock), clock.seconds, shortest)

    def test_b32_runs_while_there_is_something_to_watch(self) -> None:
        clock = Clock()
        sweep = self.sweep(clock)
        first, second = self.Counted(), self.Counted()
        sweep.add(first)
        sweep.add(second)
        assert len(clock.getDelayedCalls()) == 1
        clock.pump([1, 1])
        sweep.discard(first)
        clock.pump([1])
        assert (first.checked, second.checked) == (2, 3)
        sweep.discard(second)
        sweep.discard(second)
        assert clock.getDelayedCalls() == []

    def test_b32_what_it_ends_it_forgets(self) -> None:
        clock = Clock()
        sweep = self.sweep(clock)

        class Ending:
            def check(self, now: float) -> None:
                sweep.discard(self)

        sweep.add(Ending())
        clock.pump([1, 1])
        assert clock.getDelayedCalls() == []

    def test_b32_is_as_fine_as_it_must_be(self) -> None:
        clock = Clock()
        sweep = self.sweep(clock, shortest=0.4)
        counted = self.Counted()
        sweep.add(counted)
        clock.pump([0.1] * 10)
        assert counted.checked == 10
        sweep.expect(0.04)
        sweep.expect(10)
        clock.pump([0.01] * 10)
        assert counted.checked == 20


@pytest.mark.parametrize("name", ["head", "body", "idle", "handler"])
@pytest.mark.parametrize("seconds", [0, -1, math.nan])
def test_deadlines_must_be_positive(name: str, seconds: float) -> None:
    """B32."""
    with pytest.raises(ValueError, match="more than 0 seconds"):
        Deadlines(**{name: seconds})


def test_b94_the_clock_of_the_wall_is_not_asked(serve: Serve) -> None:
    site = Site(Taker(length))
    assert site.now is time.monotonic


def test_a_refusal_needs_no_request_line() -> None:
    """B32: the answer is that of the site."""
    served = Served()
    wire = served.connect()
    wire.send(b"G")
    served.after(25)
    sent = wire.sent()
    assert sent.startswith(b"HTTP/1.1 408 ")
    assert CodedError(408, "").errcode.encode() in sent


@pytest.mark.parametrize("is_async", [False, True])
def test_a101_a_callback_that_leaves_the_answer_to_others_has_its_deadline_too(
    serve: Serve, caplog: pytest.LogCaptureFixture, is_async: bool
) -> None:
    later: list[Request] = []

    def forget(request: Request) -> None:
        later.append(request)

    async def forget_later(request: Request) -> None:
        await deferLater(cast("IReactorTime", reactor), 0.01)
        later.append(request)

    def hand_on(request: Request) -> None:
        reactor.callLater(0.05, respond_with_json, request, 200, "handed on")

    root = JsonResource()
    forgetful = forget_later if is_async else forget
    root.register_paths("GET", [path("/forgotten")], limits(timeout=0.2)(forgetful), "Forget")
    root.register_paths("GET", [path("/handed-on")], limits(timeout=0.2)(hand_on), "HandOn")
    server = serve(Site(root))
    response = server.get("/forgotten")
    assert response.status == 503
    assert response.json() == {"errcode": "M_UNKNOWN", "error": "The server took too long"}
    assert "GET /forgotten: Forget passed its deadline" in caplog.text
    in_reactor(lambda: respond_with_json(later[0], 200, "too late"))
    caplog.clear()
    with server.connect() as connection:
        connection.request("GET", "/handed-on")
        assert connection.response().json() == "handed on"
        time.sleep(0.5)
        connection.request("GET", "/handed-on")
        assert connection.response().json() == "handed on"
    assert "deadline" not in caplog.text
