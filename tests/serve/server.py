"""Servers for tests of `counterfoil serve`: real processes, as a user starts them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, cast

from coverage import Coverage

__all__ = ["APP", "PATIENCE", "Serving", "free_port", "measured", "over_unix", "until"]

APP: Final = """\
import os
import re

from counterfoil import JsonResource
from twisted.internet.task import deferLater


def make(reactor):
    async def slow(request):
        await deferLater(reactor, 1.5, lambda: None)
        return 200, {"pid": os.getpid()}

    root = JsonResource()
    told = {"pid": os.getpid(), "version": 1}
    root.register_paths("GET", [re.compile("^/who$")], lambda request: (200, told), "Who")
    root.register_paths("GET", [re.compile("^/slow$")], slow, "Slow")
    return root
"""

ROOT: Final = Path(__file__).parent.parent.parent

COMMAND: Final = (sys.executable, "-m", "counterfoil_codegen", "serve")

PATIENCE: Final = 20.0
"""How long, in seconds, a test waits for a process."""


class Serving:
    """A server, as a user starts it."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        listen: str | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.port = free_port()
        endpoint = listen or f"tcp:{self.port}:interface=127.0.0.1"
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "app:make", "--listen", endpoint, *arguments],
                cwd=folder,
                env=measured(folder),
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def who(self) -> dict[str, int]:
        return self.get("/who")

    def get(self, path: str) -> dict[str, int]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return cast("dict[str, int]", json.load(connection.getresponse()))
        finally:
            connection.close()

    def workers(self, asked: int = 30) -> set[int]:
        return {self.who()["pid"] for _ in range(asked)}

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def ends(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def measured(folder: Path) -> Mapping[str, str]:
    """The environment of a server, whose processes have their coverage measured if ours has."""
    if Coverage.current() is None:
        return os.environ
    settings = folder / "coverage.ini"
    source, data = ROOT / "runtime" / "counterfoil", ROOT / ".coverage"
    settings.write_text(
        f"[run]\nbranch = true\nparallel = true\nsource = {source}\ndata_file = {data}\n",
        encoding="utf-8",
    )
    return {**os.environ, "COVERAGE_PROCESS_START": str(settings)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as asked:
        port: int = asked.getsockname()[1]
        return port


def until(holds: Callable[[], bool], what: Serving | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError, HTTPException, ValueError):
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError("" if what is None else what.said())


def over_unix(path: Path, target: str = "/who") -> bytes:
    """What is answered on the UNIX socket at *path*, with its head."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE)
        client.connect(str(path))
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: client.recv(4096), b""))
