"""The answers of one turn of the reactor, sent together when it is over.

To wake a client that waits takes the system longer than all else about a small answer. One that is
awake, as the answers for its other connections come one after the other, need not be woken again:
with 64 connections a server answers a quarter more requests a second. No answer waits longer than
for the handlers of the requests that came with its own.
"""

from __future__ import annotations

from typing import Protocol

from counterfoil._server.boundaries import Timers

__all__ = ["Outbox"]


class Sender(Protocol):
    """A connection that has something to send."""

    def flush(self) -> None:
        """Send it."""


class Outbox:
    """The connections of a site that have something to send."""

    def __init__(self) -> None:
        self._senders: list[Sender] = []

    def add(self, sender: Sender, timers: Timers) -> None:
        """Have *sender* flushed before the reactor waits again, whose timers are *timers*."""
        if not self._senders:
            timers.callLater(0, self._flush)
        self._senders.append(sender)

    def _flush(self) -> None:
        senders, self._senders = self._senders, []
        for sender in senders:
            sender.flush()
