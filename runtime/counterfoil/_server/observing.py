"""Who is told of each request: metrics, tracing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol, cast

from counterfoil._server.request import SiteRequest
from counterfoil._server.summary import RequestSummary
from counterfoil._types import Request

__all__ = ["Observer", "Observers"]

logger = logging.getLogger("counterfoil.server")


class Observer(Protocol):
    """Is told of each request's start and end, in the thread of the reactor.

    What it raises is logged once, and harms nothing.
    """

    def request_started(self, request: SiteRequest) -> None:
        """A handler starts, in whose context this is called."""

    def request_ended(self, request: SiteRequest, summary: RequestSummary) -> None:
        """The request is over: its handler has ended, and its answer was sent or lost."""


class Observers:
    """The observers of a site, none of which can harm a request."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)
        self._failed: set[int] = set()

    def request_started(self, request: Request) -> None:
        """Tell each of them."""
        started = cast("SiteRequest", request)  # a site makes no others
        for observer in self._observers:
            self._tell(observer, lambda told: told.request_started(started))

    def request_ended(self, request: Request, summary: RequestSummary) -> None:
        """Tell each of them."""
        ended = cast("SiteRequest", request)
        for observer in self._observers:
            self._tell(observer, lambda told: told.request_ended(ended, summary))

    def _tell(self, observer: Observer, tell: Callable[[Observer], None]) -> None:
        try:
            tell(observer)
        except Exception:
            if id(observer) not in self._failed:
                self._failed.add(id(observer))
                logger.exception("the observer %s failed", type(observer).__name__)
