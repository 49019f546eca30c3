"""A host in a process of its own, in the environment that `make mounts` makes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final

from tests.mounts.client import DEADLINE, Client

ROOT: Final = Path(__file__).parent.parent.parent
SOURCES: Final = [str(ROOT / name) for name in ("runtime", "generated", ".")]
ENVIRONMENT: Final = ROOT / "var" / f"venv-mounts-{sys.version_info[0]}.{sys.version_info[1]}"
TRANSPORTS: Final = ("tcp", "unix", "tls")


class Host:
    """Serves the noticeboard over every one of `TRANSPORTS`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [python(), "-m", "tests.mounts.serve", name, str(folder)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._said: Queue[str] = Queue()
        self._listener = Thread(target=self._listen)
        self._listener.start()
        self._addresses: dict[str, str] = {}

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line.strip())
        self._said.put("")

    def hear(self) -> str:
        """The next line that it says."""
        with suppress(Empty):
            if said := self._said.get(timeout=DEADLINE):
                return said
        raise AssertionError(f"the host says nothing; its log:\n{self.log}")

    def wait_for(self, line: str) -> None:
        """Wait until it says *line*."""
        while self.hear() != line:
            pass

    def start(self) -> None:
        """Wait until it serves."""
        for transport in TRANSPORTS:
            said, self._addresses[transport] = self.hear().split()
            assert said == transport, self.log

    def client(self, transport: str) -> Client:
        """A client; whoever asks for it closes it."""
        return Client(transport, self._addresses[transport], self._folder / "tls.pem")

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, text: str, times: int) -> None:
        """Wait until *text* was logged so often."""
        until = time.monotonic() + DEADLINE
        while self.log.count(text) < times:
            assert time.monotonic() < until, self.log
            time.sleep(0.01)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def python() -> Path:
    """The Python that has the foreign hosts."""
    found = ENVIRONMENT / "bin" / "python"
    assert found.exists(), f"{ENVIRONMENT.name} is not there: run `make mounts`"
    return found


@contextmanager
def running(name: str, folder: Path) -> Iterator[Host]:
    """The host *name*, for as long as it is needed."""
    host = Host(name, folder)
    try:
        host.start()
        yield host
    finally:
        host.stop()
