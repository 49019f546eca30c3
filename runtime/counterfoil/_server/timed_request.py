"""A request whose handler is timed, bounded and accounted for."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from twisted.internet.defer import CancelledError, Deferred
from typing_extensions import override

from counterfoil._context import RequestContext, WorkingFor
from counterfoil._describe import describe
from counterfoil._server.access_log import UNSEEN, one_word, quotable, shown
from counterfoil._server.identified_request import IdentifiedRequest
from counterfoil._server.summary import RequestSummary

__all__ = ["TimedRequest"]

_NO_TIMES = "0.000s/0.000s (0.000s, 0.000s)"

logger = logging.getLogger("counterfoil.server")


class TimedRequest(IdentifiedRequest):
    """A request of a site, as far as its handler, and the line that it leaves in the log."""

    __slots__ = (
        "_complete",
        "_ended_at",
        "_handled_at",
        "_logged",
        "_over",
        "_processing",
        "_system_cpu",
        "_user_cpu",
    )

    _processing: bool | None
    _over: bool
    _complete: bool
    _logged: bool
    _handled_at: float
    _ended_at: float
    _user_cpu: float
    _system_cpu: float

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

    _expires_at = math.inf
    _expired: Callable[[], None] | None = None
    _watched = False

    def processing(self) -> AbstractContextManager[None]:
        """Says that a handler is at work, so that the access line waits for its end.

        Entering raises `RuntimeError` the second time: a request is processed once.
        """
        return _Processing(self)

    def enter(self) -> float:
        """For `processing`: a handler starts. Returns when, on the monotonic clock."""
        if self._processing is not None:
            raise RuntimeError("the request is being processed already")
        self._processing = True
        self._began_at = now = time.monotonic()
        settings = self._settings
        settings.running.add(self)
        if settings.observers is not None:
            settings.observers.request_started(self)
        return now

    def leave(self, now: float | None = None) -> None:
        """For `processing`: it has ended, at *now*."""
        self._processing = False
        self._handled_at = time.monotonic() if now is None else now
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
        context = self._context or self.context
        handled_at = self._ended_at if self._processing is None else self._handled_at
        processing = handled_at - self._began_at
        sending = self._ended_at - handled_at if self._ended_at > handled_at else 0.0
        if is_logged:
            log.write(self._line(context, processing, sending), level, context)
        if observers is not None:
            with WorkingFor(context):
                observers.request_ended(self, self._summary(context, processing, sending))

    def _line(self, context: RequestContext, processing: float, sending: float) -> str:
        """The access line.

            192.0.2.1 - main - GET-7 - {ListNotices} ann 0.003s/0.000s (0.002s, 0.000s) 64B 200
            "GET /boards/lobby/notices HTTP/1.1" "curl/8.5.0"

        The times are those of the handler, of sending what was left then, and of the processor in
        the program and in the system. `!` marks an answer that was not sent in full.
        """
        requester = "-" if self.requester is None else one_word(self.requester)
        user, system = self._user_cpu, self._system_cpu
        times = _NO_TIMES
        if processing + sending + user + system >= UNSEEN:
            times = f"{shown(processing)}/{shown(sending)} ({shown(user)}, {shown(system)})"
        mark = "" if self._complete else "!"
        return (
            f"{context.client} - {context.site} - {context.request_id} - {{{self.servlet_name}}}"
            f" {requester} {times} {self.sentLength}B {self.code}{mark}"
            f' "{context.method} {quotable(context.uri)} {context.protocol}"'
            f' "{quotable(context.user_agent)}"'
        )

    def _summary(
        self, context: RequestContext, processing: float, sending: float
    ) -> RequestSummary:
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
            processing,
            sending,
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
