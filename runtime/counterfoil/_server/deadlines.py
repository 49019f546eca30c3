"""How long a client, and a handler, may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from counterfoil._server.boundaries import Timer, Timers

__all__ = ["BYTES_PER_SECOND", "Deadlines", "Sweep", "Watched"]

BYTES_PER_SECOND = 500
"""How fast a body must come, once its own time is up: each 500 bytes earn it a second."""

_INTERVAL = 1.0
_SHORTEST_INTERVAL = 0.01


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each part of a request may take, in seconds; `math.inf` sets no bound.

    They are kept to within about a second. Raises `ValueError` for one that is not positive.
    """

    head: float = 20.0
    """From the connection, or from the first byte of a further request, to the end of its head."""

    body: float = 20.0
    """From there to the end of the body, with a second more for each 500 bytes that came."""

    idle: float = 60.0
    """Between two requests; also for a client that reads nothing of its answer."""

    handler: float = 300.0
    """From the call of a handler to its end, unless its route has its own."""

    def __post_init__(self) -> None:
        if not all(each > 0 for each in (self.head, self.body, self.idle, self.handler)):
            raise ValueError("a deadline must be more than 0 seconds")

    @property
    def shortest(self) -> float:
        """The one that comes first."""
        return min(self.head, self.body, self.idle, self.handler)


class Watched(Protocol):
    """Something that has deadlines."""

    def check(self, now: float) -> None:
        """Do what is due at *now*, in seconds of the monotonic clock. Must not raise."""


class Running(Watched, Protocol):
    """A request that a handler works for."""

    def abandon(self) -> None:
        """End the handler: there is no time left."""


class Sweep:
    """Looks at everything that has deadlines, once in a while: one timer, whatever is watched.

    A timer of its own for each request would cost more than most handlers do. It runs only while
    there is something to watch.
    """

    def __init__(self, timers: Timers, now: Callable[[], float], shortest: float) -> None:
        """*shortest* is the shortest deadline that is usual, in seconds."""
        self._timers = timers
        self._now = now
        self._watched: set[Watched] = set()
        self._call: Timer | None = None
        self._interval = _INTERVAL
        self.expect(shortest)

    def add(self, watched: Watched) -> None:
        """Look at *watched* from now on."""
        self._watched.add(watched)
        if self._call is None:
            self._call = self._timers.callLater(self._interval, self._sweep)

    def discard(self, watched: Watched) -> None:
        """Look at *watched* no more."""
        self._watched.discard(watched)
        if not self._watched and self._call is not None:
            self._call.cancel()
            self._call = None

    def expect(self, seconds: float) -> None:
        """Look often enough for a deadline of *seconds*."""
        interval = max(seconds / 4, _SHORTEST_INTERVAL)
        if interval >= self._interval:
            return
        self._interval = interval
        if self._call is not None:
            self._call.reset(interval)

    def _sweep(self) -> None:
        self._call = None
        now = self._now()
        for watched in list(self._watched):
            watched.check(now)
        if self._watched and self._call is None:
            self._call = self._timers.callLater(self._interval, self._sweep)
