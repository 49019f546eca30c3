"""The limits of a route, kept where the server does not know them.

`Site` refuses a body before it is read, and has a timer for all handlers; another server has read
the whole body when it calls.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from typing import BinaryIO, Protocol, TypeVar, cast

from twisted.internet.defer import CancelledError, Deferred

from counterfoil._errors import CodedError, Codes
from counterfoil._types import Request

__all__ = ["call_later", "check_body", "too_slow", "within"]

T = TypeVar("T")


class _DelayedCall(Protocol):
    def active(self) -> bool: ...

    def cancel(self) -> object: ...


class _Clock(Protocol):
    def callLater(self, delay: float, function: Callable[[], None], /) -> _DelayedCall: ...


class _Served(Protocol):
    reactor: _Clock


def too_slow() -> CodedError:
    """What is answered for a handler that takes longer than it may."""
    return CodedError(503, "The server took too long")


def call_later(request: Request, seconds: float, function: Callable[[], None]) -> _DelayedCall:
    """Call *function* in *seconds*, by the clock of the server that *request* came to."""
    # A stream of HTTP/2 has no clock, but its site has.
    has_clock = hasattr(request.channel, "callLater")
    clock = request.channel if has_clock else cast("_Served", request.site).reactor
    return cast("_Clock", clock).callLater(seconds, function)


def check_body(request: Request, longest: int | None) -> None:
    """Raise `CodedError`, a 413, if the body of *request* is more than *longest* bytes."""
    if longest is None or request.content is None:
        return
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    length = content.seek(0, os.SEEK_END)
    content.seek(0)
    if length > longest:
        raise CodedError(413, "The body is too large", Codes.TOO_LARGE)


async def within(
    request: Request,
    seconds: float | None,
    outcome: Coroutine[Deferred[object], object, T],
) -> T:
    """What *outcome* returns; after *seconds* it is cancelled.

    Raises `CodedError`, a 503, if it took too long, and else what *outcome* raises.
    """
    if seconds is None:
        return await outcome
    running = Deferred.fromCoroutine(outcome)
    deadline = call_later(request, seconds, running.cancel)
    try:
        return await running
    except CancelledError:
        if deadline.active():
            raise
        raise too_slow() from None
    finally:
        if deadline.active():
            deadline.cancel()
