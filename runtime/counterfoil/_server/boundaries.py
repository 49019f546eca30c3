"""What is used of Twisted's objects, typed: its own interfaces are not made for type checkers.

An object of Twisted becomes one of these by a cast, where it comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress

__all__ = ["Decoder", "ListeningPort", "Producer", "Timer", "Timers", "Transport"]


class Timer(Protocol):
    """A call that is to come (`IDelayedCall`)."""

    def cancel(self) -> None:
        """Let it not come."""

    def reset(self, seconds: float, /) -> None:
        """Let it come in *seconds*."""


class Timers(Protocol):
    """A reactor, as far as time goes (`IReactorTime`)."""

    def seconds(self) -> float:
        """Its clock."""

    def callLater(  # the interface's name
        self, delay: float, function: Callable[..., object], /, *args: object
    ) -> Timer:
        """Call *function* in *delay* seconds."""


class Producer(Protocol):
    """What reads from a socket (`IPushProducer`)."""

    def pauseProducing(self) -> None:
        """Read no more."""

    def resumeProducing(self) -> None:
        """Read again."""

    def unregisterProducer(self) -> None:
        """Tell no one any more when there is room to write."""


class Decoder(Protocol):
    """What tells a body from what follows it."""

    def dataReceived(self, data: bytes, /) -> None:
        """Take *data*."""


class Transport(Protocol):
    """A connection (`ITCPTransport` and its like)."""

    def getPeer(self) -> IAddress:
        """The other end."""

    def getHost(self) -> IAddress:
        """This end."""

    def resumeProducing(self) -> None:
        """Read again."""

    def loseWriteConnection(self) -> None:
        """Send what waits, then end this direction."""

    def loseConnection(self) -> None:
        """Send what waits, then close it."""

    def abortConnection(self) -> None:
        """Cut it."""


class ListeningPort(Protocol):
    """An open port (`IListeningPort`)."""

    def stopListening(self) -> Deferred[None] | None:
        """Close it."""
