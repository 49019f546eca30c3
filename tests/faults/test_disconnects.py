"""Clients that leave, at each stage of a request and in both ways: nothing of them stays.

With `--soak` a thousand leave at each stage in each way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from tests.faults.process import Process, grown, running
from tests.faults.state import State
from tests.serving import Connection

BATCH: Final = 20
"""How many leave at once."""

SETTLED_AFTER: Final = 100
"""How many have left before memory must be flat."""

GROWTH: Final = 2 * 1024 * 1024
"""How much memory may have grown after that, in bytes: Python takes 1 MiB at a time."""

CHUNKED: Final = b"Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
HEAD: Final = b"Host: localhost\r\nContent-Length: 1000\r\n\r\n"


@dataclass(frozen=True)
class Stage:
    """How far a client comes."""

    begin: Callable[[Connection], None]
    has_come: Callable[[State], bool]
    lines: tuple[str, ...] = ("left",)
    """What its one line in the access log may say."""

    called: int = 0
    """How often a handler is called for it."""

    ends_by_itself: bool = True
    """Whether the handler ends with its client."""


def nothing(_: Connection) -> None:
    """Say no word."""


def says(data: bytes) -> Callable[[Connection], None]:
    return lambda connection: connection.send(data)


def asks(target: str, *, read: int = 0) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.request("GET", target)
        if read:
            assert len(connection.some(read)) == read

    return begin


def is_answered(connection: Connection) -> None:
    connection.request("GET", "/quick")
    assert connection.response().status == 200


def phase(name: str) -> Callable[[State], bool]:
    return lambda state: state.phases.get(name, 0) >= BATCH


def waits(state: State) -> bool:
    return state.waiting == BATCH


def some_run(state: State) -> bool:
    return state.running > 0


def any_state(_: State) -> bool:
    return True


STAGES: Final = {
    "before the head": Stage(nothing, phase("IDLE")),
    "mid head": Stage(says(b"GET /quick HTTP/1.1\r\nHost: loc"), phase("HEAD")),
    "before the body": Stage(says(b"POST /body HTTP/1.1\r\n" + HEAD), phase("BODY")),
    "mid body": Stage(says(b"POST /body HTTP/1.1\r\n" + HEAD + b"x" * 500), phase("BODY")),
    "mid chunk": Stage(says(b"POST /body HTTP/1.1\r\n" + CHUNKED + b"100\r\nabc"), phase("BODY")),
    "mid upload": Stage(
        says(b"POST /upload HTTP/1.1\r\n" + HEAD + b"x" * 500), phase("BODY"), ("499!",), 1
    ),
    "mid upload, cancellable": Stage(
        says(b"POST /hasty_upload HTTP/1.1\r\n" + CHUNKED + b"100\r\nabc"),
        phase("BODY"),
        ("499!",),
        1,
    ),
    "in the handler": Stage(asks("/patient"), waits, ("200!",), 1, ends_by_itself=False),
    "in the handler, cancellable": Stage(asks("/hasty"), waits, ("499!",), 1),
    "while encoding": Stage(asks("/large"), some_run, ("200!", "200"), 1),
    "mid answer": Stage(asks("/text", read=100), any_state, ("200!",), 1),
    "mid stream": Stage(asks("/endless", read=100_000), any_state, ("200!",), 1),
    "mid stream, cancellable": Stage(asks("/hasty_endless", read=100_000), any_state, ("200!",), 1),
    "in a stream that waits": Stage(asks("/events", read=100), waits, ("200!",), 1),
    "mid stream of events": Stage(asks("/endless_events", read=100_000), any_state, ("200!",), 1),
    "after the last byte": Stage(is_answered, phase("IDLE"), ("200",), 1),
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(tmp_path_factory.mktemp("disconnects") / "log") as started:
        started.ask("GET", "/quick")
        yield started
        assert "Traceback" not in started.log.read_text()


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("name", STAGES)
def test_b76_b77_b78_b80_b81_b82_clients_that_leave(
    process: Process, name: str, reset: bool, soak: bool
) -> None:
    """A105, A111, A117: one line for each, and nothing of any is left."""
    stage, count = STAGES[name], 1000 if soak else BATCH
    before = settled = process.state()
    objects = Counter[str]()
    for number in range(0, count, BATCH):
        if number == SETTLED_AFTER:
            settled, objects = process.state(), process.objects()
        all_leave(process, stage, reset)
    after = process.until(lambda state: state.descriptors <= before.descriptors)
    assert after.descriptors == before.descriptors
    assert after.in_flight == after.running == after.unfinished == 0
    assert after.timers == before.timers
    assert after.errors == before.errors
    assert after.called - before.called == stage.called * count
    lines = Counter(after.lines) - Counter(before.lines)
    assert set(lines) <= set(stage.lines)
    assert lines.total() == count
    if soak:
        assert after.resident - settled.resident < GROWTH
        assert not grown(objects, process.objects())
    assert process.ask("GET", "/quick") == {"quick": True}


def all_leave(process: Process, stage: Stage, reset: bool) -> None:
    clients = [process.connect() for _ in range(BATCH)]
    for client in clients:
        stage.begin(client)
    process.until(stage.has_come)
    for client in clients:
        if reset:
            client.reset()
        else:
            client.close()
    process.until(lambda state: state.connections == 0)
    if not stage.ends_by_itself:
        assert process.ask("POST", "/release") == BATCH
    process.until(lambda state: state.running == 0)
