"""The watchdog: a real reactor that is held up, and what the log says of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from counterfoil import JsonResource, Request, Watchdog
from counterfoil.stub import path
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock

from tests.runtime.test_lifecycle import lines, until
from tests.serving import DEADLINE, Serve, in_reactor, reactor

pytestmark = pytest.mark.usefixtures("running_reactor")

THRESHOLD = 0.02
"""Small, so that tests need not wait; what they wait for is always a line of the log."""


def of_reactor(threshold: float = THRESHOLD) -> Watchdog:
    return Watchdog(cast("IReactorTime", reactor), threshold)


def delayed_calls() -> set[object]:
    return in_reactor(lambda: set(reactor.getDelayedCalls()))


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "watchdog"]


@pytest.fixture
def watchdog(serve: Serve, caplog: pytest.LogCaptureFixture) -> Iterator[Watchdog]:
    """A watchdog that has seen the reactor; `serve` fails the test if it leaves a timer."""
    caplog.set_level(logging.WARNING, "counterfoil.watchdog")
    made = of_reactor()
    in_reactor(made.start)
    until(lambda: vars(made)["_last"] is not None)
    yield made
    in_reactor(made.stop)


def block_until(condition: Callable[[], object]) -> None:
    """Hold up the reactor, in whose thread this runs, until *condition* holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_b85_the_stack_of_a_handler_that_holds_up_the_reactor_is_logged(
    serve: Serve, watchdog: Watchdog, caplog: pytest.LogCaptureFixture
) -> None:
    def blunder(request: Request) -> tuple[int, object]:
        block_until(lambda: lines(caplog, "watchdog"))
        time.sleep(3 * THRESHOLD)  # in which a second line could come
        return 200, None

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], blunder, "Blunder")
    assert serve(resource).get("/").status == 200
    until(lambda: len(lines(caplog, "watchdog")) == 2)
    held_up, free = lines(caplog, "watchdog")
    assert held_up.startswith("The reactor has not come round for 0.")
    assert ", in blunder\n" in held_up
    assert ", in block_until\n" in held_up
    assert free.startswith("The reactor comes round again after 0.")


def test_b85_each_time_is_logged(watchdog: Watchdog, caplog: pytest.LogCaptureFixture) -> None:
    def times(number: int) -> Callable[[], bool]:
        return lambda: len(stacks(caplog)) == number

    def block(number: int) -> Callable[[], None]:
        return lambda: block_until(times(number))

    in_reactor(block(1))
    until(lambda: len(lines(caplog, "watchdog")) == 2)
    in_reactor(block(2))
    until(lambda: len(lines(caplog, "watchdog")) == 4)


def stacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in lines(caplog, "watchdog") if "has not come round" in line]


def test_b85_a_reactor_that_comes_round_is_not_held_up(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Its timers tell how much time has gone by: more than the threshold, which is a long one."""
    calm = of_reactor(threshold=0.5)
    in_reactor(calm.start)
    try:
        until(lambda: vars(calm)["_last"] is not None)
        first = vars(calm)["_last"].next_at
        until(lambda: vars(calm)["_last"].next_at - first > 0.6)
    finally:
        in_reactor(calm.stop)
    assert not lines(caplog, "watchdog")


def test_nothing_is_left_after_the_end_and_it_can_begin_anew(running_reactor: None) -> None:
    before, made = delayed_calls(), of_reactor()
    for _ in range(2):
        in_reactor(made.start)
        assert len(delayed_calls() - before) == 1
        assert [thread.daemon for thread in watchers()] == [True]
        with pytest.raises(RuntimeError, match="already"):
            in_reactor(made.start)
        in_reactor(made.stop)
        in_reactor(made.stop)
        assert delayed_calls() == before
        assert not watchers()


def test_a_reactor_that_has_not_run_yet_is_not_held_up(caplog: pytest.LogCaptureFixture) -> None:
    """It may be started before the reactor: there is no thread to look at until then."""
    made = Watchdog(cast("IReactorTime", Clock()), THRESHOLD)
    made.start()
    time.sleep(3 * THRESHOLD)
    made.stop()
    assert not lines(caplog, "watchdog")


@pytest.mark.parametrize("threshold", [0, -1.0, float("nan")])
def test_the_threshold_must_be_positive(threshold: float) -> None:
    with pytest.raises(ValueError, match="more than 0 seconds"):
        of_reactor(threshold)
