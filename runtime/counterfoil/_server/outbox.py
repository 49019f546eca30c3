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

__all__ = ["Outbox", "Turn"]

logger = logging.getLogger("counterfoil.server")


class Sender(Protocol):
    """A connection that has something to send."""

    def flush(self) -> None:
        """Send it."""

    def abort(self) -> None:
        """Cut the connection."""


class Turn(Protocol):
    """A turn of the reactor, in which it reads from all that is ready."""

    def call_last(self, function: Callable[[], None], /) -> None:
        """Call *function* when it has; at once, if it reads nothing just now."""


class Outbox:
    """The connections of a site that have something to send."""

    def __init__(self) -> None:
        self.senders: list[Sender] = []
        """Those which are flushed when this turn ends."""
        self._first: list[Callable[[], None]] = []

    def call_first(self, function: Callable[[], None]) -> None:
        """Call *function*, which raises nothing, whenever something is about to be sent."""
        self._first.append(function)

    def add(self, sender: Sender, turn: Turn) -> None:
        """Have *sender* flushed at the end of *turn*."""
        self.senders.append(sender)
        if len(self.senders) == 1:
            turn.call_last(self._flush)

    def _flush(self) -> None:
        senders = self.senders.copy()
        self.senders.clear()
        for function in self._first:
            function()
        for sender in senders:
            try:
                sender.flush()
            except Exception:
                logger.exception("a connection could not be written to")
                sender.abort()
