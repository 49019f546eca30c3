"""How a process that serves comes to its end."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterable
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort

from counterfoil._server.boundaries import ListeningPort
from counterfoil._server.draining import GRACE
from counterfoil._server.ports import close_port
from counterfoil._server.site import Site

__all__ = ["drain_on_shutdown"]

logger = logging.getLogger("counterfoil.server")

_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]


_HANGUP: int | None = getattr(signal, "SIGHUP", None)


def drain_on_shutdown(
    reactor: ReactorBase,
    site: Site,
    ports: Iterable[IListeningPort],
    *,
    grace: float = GRACE,
) -> None:
    """Have *reactor* stop only when *site* has answered every request that it took.

    On SIGTERM, SIGINT, SIGHUP or `reactor.stop()` the *ports* are closed, what waits in their
    queues is taken, and `site.drain(grace)` ends the rest, within *grace* seconds. A second signal
    ends it at once. A program that handles SIGHUP by itself goes on to do so.
    """
    listening = [cast("ListeningPort", port) for port in ports]

    async def stop() -> None:
        _on_signals(reactor, site.abort)
        site.draining = True
        for port in listening:
            try:
                await close_port(site.timers, port)
            except Exception:  # such as a UNIX socket whose file is gone: clients are to be served
                logger.exception("A port could not be closed in order")
        await site.drain(grace)

    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(stop()))
    reactor.callWhenRunning(_stop_on_hangup, reactor)


class _Caller:
    """Calls a function in the reactor's thread when a signal comes."""

    def __init__(self, reactor: ReactorBase, function: Callable[[], object]) -> None:
        self._reactor = reactor
        self._function = function

    def __call__(self, *_: object) -> None:
        self._reactor.callFromThread(self._function)


def _stop_on_hangup(reactor: ReactorBase) -> None:
    """Take the end of a terminal for an order to stop, unless the process has its own opinion."""
    if _in_main_thread() and _HANGUP is not None and _is_free(_HANGUP):
        signal.signal(_HANGUP, _Caller(reactor, reactor.stop))


def _on_signals(reactor: ReactorBase, call: Callable[[], object]) -> None:
    if _in_main_thread():
        for each in _SIGNALS:
            if each != _HANGUP or _is_free(each):
                signal.signal(each, _Caller(reactor, call))


def _is_free(number: int) -> bool:
    """Whether the process does nothing of its own on a signal."""
    handler = signal.getsignal(number)
    return handler is signal.SIG_DFL or isinstance(handler, _Caller)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
