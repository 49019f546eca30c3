"""Servers in processes of their own, for faults to be done to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from tests.faults.state import State
from tests.serving import Connection

__all__ = ["DEADLINE", "Process", "grown", "running", "until"]

ROOT: Final = Path(__file__).parent.parent.parent
SOURCES: Final = [str(ROOT / name) for name in ("runtime", "generated", ".")]
DEADLINE: Final = 20.0
"""How long, in seconds, anything is waited for."""

_STATE: Final = TypeAdapter(State)
_COUNTS: Final = TypeAdapter(dict[str, int])


class Process:
    """A running `tests.faults.application`."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self.log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.application", *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, log.read_text()
        self.port = int(line)
        self._control = self.connect()

    def connect(self) -> Connection:
        return Connection(self.port)

    def ask(self, method: str, target: str) -> object:
        """The answer over the connection that is kept for this."""
        self._control.request(method, target)
        answer = self._control.response()
        assert answer.status == 200
        return answer.json()

    def state(self) -> State:
        return _STATE.validate_python(self.ask("GET", "/state"))

    def until(self, condition: Callable[[State], bool]) -> State:
        """The state when *condition* holds."""
        states: list[State] = []

        def holds() -> bool:
            states[:] = [self.state()]
            return condition(states[0])

        until(holds, states)
        return states[0]

    def objects(self) -> Counter[str]:
        """How many objects there are of each type, once garbage was collected."""
        return Counter(_COUNTS.validate_python(self.ask("POST", "/collect/by-type")))

    def disconnect(self) -> None:
        """End the connection that is kept."""
        self._control.close()

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def until_it_stops(self) -> None:
        """Wait until it says that it takes no more requests."""

        def says() -> bool:
            self._control.request("GET", "/quick")
            return self._control.response().headers.get("connection") == "close"

        until(says)

    def exit_code(self) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(DEADLINE)

    def end(self) -> None:
        """End it in any case."""
        self._control.close()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def running(log: Path, *arguments: str) -> Iterator[Process]:
    """A server that runs, until the block ends."""
    process = Process(log, *arguments)
    try:
        yield process
    finally:
        process.end()


def until(condition: Callable[[], bool], *said: object) -> None:
    """Wait until *condition* holds. A test that waits in vain shows what is *said*."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, said
        time.sleep(0.002)


def grown(before: Counter[str], after: Counter[str], most: int = 100) -> list[str]:
    """The types of which there are far more objects than there were: more than *most* of them."""
    return [name for name, count in after.items() if count - before[name] > most]
