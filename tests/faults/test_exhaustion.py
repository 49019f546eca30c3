"""Clients that take more than their share: others are served, and what was taken comes back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest

from tests.faults.process import Process, running
from tests.faults.state import State

GROWTH: Final = 4 * 1024 * 1024
"""How much memory one client may cost, in bytes, whatever it sends."""

STALLED: Final = (
    b"",
    b"GET /quick HTTP/1.1\r\nHost: loc",
    b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
    b"POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    b"GET /patient HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /text HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    with running(tmp_path / "log") as started:
        started.ask("GET", "/quick")
        yield started


def test_b34_b35_stalled_clients_hold_up_nobody(process: Process) -> None:
    """400 of them, at every stage; others are answered, and nothing of them stays."""
    before = process.state()
    with ExitStack() as stalled:
        for number in range(400):
            client = stalled.enter_context(process.connect())
            client.send(STALLED[number % len(STALLED)])
        process.until(lambda state: state.connections == 400)
        for _ in range(20):
            with process.connect() as client:
                client.request("GET", "/quick")
                assert client.response().json() == {"quick": True}
        assert process.until(lambda state: state.waiting == 66).connections >= 400
    process.until(lambda state: state.connections == 0)
    process.ask("POST", "/release")
    after = process.until(lambda state: state.running == 0)
    assert (after.descriptors, after.timers) == (before.descriptors, before.timers)
    assert after.in_flight == 0
    assert after.errors == before.errors


@pytest.mark.parametrize("target", [b"/medium", b"/quick"])
def test_b36_pipelined_requests_of_a_client_that_does_not_read(
    process: Process, target: bytes
) -> None:
    """A97: 100,000 of them cost no more memory than a few, and others are served."""
    before = process.state()
    requests = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % target * 100_000
    with socket.create_connection(("127.0.0.1", process.port)) as client:
        client.setblocking(False)
        sent = -1
        while sent != (sent := sent_without_waiting(client, requests, max(sent, 0))):
            held = process.until(Unchanged())
        assert 100 < held.called - before.called < 100_000
        assert held.resident - before.resident < GROWTH
        assert process.ask("GET", "/quick") == {"quick": True}
    after = process.until(lambda state: state.connections == 0)
    assert after.running == after.in_flight == 0
    assert after.descriptors == before.descriptors


def sent_without_waiting(client: socket.socket, data: bytes, start: int) -> int:
    """How much of *data* is sent when the other end takes no more."""
    with suppress(BlockingIOError):
        while start < len(data):
            start += client.send(data[start : start + 1_000_000])
    return start


class Unchanged:
    """Holds when the number of calls has been the same a few times, having risen before."""

    def __init__(self) -> None:
        self.called = -1
        self.times = 0

    def __call__(self, state: State) -> bool:
        self.times = self.times + 1 if state.called == self.called and state.called > 100 else 0
        self.called = state.called
        return self.times == 20


def test_b90_running_out_of_descriptors_is_survived(tmp_path: Path) -> None:
    """Those that are connected are served meanwhile, and newcomers as soon as there is room."""
    with running(tmp_path / "log", "--descriptors", "64") as process:
        before = process.state()
        with ExitStack() as crowd:
            for _ in range(100):
                with suppress(OSError):
                    crowd.enter_context(process.connect())
            full = process.until(lambda state: state.descriptors == 64)
            assert full.connections < 100
            assert process.ask("GET", "/quick") == {"quick": True}
        after = process.until(lambda state: state.connections == 0)
        assert after.descriptors == before.descriptors
        for _ in range(3):
            with process.connect() as client:
                client.request("GET", "/quick")
                assert client.response().json() == {"quick": True}


def test_b95_what_fails_behind_the_scenes_harms_no_other_request(process: Process) -> None:
    """It is in the log: of `__del__`, and of a callback of `notifyFinish`."""
    with process.connect() as client:
        for _ in range(3):
            client.request("GET", "/unlucky")
            assert client.response().json() == {}
            client.request("GET", "/quick")
            assert client.response().json() == {"quick": True}
    process.until(lambda state: state.connections == 0)
    process.ask("POST", "/collect/now")  # a failure that nobody looked at is told of when it goes
    log = process.log.read_text()
    assert log.count("RuntimeError: __del__ failed on purpose") == 3
    assert log.count("a callback of notifyFinish failed on purpose") >= 3
