"""How a process that serves comes to its end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.tcp import Port

from counterfoil._server.boundaries import ListeningPort, Timers
from counterfoil._server.draining import GRACE
from counterfoil._server.site import Site

__all__ = ["drain_on_shutdown"]

_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]
_ALL_THAT_WAIT = 65536


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
        for port in listening:
            await _stop_listening(site.timers, port)
        await site.drain(grace)

    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(stop()))
    reactor.callWhenRunning(_stop_on_hangup, reactor)


async def _stop_listening(timers: Timers, port: ListeningPort) -> None:
    """Close *port*; whoever the system has let in by then is served.

    What a port has accepted, and the program has not taken, is reset when the port is closed. So
    this takes it right before: Twisted closes the port in the reactor's next turn.
    """
    timers.callLater(0, _take_all, port)
    closed = port.stopListening()
    if closed is not None:
        await closed


def _take_all(port: ListeningPort) -> None:
    if isinstance(port, Port):
        port.numberAccepts = _ALL_THAT_WAIT
        port.doRead()


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
