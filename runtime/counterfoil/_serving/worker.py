"""A worker: a process that serves on sockets which it was handed.

It serves until it is told to end. SIGTERM ends the server: whoever has connected by then is served.
SIGHUP retires the worker: what it has begun comes to its end, and others take what is to come. When
the process that watches it is gone, it ends as on SIGTERM.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from twisted.application.reactors import installReactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IListeningPort
from twisted.internet.task import react
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner

from counterfoil._server.boundaries import ListeningPort
from counterfoil._server.ports import close_port
from counterfoil._server.shutdown import drain_on_shutdown
from counterfoil._server.site import Site
from counterfoil._serving.sockets import Adopting
from counterfoil._serving.target import made_by, what_went_wrong

__all__ = ["Order", "command"]

logger = logging.getLogger("counterfoil.server")

READY = b"+"
"""What a worker writes when it serves."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to do."""

    target: str
    """What is served: `PACKAGE:FACTORY`."""

    endpoints: tuple[str, ...]
    descriptors: tuple[int, ...]
    """Of the sockets of the endpoints, in their order."""

    told: int
    """Where it says that it serves."""

    life: int
    """What comes to its end when the process that watches does."""

    grace: float
    """How long, in seconds, what was begun may take at the end."""

    reactor: str | None
    """Which of Twisted's reactors runs it; None leaves that to Twisted."""


def command(order: Order) -> list[str]:
    """The command line of a worker."""
    return [sys.executable, "-m", "counterfoil._serving.worker", json.dumps(asdict(order))]


def main() -> None:
    """Serve as the command line says."""
    # A terminal interrupts workers too, of whom the process that watches is the one to end them. To
    # ignore it would be inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    given = json.loads(sys.argv[1])
    lists = {name: tuple(given[name]) for name in ("endpoints", "descriptors")}
    order = Order(**{**given, **lists})
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    globalLogBeginner.beginLoggingTo([ILogObserver(STDLibLogObserver())], redirectStandardIO=False)
    if order.reactor is not None:
        installReactor(order.reactor)
    react(lambda reactor: Deferred.fromCoroutine(_serve(cast("ReactorBase", reactor), order)))


async def _serve(reactor: ReactorBase, order: Order) -> None:
    try:
        site = await made_by(order.target, reactor)
    except Exception as error:
        logger.error("%s cannot be served: %s", order.target, what_went_wrong(error))
        raise SystemExit(1) from None
    adopting = cast("ReactorBase", Adopting(reactor, order.descriptors))
    ports = [
        SharedPort(site, await serverFromString(adopting, endpoint).listen(site))
        for endpoint in order.endpoints
    ]

    def retire() -> None:
        for port in ports:
            port.is_retired = True
        reactor.stop()

    def end() -> None:
        if reactor.running:
            for port in ports:
                port.is_shared = False  # who would give it back is gone
            reactor.callFromThread(reactor.stop)

    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(retire))
    drain_on_shutdown(reactor, site, cast("list[IListeningPort]", ports), grace=order.grace)
    cast("Reads", reactor).addReader(_Life(order.life, end))
    os.write(order.told, READY)
    os.close(order.told)
    await Deferred[None]()


class SharedPort:
    """A port whose socket others have too."""

    def __init__(self, site: Site, port: IListeningPort) -> None:
        self._site = site
        self._port = cast("ListeningPort", port)
        self.is_retired = False
        self.is_shared = True

    def stopListening(self) -> Deferred[None] | None:
        """Take no more connections: those that wait are for others, or taken if there are none."""
        if self.is_retired:
            return self._port.stopListening()
        closing = close_port(self._site.timers, self._port, is_shared=self.is_shared)
        return Deferred.fromCoroutine(closing)


class Reads(Protocol):
    """A reactor, as far as it watches descriptors (`IReactorFDSet`)."""

    def addReader(self, reader: object, /) -> None:
        """Call *reader* when there is something to read."""


class _Life:
    """Calls a function when a pipe comes to its end."""

    def __init__(self, descriptor: int, end: Callable[[], object]) -> None:
        self._descriptor = descriptor
        self._end = end

    def fileno(self) -> int:
        """The descriptor that is watched."""
        return self._descriptor

    def doRead(self) -> Exception:
        """It has come to its end, for nobody writes to it: the reactor is to watch it no more."""
        return ConnectionDone()

    def connectionLost(self, reason: object) -> None:
        """The reactor watches it no more: it has come to its end, or the server has."""
        self._end()

    def logPrefix(self) -> str:
        """Its name in the log."""
        return "counterfoil"


def descriptors(order: Order) -> Sequence[int]:
    """What a worker's process must be handed."""
    return (*order.descriptors, order.told, order.life)


if __name__ == "__main__":
    main()
