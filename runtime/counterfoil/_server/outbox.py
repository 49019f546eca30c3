"""The answers to what came in one turn of the reactor, sent together when all of it was handled.

To wake a client that waits takes the system longer than all else about a small answer. One that is
awake, as the answers for its other connections come one after the other, need not be woken again:
with 64 connections a server answers a quarter more requests a second. No answer waits longer than
for the handlers of the requests that came with its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from twisted.internet.base import ReactorBase

__all__ = ["Outbox"]

logger = logging.getLogger("counterfoil.server")


class Sender(Protocol):
    """A connection that has something to send."""

    def flush(self) -> None:
        """Send it."""

    def abort(self) -> None:
        """Cut the connection."""


class Outbox:
    """The connections of a site that have something to send."""

    def __init__(self) -> None:
        self._senders: list[Sender] = []
        self._first: list[Callable[[], None]] = []

    @property
    def is_waiting(self) -> bool:
        """Whether something is sent when this turn ends."""
        return bool(self._senders)

    def call_first(self, function: Callable[[], None]) -> None:
        """Call *function*, which raises nothing, whenever something is about to be sent."""
        self._first.append(function)

    def add(self, sender: Sender, reactor: ReactorBase) -> None:
        """Have *sender* flushed when *reactor*, which reads just now, has read from all others."""
        if not self._senders:
            # What `callFromThread` does, but for the byte that wakes a reactor that sleeps. A timer
            # would depend on the clock of the wall, which may jump.
            reactor.threadCallQueue.append((self._flush, (), {}))
        self._senders.append(sender)

    def _flush(self) -> None:
        senders, self._senders = self._senders, []
        for function in self._first:
            function()
        for sender in senders:
            try:
                sender.flush()
            except Exception:
                logger.exception("a connection could not be written to")
                sender.abort()
