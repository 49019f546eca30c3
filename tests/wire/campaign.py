"""Mutated requests, sent to a site in memory: some to the other engine and over sockets too."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from twisted.internet.task import Clock

from tests.wire.application import Calls, Engine, Watch, board, site_for
from tests.wire.checks import Fault, Outcome, check
from tests.wire.memory import MemoryConnection
from tests.wire.mutator import Case, Mutator
from tests.wire.sockets import SocketServer

__all__ = ["Campaign"]

_TOGETHER: Final = 200
"""How many connections wait for their end at the same time."""

_BY_LINES: Final = 4
"""One case of so many is sent to a site without httptools too."""

_OVER_SOCKETS: Final = 50
"""One case of so many is sent over a socket too."""

_UNLIKE: Final = re.compile(rb"Date: [^\r]*\r\n")

_INTERIM: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""It comes if the body has not when its request's turn does, which over a socket is chance."""


@dataclass
class Campaign:
    """The cases of one seed. What differs from what must come is raised as a `Fault`."""

    seed: int
    statuses: Counter[int] = field(default_factory=Counter)
    """How many answers there were of each status."""

    by_lines: int = 0
    over_sockets: int = 0
    """How many were sent there too."""

    def run(self, count: int) -> None:
        """Send *count* cases."""
        mutator = Mutator(self.seed)
        with Watch() as watch, SocketServer() as sockets:
            self._watch, self._sockets = watch, sockets
            self._benches = {engine: Bench(engine, watch) for engine in Engine}
            for start in range(0, count, _TOGETHER):
                for number in range(start, min(start + _TOGETHER, count)):
                    self._send(number, mutator.case())
                for bench in self._benches.values():
                    bench.end_connections()
            for bench in self._benches.values():
                bench.site.stopFactory()

    def _send(self, number: int, case: Case) -> None:
        outcome = self._benches[Engine.HTTPTOOLS].outcome(case)
        try:
            for answer in check(outcome):
                self.statuses[answer.status] += 1
        except Exception as error:
            raise Fault(f"{error}\n{case}\n{outcome.received!r}") from error
        if number % _BY_LINES == 0:
            other = self._benches[Engine.LINES].outcome(case)
            self.by_lines += 1
            if self._watch.errors or known(other) != known(outcome):
                raise Fault(f"{case}\n{outcome}\nwithout httptools:\n{other}")
        if number % _OVER_SOCKETS == 0:
            self._compare(case, outcome)

    def _compare(self, case: Case, outcome: Outcome) -> None:
        """Over a socket comes what came in memory."""
        received, ended = self._sockets.exchange(case.pieces(), len(outcome.received))
        self.over_sockets += 1
        other = outcome._replace(received=received.replace(_INTERIM, b""), ended=ended)
        same = outcome._replace(received=outcome.received.replace(_INTERIM, b""))
        if self._watch.errors or known(other) != known(same):
            raise Fault(f"{case}\n{outcome}\nover a socket:\n{received!r}\n{self._watch.errors}")


def known(outcome: Outcome) -> tuple[bytes, int, bool]:
    """What must be the same in every way to send a case."""
    return _UNLIKE.sub(b"", outcome.received), outcome.calls, outcome.ended


class Bench:
    """A site in memory."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._clock = Clock()
        self._calls = Calls()
        self._watch = watch
        self.site = site_for(board(self._calls, self._clock), engine, self._clock)
        self._open: list[tuple[Case, MemoryConnection]] = []

    def outcome(self, case: Case) -> Outcome:
        """What comes of *case*, on a connection of its own."""
        self._watch.lines.clear()
        before = self._calls.count
        connection = MemoryConnection(self.site)
        connection.send(case.pieces())
        while len(self._clock.getDelayedCalls()) > 1:  # one is the site's own, of its deadlines
            self._clock.advance(0)
            connection.deliver()
        self._open.append((case, connection))
        return Outcome(
            sent=case.data,
            received=connection.received(),
            lines=[line for line in self._watch.lines if " left before " not in line],
            errors=self._watch.errors,
            calls=self._calls.count - before,
            ended=connection.ended,
        )

    def end_connections(self) -> None:
        """Let time pass: each of them ends at a deadline."""
        for _ in range(20):
            self._clock.advance(0.5)
            for _, connection in self._open:
                connection.deliver()
        for case, connection in self._open:
            if not connection.ended:
                raise Fault(f"the connection stays open: {case}\n{connection.received()!r}")
            connection.lose()
        if self._watch.errors:
            raise Fault(f"{self._watch.errors}, with one of\n{self._open}")
        self._open.clear()
