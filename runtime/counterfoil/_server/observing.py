"""Who is told of each request: metrics, tracing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from counterfoil._server.timed_request import TimedRequest

__all__ = ["Observer", "Observers", "RequestSummary"]

logger = logging.getLogger("counterfoil.server")


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """What became of a request. Texts are printable, and hold no secrets."""

    client: str
    """The client's address, or `-`."""

    site: str
    """The site's tag."""

    requester: str | None
    """Whom the request was made for, if it was authenticated."""

    servlet: str
    operation: str | None
    """The operation that was routed to; None if there was none."""

    method: str
    uri: str
    protocol: str
    user_agent: str
    status: int
    complete: bool
    """Whether the whole answer was handed to the connection."""

    bytes_sent: int
    """The length of the answer's content, as far as it was sent."""

    processing_seconds: float
    """From the call of the handler to its end; without one, to the answer's end."""

    send_seconds: float
    """From the handler's end to the answer's, if that came later."""

    user_cpu: float
    """Seconds of the processor that the handler took in the program."""

    system_cpu: float
    """And in the system, for it."""


class Observer(Protocol):
    """Is told of each request's start and end, in the thread of the reactor.

    What it raises is logged once, and harms nothing.
    """

    def request_started(self, request: TimedRequest) -> None:
        """A handler starts, in whose context this is called."""

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        """The request is over: its handler has ended, and its answer was sent or lost."""


class Observers:
    """The observers of a site, none of which can harm a request."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)
        self._failed: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._observers)

    def request_started(self, request: TimedRequest) -> None:
        """Tell each of them."""
        for observer in self._observers:
            self._tell(observer, lambda told: told.request_started(request))

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        """Tell each of them."""
        for observer in self._observers:
            self._tell(observer, lambda told: told.request_ended(request, summary))

    def _tell(self, observer: Observer, tell: Callable[[Observer], None]) -> None:
        try:
            tell(observer)
        except Exception:
            if id(observer) not in self._failed:
                self._failed.add(id(observer))
                logger.exception("the observer %s failed", type(observer).__name__)
