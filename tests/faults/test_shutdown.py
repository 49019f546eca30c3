"""Servers that are told to stop, under load: no request that they took goes without an answer.

With `--soak` it is done a hundred times.
"""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path
from typing import Final

import pytest

from tests.faults.load import Load
from tests.faults.process import DEADLINE, running, until

CLIENTS: Final = 8
AT_ONCE: Final = 3
"""How many servers are tried at the same time."""


def test_a116_b88_no_request_is_lost_when_a_server_stops_under_load(
    tmp_path: Path, soak: bool
) -> None:
    """What is lost is said at `Client`."""
    rounds = 100 if soak else 5
    logs = [tmp_path / str(number) for number in range(rounds)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lost = list(pool.map(stopped_under_load, logs))
    sys.stdout.write(f"{lost.count([])} of {rounds} stops lost no request\n")
    assert lost == [[]] * rounds


def stopped_under_load(log: Path) -> list[str]:
    """The requests that were lost when a server stopped."""
    with running(log, "--grace", "15") as process:
        load = Load(process.port, CLIENTS)
        until(lambda: load.answered > 10 * CLIENTS)
        process.disconnect()
        process.signal()
        load.join(DEADLINE)
        assert process.exit_code() == 0, log.read_text()
        assert not log.read_text()
    return [*load.lost]


def test_a116_b88_what_has_begun_is_answered_to_its_end(tmp_path: Path) -> None:
    """Handlers that wait, requests that wait behind them, and bodies that are half here."""
    head = b"Host: localhost\r\nContent-Length: 4\r\n\r\n"
    with running(tmp_path / "log") as process, ExitStack() as clients:
        slow, queue, body, upload, begun = (
            clients.enter_context(process.connect()) for _ in range(5)
        )
        slow.request("GET", "/patient")
        for target in ("/patient", "/quick", "/slow", "/quick"):
            queue.request("GET", target)
        body.send(b"POST /body HTTP/1.1\r\n" + head + b"ab")
        upload.send(b"POST /upload HTTP/1.1\r\n" + head + b"ab")
        begun.send(b"POST /release HTT")
        process.until(
            lambda state: (
                state.waiting == 2
                and (state.phases.get("BODY"), state.phases.get("HEAD")) == (2, 1)
            )
        )
        process.signal()
        process.until_it_stops()
        body.send(b"cd")
        upload.send(b"cd")
        begun.send(b"P/1.1\r\nHost: localhost\r\n\r\n")
        for client in (body, upload, begun):
            answer = client.response()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert client.rest() == b""
        assert slow.response().headers["connection"] == "close"
        answers = [queue.response() for _ in range(4)]
        assert [answer.status for answer in answers] == [200] * 4
        assert [answer.headers.get("connection") for answer in answers][-1] == "close"
        assert queue.rest() == b""
        assert process.exit_code() == 0
    assert not (tmp_path / "log").read_text()


def test_a116_an_idle_connection_is_closed_and_holds_up_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "log") as process, process.connect() as idle:
        idle.request("GET", "/quick")
        assert "connection" not in idle.response().headers
        process.signal()
        assert idle.rest() == b""
        assert process.exit_code() == 0


def test_b88_a_handler_beyond_the_grace_time_is_cut(tmp_path: Path) -> None:
    """And the program ends in order all the same."""
    with running(tmp_path / "log", "--grace", "0.2") as process, ExitStack() as clients:
        patient, endless = (clients.enter_context(process.connect()) for _ in range(2))
        patient.request("GET", "/patient")
        endless.request("GET", "/endless")
        process.until(lambda state: (state.waiting, state.running) == (1, 2))
        process.signal()
        for client in (patient, endless):
            with pytest.raises((HTTPException, ConnectionError)):
                client.response()
        assert process.exit_code() == 0
    assert "2 handlers at work" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("first", "second"), [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT)]
)
def test_b89_a_second_signal_ends_it_at_once(
    tmp_path: Path, first: signal.Signals, second: signal.Signals
) -> None:
    """The grace time is far longer than the test waits."""
    with running(tmp_path / "log", "--grace", "600") as process, process.connect() as patient:
        patient.request("GET", "/patient")
        process.until(lambda state: state.waiting == 1)
        process.signal(first)
        process.until_it_stops()
        process.signal(second)
        assert process.exit_code() == 0
        with pytest.raises((HTTPException, ConnectionError)):
            patient.response()
