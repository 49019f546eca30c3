"""What the servers have in common: how they say where they listen, and their heartbeat."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from importlib import import_module
from typing import Final, cast

from twisted.internet import reactor as twisted_reactor
from twisted.internet.posixbase import PosixReactorBase
from twisted.web.server import Site

REPORTS: Final = "SERVING_REPORTS"
"""The variable of the environment that has the descriptor to report on."""

HEARTBEAT: Final = "SERVING_HEARTBEAT"
"""The variable that is set if the loop's longest gap is wanted."""

INTERVAL: Final = 0.001


def report(line: str) -> None:
    """Tell the benchmark, which reads lines."""
    os.write(int(os.environ[REPORTS]), f"{line}\n".encode("ascii"))


class Heart:
    """Calls itself every millisecond, and knows how late it came at the worst.

    It also knows how much CPU time the process took at the most between two calls: on a busy
    machine a process is late without having done anything. SIGUSR1 reports both, in seconds, and
    they begin anew.
    """

    def __init__(self, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        self._call_later = call_later
        self._longest = self._most = 0.0
        self._due = time.perf_counter() + INTERVAL
        self._used = time.process_time()
        signal.signal(signal.SIGUSR1, self._report)

    @classmethod
    def beat_with(cls, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        """Beat for as long as the loop runs, if that is asked for."""
        if HEARTBEAT in os.environ:
            cls(call_later).beat()

    def beat(self) -> None:
        """One beat; the next follows by itself."""
        now, used = time.perf_counter(), time.process_time()
        self._longest = max(self._longest, now - self._due)
        self._most = max(self._most, used - self._used)
        self._due, self._used = now + INTERVAL, used
        self._call_later(INTERVAL, self.beat)

    def _report(self, *_: object) -> None:
        report(f"{self._longest} {self._most}")
        self._longest = self._most = 0.0


def serve_on_twisted(site: Site) -> None:
    """Serve *site* on a free port of 127.0.0.1 until the process ends."""
    # Twisted gives the module's attribute no type.
    reactor = cast("PosixReactorBase", twisted_reactor)
    listening = reactor.listenTCP(0, site, backlog=1024, interface="127.0.0.1")
    Heart.beat_with(reactor.callLater)
    reactor.callWhenRunning(report, str(listening.getHost().port))
    reactor.run()


def serve_on_uvicorn(app: object, *, access_log: bool = True) -> None:
    """Serve an ASGI *app* until the process ends, as `uvicorn[standard]` runs it.

    Its access log goes to stdout, which is a file here.
    """
    uvicorn = import_module("uvicorn")
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, access_log=access_log))

    async def run() -> None:
        loop = asyncio.get_running_loop()
        Heart.beat_with(loop.call_later)
        loop.call_later(0, report, str(listening.getsockname()[1]))
        await server.serve(sockets=[listening])

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(run())
