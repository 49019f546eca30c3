"""A request whose handler is timed, bounded and accounted for."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from twisted.internet.defer import CancelledError, Deferred
from twisted.web.http import HTTPChannel
from typing_extensions import override

from counterfoil._context import RequestContext, WorkingFor, current_context
from counterfoil._describe import describe
from counterfoil._server.access_log import access_line
from counterfoil._server.identified_request import IdentifiedRequest
from counterfoil._server.summary import RequestSummary

__all__ = ["TimedRequest"]

logger = logging.getLogger("counterfoil.server")


class TimedRequest(IdentifiedRequest):
    """A request of a site, as far as its handler, and the line that it leaves in the log."""

    render_deferred: Deferred[None] | None = None
    """The handler that waits."""

    is_render_cancellable: bool = False
    """Whether the handler may be cancelled when the client leaves."""

    servlet_name: str = "-"
    """What answers: the class of the resource, then the servlet once a route matched."""

    operation: str | None = None
    """The operation that was routed to; None until then."""

    access_level: int = logging.INFO
    """The level of the line in the access log."""

    _processing: bool | None = None
    _over = False
    _complete = False
    _logged = False
    _handled_at = 0.0
    _ended_at = 0.0
    _user_cpu = 0.0
    _system_cpu = 0.0
    _expires_at = math.inf
    _expired: Callable[[], None] | None = None
    _watched = False

    def __init__(self, channel: HTTPChannel, *_: object) -> None:
        IdentifiedRequest.__init__(self, channel)
        self._began_at = time.monotonic()

    def processing(self) -> AbstractContextManager[None]:
        """Says that a handler is at work, so that the access line waits for its end.

        Entering raises `RuntimeError` the second time: a request is processed once.
        """
        return _Processing(self)

    def enter(self) -> None:
        """For `processing`: a handler starts."""
        if self._processing is not None:
            raise RuntimeError("the request is being processed already")
        self._processing = True
        self._began_at = time.monotonic()
        self._settings.running.add(self)
        if self._settings.observers is not None:
            self._settings.observers.request_started(self)

    def leave(self) -> None:
        """For `processing`: it has ended."""
        self._processing = False
        self._handled_at = time.monotonic()
        self._settings.running.discard(self)
        if self._expired is not None:
            self._expires_at, self._expired = math.inf, None
        if self._watched:
            self._watched = False
            self._settings.sweep.discard(self)
        self._log_when_over()

    def expire_after(self, seconds: float | None, expired: Callable[[], None]) -> None:
        """Call *expired* once, in *seconds*; None is the site's own limit.

        Unless the handler, if it is at work, or else the answer has come to its end then.
        """
        if self._over and not self._processing:
            return
        limit = self._settings.deadlines.handler if seconds is None else seconds
        self._expired = expired
        self._expires_at = self._settings.now() + limit
        self._settings.sweep.expect(limit)
        if self._over:
            self._outlive_connection()

    def abandon(self) -> None:
        """For the site: no time is left. The handler is cancelled, and the line is written."""
        if self.render_deferred is not None:
            self.render_deferred.addErrback(lambda failure: failure.trap(CancelledError) and None)
            self.render_deferred.cancel()
        self.leave()

    def check(self, now: float) -> None:
        """For the site: do what is due at *now*."""
        if now < self._expires_at or self._expired is None:
            return
        expired, self._expired = self._expired, None
        self._expires_at = math.inf
        try:
            with WorkingFor(self.context):
                expired()
        except Exception:
            logger.exception("%s: %s could not be ended", describe(self), self.servlet_name)

    def add_cpu(self, user: float, system: float) -> None:
        """Count seconds of the processor: in the program, and in the system for it."""
        self._user_cpu += user
        self._system_cpu += system

    def _end(self, now: float, *, complete: bool) -> None:
        """The answer was sent, or its client has left."""
        if self._over:
            return
        self._over, self._complete, self._ended_at = True, complete, now
        if not self._processing:
            self._log_when_over()
        elif self._expired is not None:
            self._outlive_connection()

    def _outlive_connection(self) -> None:
        """The handler goes on, and no connection is there any more to look at its deadline."""
        self._watched = True
        self._settings.sweep.add(self)

    def _log_when_over(self) -> None:
        if not self._over or self._processing or self._logged:
            return
        self._logged = True
        level = logging.DEBUG if self.method == b"OPTIONS" else self.access_level
        log, observers = self._settings.access_log, self._settings.observers
        is_logged = log.takes(level)
        if not is_logged and observers is None:
            return
        context = self.context
        summary = self._summary(context)
        token = current_context.set(context)
        try:
            if is_logged:
                log.write(access_line(summary, context.request_id), level)
            if observers is not None:
                observers.request_ended(self, summary)
        finally:
            current_context.reset(token)

    def _summary(self, context: RequestContext) -> RequestSummary:
        handled_at = self._ended_at if self._processing is None else self._handled_at
        ended_at = self._ended_at
        return RequestSummary(  # by position, which takes half the time
            context.client,
            context.site,
            self.requester,
            self.servlet_name,
            self.operation,
            context.method,
            context.uri,
            context.protocol,
            context.user_agent,
            self.code,
            self._complete,
            self.sentLength,
            handled_at - self._began_at,
            ended_at - handled_at if ended_at > handled_at else 0.0,
            self._user_cpu,
            self._system_cpu,
        )


class _Processing(AbstractContextManager[None]):
    """A handler at work on a request. `contextlib.contextmanager` takes four times as long."""

    __slots__ = ("_request",)

    def __init__(self, request: TimedRequest) -> None:
        self._request = request

    @override
    def __enter__(self) -> None:
        self._request.enter()

    @override
    def __exit__(self, *_: object) -> None:
        self._request.leave()
