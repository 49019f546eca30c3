"""A process that serves `tests.compatibility.application`."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final

from tests.compatibility.application import PROGRAM
from tests.mounts.host import ROOT, SOURCES, python

__all__ = ["ENVIRONMENT", "PATIENCE", "Process", "running"]

PATIENCE: Final = 60.0
"""How long, in seconds, a test waits for a process."""

ENVIRONMENT: Final = {"PYTHONPATH": os.pathsep.join(SOURCES)}


class Process:
    """Serves on `port`, and says what happens."""

    def __init__(self, reactor: str, folder: Path, options: Sequence[str], endpoint: str) -> None:
        self.reactor = reactor
        (folder / "program.py").write_text(PROGRAM)
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python(), "-m", "tests.compatibility.serve", reactor, folder, endpoint, *options],
                cwd=ROOT,
                env=os.environ | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._said: Queue[str] = Queue()
        self._listener = Thread(target=self._listen)
        self._listener.start()
        self.port = 0
        self.tracebacks = 0
        """How many its log is to have."""

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())
        self._said.put("")

    def hear(self) -> str:
        """The next line that it says."""
        with suppress(Empty):
            if said := self._said.get(timeout=PATIENCE):
                return said
        raise AssertionError(f"the server says nothing; its log:\n{self.log}")

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, text: str) -> None:
        """Wait until *text* was logged."""
        until = time.monotonic() + PATIENCE
        while text not in self.log:
            assert time.monotonic() < until, self.log
            time.sleep(0.01)

    def stop(self) -> int:
        """Tell it to end; returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._listener.join()
            assert self._process.stdout is not None
            self._process.stdout.close()


@contextmanager
def running(
    reactor: str,
    folder: Path,
    options: Sequence[str] = (),
    endpoint: str = "tcp:0:interface=127.0.0.1",
) -> Iterator[Process]:
    """A server on *reactor*. It must end in peace, with no more tracebacks than it may have."""
    process = Process(reactor, folder, options, endpoint)
    try:
        process.port = int(process.hear())
        yield process
    finally:
        code = process.stop()
    assert code == 0, process.log
    assert process.log.count("Traceback") == process.tracebacks, process.log
