"""The end of a server, in which no request that it took is lost."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Protocol

from twisted.internet.defer import Deferred

from counterfoil._server.boundaries import Timer, Timers
from counterfoil._server.deadlines import Running
from counterfoil._server.surroundings import HostedChannel

__all__ = ["GRACE", "Drain", "Drainable"]

logger = logging.getLogger("counterfoil.server")

GRACE = 30.0
"""How long requests in flight have, in seconds, once the server stops."""

QUIET = 1.0
"""How long a connection must have been idle, in seconds, to be closed.

A client that sends one request after the other may have sent its next one before it could learn of
the end. It gets an answer, and is told there that no further one will follow.
"""

_INTERVAL = 0.05


class Drainable(Protocol):
    """A site, as far as its end."""

    @property
    def timers(self) -> Timers: ...

    @property
    def channels(self) -> Collection[HostedChannel]: ...

    @property
    def running(self) -> Collection[Running]: ...

    def now(self) -> float: ...


class Drain:
    """Waits for a site's connections and handlers to end, and makes them."""

    def __init__(self, site: Drainable) -> None:
        self._site = site
        self._deadline = 0.0
        self._given_up = False
        self._call: Timer | None = None
        self._waiting: list[Deferred[None]] = []

    def within(self, seconds: float) -> Deferred[None]:
        """Done when all has ended, after *seconds* at the latest."""
        self._deadline = self._site.now() + (0 if self._given_up else seconds)
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        if self._call is not None:
            self._call.cancel()
        self._step()
        return done

    def give_up(self) -> None:
        """Let nothing have any time, now and later."""
        self._given_up = True
        self.within(0)

    def _step(self) -> None:
        self._call = None
        site = self._site
        for channel in list(site.channels):
            channel.close_if_quiet(QUIET)
        if not site.channels and not site.running:
            self._done()
        elif site.now() < self._deadline:
            self._call = site.timers.callLater(_INTERVAL, self._step)
        else:
            self._abort()
            self._call = site.timers.callLater(0, self._abandon)  # the connections go before it

    def _abort(self) -> None:
        channels, running = list(self._site.channels), len(self._site.running)
        logger.warning(
            "stopped with %d connections open and %d handlers at work", len(channels), running
        )
        for channel in channels:
            channel.abort()

    def _abandon(self) -> None:
        for request in list(self._site.running):
            request.abandon()
        self._done()

    def _done(self) -> None:
        self._call = None
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)
