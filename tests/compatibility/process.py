"""A process that serves `tests.compatibility.application`."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final

from tests.compatibility.application import PROGRAM
from tests.mounts.certificate import write_certificate
from tests.mounts.host import ROOT, SOURCES, python

__all__ = ["ENVIRONMENT", "PATIENCE", "Process", "running"]

PATIENCE: Final = 60.0
"""How long, in seconds, a test waits for a process."""

ENVIRONMENT: Final = {"PYTHONPATH": os.pathsep.join(SOURCES)}


SERVE: Final = "tests.compatibility.serve"
TCP: Final = "tcp:0:interface=127.0.0.1"


class Process:
    """Serves on `port`, and over TLS on `tls_port`, and says what happens."""

    def __init__(self, reactor: str, folder: Path, options: Sequence[str]) -> None:
        self.reactor = reactor
        self.pem = folder / "tls.pem"
        write_certificate(self.pem)
        (folder / "program.py").write_text(PROGRAM)
        endpoints = [TCP, f"ssl:0:interface=127.0.0.1:privateKey={self.pem}"]
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    python(),
                    "-m",
                    "tests.compatibility.serve",
                    reactor,
                    folder,
                    *endpoints,
                    *options,
                ],
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
        self.port = self.tls_port = 0
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

    def connect(self, transport: str) -> socket.socket:
        """A connection over `tcp` or `tls`."""
        if transport == "tcp":
            return socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        plain = socket.create_connection(("127.0.0.1", self.tls_port), PATIENCE)
        context = ssl.create_default_context(cafile=str(self.pem))
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

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
def running(reactor: str, folder: Path, options: Sequence[str] = ()) -> Iterator[Process]:
    """A server on *reactor*. It must end in peace, with no more tracebacks than it may have."""
    process = Process(reactor, folder, options)
    try:
        process.port, process.tls_port = int(process.hear()), int(process.hear())
        yield process
    finally:
        code = process.stop()
    assert code == 0, process.log
    assert process.log.count("Traceback") == process.tracebacks, process.log
