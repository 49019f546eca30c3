"""How a process that serves comes to its end."""

from __future__ import annotations

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

_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]


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
    ends it at once.
    """
    listening = [cast("ListeningPort", port) for port in ports]

    async def stop() -> None:
        _on_signals(reactor, site.abort)
        site.draining = True
        for port in listening:
            await close_port(site.timers, port)
        await site.drain(grace)

    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(stop()))
    reactor.callWhenRunning(_stop_on_hangup, reactor)


def _stop_on_hangup(reactor: ReactorBase) -> None:
    """Take the end of a terminal for an order to stop, unless the process has its own opinion."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and _in_main_thread() and signal.getsignal(hangup) is signal.SIG_DFL:
        signal.signal(hangup, lambda *_: reactor.callFromThread(reactor.stop))


def _on_signals(reactor: ReactorBase, call: Callable[[], object]) -> None:
    if _in_main_thread():
        for each in _SIGNALS:
            signal.signal(each, lambda *_: reactor.callFromThread(call))


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
