"""Work in threads and in the background: contexts, counts, and every end. On a real reactor."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import pytest
from counterfoil import (
    JsonResource,
    Request,
    ThreadsUnavailableError,
    defer_to_thread,
    defer_to_thread_pool,
    run_in_background,
    unfinished_calls,
)
from counterfoil._context import RequestContext, current_context
from counterfoil.stub import path
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.selectreactor import SelectReactor
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from tests.runtime.test_lifecycle import until
from tests.serving import DEADLINE, Serve, in_reactor, reactor

pytestmark = pytest.mark.usefixtures("running_reactor")

T = TypeVar("T")

colour: contextvars.ContextVar[str] = contextvars.ContextVar("colour", default="none")


class Gate:
    """What a thread waits at until the test lets it through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.passed: list[str] = []

    def go_through(self, name: str = "one") -> str:
        self.reached.set()
        assert self.opened.wait(DEADLINE)
        self.passed.append(name)
        return name


@contextmanager
def a_pool(*, threads: int = 1) -> Iterator[ThreadPool]:
    pool = ThreadPool(threads, threads, "test")
    pool.start()
    try:
        yield pool
    finally:
        pool.stop()


def in_pool(pool: ThreadPool, function: Callable[[], str]) -> Deferred[str]:
    """A call in *pool*, begun in the reactor's thread."""
    return in_reactor(lambda: [defer_to_thread_pool(caller(), pool, function)])[0]


def caller() -> IReactorFromThreads:
    """The reactor, as Twisted's interfaces have it: these are not for type checkers."""
    return cast("IReactorFromThreads", reactor)


def awaited(function: Callable[[], Deferred[T]]) -> T:
    """What the Deferred gives that *function* returns, which is called in the reactor's thread."""
    return cast("T", in_reactor(function))


def failure_of(deferred: Deferred[str]) -> BaseException:
    """What *deferred* has failed with."""
    failures: list[Failure] = []
    deferred.addErrback(failures.append)
    return cast("BaseException", failures[0].value)


def test_a_thread_and_what_follows_have_the_context_of_the_caller() -> None:
    """A102: into the thread, through the await, and into callbacks."""

    def in_thread() -> tuple[str, bool]:
        seen = colour.get(), threading.current_thread() is reactor_thread
        colour.set("of the thread")
        return seen

    async def ask() -> list[object]:
        colour.set("red")
        called: Deferred[object] = defer_to_thread(in_thread)
        called.addCallback(lambda result: (result, colour.get()))
        return [await called, colour.get()]

    reactor_thread = in_reactor(threading.current_thread)
    seen, after = awaited(lambda: Deferred.fromCoroutine(ask()))
    assert seen == (("red", False), "of the thread")
    assert after == "red"
    assert in_reactor(colour.get) == "none"


def test_arguments_results_and_exceptions_pass() -> None:
    def divide(number: int, *, by: int) -> float:
        return number / by

    assert awaited(lambda: defer_to_thread(divide, 6, by=4)) == 1.5
    with pytest.raises(ZeroDivisionError):
        awaited(lambda: defer_to_thread(divide, 6, by=0))
    assert unfinished_calls() == (0, 0)


def test_unfinished_calls_are_counted_until_their_thread_is_free() -> None:
    """A.11, B80: a cancelled call counts for as long as it holds its thread."""
    gate = Gate()
    with a_pool() as pool:
        call = in_pool(pool, gate.go_through)
        assert gate.reached.wait(DEADLINE)
        assert unfinished_calls().in_threads == 1
        in_reactor(call.cancel)
        assert isinstance(failure_of(call), CancelledError)
        assert unfinished_calls().in_threads == 1
        gate.opened.set()
        until(lambda: unfinished_calls().in_threads == 0)
    assert gate.passed == ["one"]
    in_reactor(lambda: None)  # the result has come by now, and was dropped


def test_b80_a_cancelled_call_that_no_thread_has_taken_is_never_made() -> None:
    gate = Gate()
    with a_pool() as pool:
        first = in_pool(pool, gate.go_through)
        second = in_pool(pool, lambda: gate.go_through("two"))
        assert gate.reached.wait(DEADLINE)
        assert unfinished_calls().in_threads == 2
        in_reactor(second.cancel)
        gate.opened.set()
        until(lambda: unfinished_calls().in_threads == 0)
    assert gate.passed == ["one"]
    assert isinstance(failure_of(second), CancelledError)
    until(lambda: first.called)


def test_b80_what_a_cancelled_call_raises_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate()

    def fail() -> str:
        raise KeyError(gate.go_through())

    caplog.set_level(logging.INFO, "counterfoil.background")
    with a_pool() as pool:
        call = in_pool(pool, fail)
        assert gate.reached.wait(DEADLINE)
        in_reactor(call.cancel)
        assert isinstance(failure_of(call), CancelledError)
        gate.opened.set()
        until(lambda: caplog.messages)
    assert caplog.messages == ["A call in a thread failed after it was cancelled: KeyError('one')"]


def test_a73_b87_a_pool_that_does_not_run_refuses_at_once() -> None:
    """A73, B87: where Twisted's own call would never be answered, this fails with a 503."""
    pool = ThreadPool(0, 1)
    never_started = failure_of(in_pool(pool, lambda: "made"))
    pool.start()
    pool.stop()
    stopped = failure_of(in_pool(pool, lambda: "made"))
    for error in (never_started, stopped):
        assert isinstance(error, ThreadsUnavailableError)
        assert error.code == 503
    assert unfinished_calls() == (0, 0)


def test_a73_b87_a_reactor_that_does_not_run_refuses_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A73, B87: before it runs, and after; in between its threads are there."""
    other = SelectReactor()
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", other)
    results: list[object] = []

    def ask() -> None:
        defer_to_thread(lambda: "made").addBoth(results.append).addBoth(lambda _: other.stop())

    before = failure_of(defer_to_thread(lambda: "made"))
    other.callWhenRunning(ask)
    other.run(installSignalHandlers=False)
    after = failure_of(defer_to_thread(lambda: "made"))
    assert isinstance(before, ThreadsUnavailableError)
    assert isinstance(after, ThreadsUnavailableError)
    assert results == ["made"]


def test_a73_a_handler_that_finds_no_threads_is_answered_for(serve: Serve) -> None:
    """A73: with a 503 in the shape of every other error."""
    pool = ThreadPool(0, 1)

    async def ask(request: Request) -> tuple[int, object]:
        return 200, await defer_to_thread_pool(caller(), pool, lambda: "made")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], ask, "Ask")
    response = serve(resource).get("/")
    assert response.status == 503
    assert response.json() == {"errcode": "M_UNKNOWN", "error": "The server is not running"}


def context_named(request_id: str) -> RequestContext:
    return RequestContext(request_id, "192.0.2.1", "main", "GET", "/", "HTTP/1.1", "-")


def test_a102_work_in_the_background_keeps_its_request(caplog: pytest.LogCaptureFixture) -> None:
    """A102: its lines and its failure are of the request that started it."""
    seen: list[str] = []
    released: Deferred[None] = Deferred()

    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            context = current_context.get()
            seen.append(f"{'-' if context is None else context.request_id} {record.getMessage()}")

    async def work(name: str, *, times: int) -> None:
        await released
        logging.getLogger("counterfoil.background").info("%s %d", name, times)
        raise ValueError(name)

    def begin() -> list[Deferred[None]]:
        context = contextvars.copy_context()
        context.run(current_context.set, context_named("GET-7"))
        return [context.run(run_in_background, work, "sweep", times=2)]

    logger = logging.getLogger("counterfoil.background")
    caplog.set_level(logging.INFO, logger.name)
    noting = Noting()
    logger.addHandler(noting)
    try:
        (background,) = in_reactor(begin)
        assert unfinished_calls().in_background == 1
        in_reactor(lambda: released.callback(None))
    finally:
        logger.removeHandler(noting)
    assert background.called
    assert unfinished_calls().in_background == 0
    assert seen[0] == "GET-7 sweep 2"
    assert seen[1].startswith("GET-7 test_a102_")
    assert seen[1].endswith(".work failed")
    assert "ValueError: sweep" in caplog.text


@pytest.mark.parametrize("kind", [CancelledError, asyncio.CancelledError])
def test_work_in_the_background_can_be_cancelled(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            raise kind from None

    caplog.set_level(logging.INFO, "counterfoil.background")
    (background,) = in_reactor(lambda: [run_in_background(work)])
    in_reactor(background.cancel)
    assert unfinished_calls().in_background == 0
    assert [record.exc_info for record in caplog.records] == [None]
    assert caplog.messages[0].endswith("work was cancelled")
