"""What the servers have in common: how they say where they listen, and their heartbeat."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
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
