"""A client that leaves at each point where its handler waits, one after the other. On real sockets.

Afterwards the handler has cleaned up once, the request has one line in the access log, and nothing
of it is left: no context, no timer, no handler in flight, no object.
"""

from __future__ import annotations

import gc
import logging
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Final, cast

import pytest
from counterfoil import JsonResource, unfinished_calls
from counterfoil._context import current_context
from counterfoil.stub import path
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import Cooperator, deferLater
from twisted.web import server
from twisted.web.resource import IResource

from tests.faults.journey import BLOCKS, SEEN_AT, THREAD, Journey
from tests.faults.travellers import Handlers, Served
from tests.runtime.test_lifecycle import gone, lines
from tests.serving import DEADLINE, Connection, Server, in_reactor, reactor, serving

POINTS: Final = [
    "a Deferred",
    BLOCKS,
    "the next await",
    "an awaitable",
    "a coroutine in a coroutine",
    "entering",
    "within",
    "leaving",
    "making 0",
    "using 0",
    "making 1",
    "using 1",
    THREAD,
    "child 0",
    "child 1",
    "beside it",
    "a long poll",
]
BACKGROUND: Final = "in the background"
GATHERED: Final = frozenset({"child 0", "child 1"})
"""Twisted ties the failure of a coroutine that `gatherResults` gathers to itself."""
KINDS: Final = ["json", "html", "operation", "html-operation"]


@pytest.fixture(scope="module")
def served(running_reactor: None) -> Iterator[Served]:
    with serving() as serve:
        yield Served(serve)


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds: there are many tests here, and each takes a moment."""
    end = time.monotonic() + 3
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def leave(client: Connection, reset: bool) -> None:
    if reset:
        client.reset()
    else:
        client.close()


def name_of(kind: str, hasty: bool) -> str:
    return f"/{'hasty_' if hasty else ''}{kind}".replace("-", "_")


def has_left(journey: Journey) -> bool:
    """Whether the server knows that the client has left."""
    request = None if journey.request is None else journey.request()
    return request is None or gone(request)


def nothing_is_left(served: Served, journey: Journey) -> None:
    until(lambda: journey.entered == journey.left)
    assert set(journey.left.values()) <= {1}
    assert journey.strange_contexts == []
    assert in_reactor(current_context.get) is None
    until(lambda: not served.site.channels and not served.site.running)
    assert served.in_flight() == 0
    until(lambda: sum(unfinished_calls()) == 0)
    assert in_reactor(reactor.getDelayedCalls) == []
    until(lambda: is_freed(journey))


def is_freed(journey: Journey) -> bool:
    if journey.stop in GATHERED or not FREES_WHAT_IS_CANCELLED:
        gc.collect()
    return journey.request is not None and journey.request() is None


def frees_what_is_cancelled() -> bool:
    """Whether Twisted itself frees a cancelled coroutine at once.

    From Python 3.13 on, the frame of its Deferred holds what was thrown into it, so that takes a
    collection, whatever the coroutine is.
    """

    class Held:
        pass

    async def wait(_: Held) -> None:
        await Deferred[None]()

    async def outer(held: Held) -> None:
        try:
            await wait(held)
        except CancelledError:
            return

    held = Held()
    alive = weakref.ref(held)
    gc.disable()
    waiting = Deferred.fromCoroutine(outer(held))
    waiting.cancel()
    del waiting, held
    freed = alive() is None
    gc.enable()
    return freed


FREES_WHAT_IS_CANCELLED = frees_what_is_cancelled()


def test_a23_the_points_are_all_that_there_are(served: Served) -> None:
    """A request that nobody leaves comes to each of them, in its own context throughout."""
    for hasty in (False, True):
        for kind in KINDS:
            journey = served.handlers.journey = Journey()
            assert served.server.get(name_of(kind, hasty)).status == 200
            assert sorted(journey.points) == sorted([*POINTS, BACKGROUND])
            nothing_is_left(served, journey)
            assert journey.cancelled == []


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("stop", POINTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a3_a4_a109_a119_b78_b92_a_handler_that_is_cancelled_where_it_waits(
    served: Served, kind: str, stop: str, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A36, A100: at that await, once; it is logged as 499, and as no fault."""
    caplog.set_level(logging.INFO)
    journey = arrived(served, name_of(kind, True), stop, reset)
    until(lambda: bool(lines(caplog, "access")))
    journey.released.set()
    nothing_is_left(served, journey)
    (line,) = lines(caplog, "access")
    assert " 0B 499! " in line
    assert journey.cancelled[0] == SEEN_AT.get(stop, stop)
    assert journey.cancelled[-1] == "handler"
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("stop", POINTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a23_a66_a67_a105_b77_a_handler_that_goes_on_without_its_client(
    served: Served, kind: str, stop: str, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A36, A100, B92: it comes to its end, its answer is dropped, and then it is logged."""
    caplog.set_level(logging.INFO)
    journey = arrived(served, name_of(kind, False), stop, reset)
    if stop != BLOCKS:
        until(lambda: has_left(journey))
        assert lines(caplog, "access") == []
        assert served.in_flight() == 1
    journey.released.set()
    if stop == BLOCKS:
        until(lambda: has_left(journey))
    in_reactor(journey.go_on)
    until(lambda: bool(lines(caplog, "access")))
    nothing_is_left(served, journey)
    (line,) = lines(caplog, "access")
    assert " 0B 200! " in line
    assert journey.cancelled == []
    assert sorted(journey.points) == sorted([*POINTS, BACKGROUND])


def arrived(served: Served, target: str, stop: str, reset: bool) -> Journey:
    """A journey that is at its stop, and whose client has left there."""
    journey = served.handlers.journey = Journey(stop)
    client = served.server.connect()
    client.request("GET", target)
    assert journey.arrived.wait(DEADLINE)
    assert served.in_flight() == 1
    leave(client, reset)
    if stop == BLOCKS:
        journey.released.set()
    return journey


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("hasty", [False, True], ids=["patient", "cancellable"])
@pytest.mark.parametrize(
    ("stop", "said"),
    [("before the head", 499), ("before the first piece", 499), ("mid body", 200)],
)
def test_a94_a109_b77_b78_b81_an_answer_in_pieces(
    served: Served, stop: str, said: int, hasty: bool, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A100: its source is closed, once."""
    caplog.set_level(logging.INFO)
    journey = arrived(served, name_of("stream", hasty), stop, reset)
    until(lambda: has_left(journey))
    in_reactor(journey.go_on)
    until(lambda: bool(lines(caplog, "access")))
    nothing_is_left(served, journey)
    assert journey.cancelled[:1] == ([stop] if hasty else [])
    assert f" {said if hasty else 200}! " in lines(caplog, "access")[0]
    assert len(lines(caplog, "access")) == 1
    assert "a piece" not in journey.points


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("hasty", [False, True], ids=["patient", "cancellable"])
def test_a94_a97_b81_an_answer_that_its_client_holds_up(
    served: Served, hasty: bool, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A100: a client that reads nothing, and leaves."""
    caplog.set_level(logging.INFO)
    journey = served.handlers.journey = Journey()
    client = served.server.connect()
    client.request("GET", name_of("stream", hasty))
    until(lambda: "a piece" in journey.points)
    made = 0
    while made != (made := len(journey.points)):
        in_reactor(a_moment)
    leave(client, reset)
    until(lambda: bool(lines(caplog, "access")))
    nothing_is_left(served, journey)
    (line,) = lines(caplog, "access")
    assert " 200! " in line
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def a_moment() -> Deferred[None]:
    return deferLater(cast("IReactorTime", reactor), 0.05, lambda: None)


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("hasty", [False, True], ids=["patient", "cancellable"])
@pytest.mark.parametrize("stop", ["before reading", "reading"])
def test_a109_b76_b77_b78_an_upload(
    served: Served, stop: str, hasty: bool, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A100: of which a part has come, and is read or is not."""
    caplog.set_level(logging.INFO)
    journey = served.handlers.journey = Journey(stop)
    client = served.server.connect()
    head = f"POST {name_of('upload', hasty)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
    client.send(head.encode() + b"\r\nabc")
    assert journey.arrived.wait(DEADLINE)
    leave(client, reset)
    until(lambda: has_left(journey))
    in_reactor(journey.go_on)
    until(lambda: bool(lines(caplog, "access")))
    nothing_is_left(served, journey)
    (line,) = lines(caplog, "access")
    assert " 0B 499! " in line
    assert journey.cancelled[:1] == ([stop] if hasty else [])
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("hasty", [False, True], ids=["patient", "cancellable"])
def test_a71_a109_b77_b78_b80_an_answer_that_is_being_encoded(
    served: Served,
    hasty: bool,
    reset: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A66, A67, A100: what is encoded is dropped, and no more is than the step that finds out."""
    caplog.set_level(logging.INFO)
    steps: list[Callable[[], None]] = []

    def schedule(step: Callable[[], None]) -> IDelayedCall:
        steps.append(step)
        return cast("IDelayedCall", reactor.callLater(0, step))

    cooperator = Cooperator(lambda: lambda: True, schedule, started=False)
    monkeypatch.setattr(served.site, "cooperator", cooperator)
    journey = arrived(served, name_of("large", hasty), "encoding", reset)
    until(lambda: has_left(journey))
    in_reactor(cooperator.start)
    until(lambda: bool(lines(caplog, "access")))
    nothing_is_left(served, journey)
    (line,) = lines(caplog, "access")
    assert f" 0B {499 if hasty else 200}! " in line
    assert len(steps) == (0 if hasty else 2)
    in_reactor(cooperator.stop)


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("hasty", [False, True], ids=["patient", "cancellable"])
@pytest.mark.parametrize("stop", ["a Deferred", "within", THREAD])
def test_a36_a109_b77_b78_on_a_site_that_is_not_ours(
    running_reactor: None, stop: str, hasty: bool, reset: bool
) -> None:
    """A100: a resource of ours sees to its handlers wherever it is mounted."""
    handlers, api = Handlers(), JsonResource()
    journey = handlers.journey = Journey(stop)
    handler = handlers.hasty_json if hasty else handlers.json
    api.register_paths("GET", [path("/")], handler, "json")
    stock = Server(server.Site(cast("IResource", api)))
    try:
        client = stock.connect()
        client.request("GET", "/")
        assert journey.arrived.wait(DEADLINE)
        leave(client, reset)
        until(lambda: has_left(journey))
        journey.released.set()
        in_reactor(journey.go_on)
        until(lambda: journey.left["handler"] == 1)
        until(lambda: is_freed(journey))
        assert journey.entered == journey.left
        assert journey.cancelled[:1] == ([stop] if hasty else [])
    finally:
        stock.stop()
