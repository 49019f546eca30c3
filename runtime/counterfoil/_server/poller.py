"""One descriptor of the reactor for all connections of a site, where the system has epoll.

A reactor of Twisted's calls each descriptor within a context of the log, and an asyncio loop makes
a handle for it: two to five microseconds for each event, of the twenty that a small request takes.
But an epoll can be waited for by another (epoll(7)). So a site has one of its own for its
connections, which remain Twisted's in all else; the reactor, whichever it is, waits for that one.
"""

from __future__ import annotations

import logging
import select
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, cast

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableDescriptor, IReactorFDSet
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure

__all__ = ["Poller", "poller_for"]

logger = logging.getLogger("counterfoil.server")

_READ: Final = 0x01  # EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP
_WRITE: Final = 0x04
_LOST: Final = 0x08 | 0x10

_Fault: TypeAlias = BaseException | None
"""Why a descriptor is done for, if it is."""


class Epoll(Protocol):
    """The part of `select.epoll` that is used: type checkers know it on Linux alone."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...

    def register(self, descriptor: int, events: int) -> None: ...

    def modify(self, descriptor: int, events: int) -> None: ...

    def unregister(self, descriptor: int) -> None: ...

    def poll(self, timeout: float) -> list[tuple[int, int]]: ...


class Descriptor(Protocol):
    """A connection (`IReadWriteDescriptor`)."""

    def fileno(self) -> int: ...

    def doRead(self) -> _Fault: ...

    def doWrite(self) -> _Fault: ...

    def readConnectionLost(self, reason: Failure) -> None: ...

    def connectionLost(self, reason: Failure) -> None: ...


class Reactor(Protocol):
    """What waits for descriptors (`IReactorFDSet`)."""

    def addReader(self, descriptor: object, /) -> None: ...

    def removeReader(self, descriptor: object, /) -> None: ...


class Poller:
    """To its connections a reactor, and to the reactor a descriptor."""

    def __init__(self, reactor: Reactor, make: Callable[[], Epoll]) -> None:
        self._reactor = reactor
        self._make = make
        self._epoll: Epoll | None = None
        self._known: dict[int, tuple[Descriptor, int]] = {}
        self._is_turning = False
        self._last: list[Callable[[], None]] = []

    def adopt(self, connection: Connection) -> bool:
        """Wait for *connection*, which is read from and has nothing to send, for the reactor.

        False if it is one of another reactor, or there are too few descriptors for an epoll.
        """
        if connection.reactor is not self._reactor or not self._is_open():
            return False
        connection.stopReading()
        connection.reactor = cast("IReactorFDSet", self)
        connection.startReading()
        return True

    def call_last(self, function: Callable[[], None]) -> None:
        """Call *function* when all that is ready has been read; at once, if nothing is read."""
        if self._is_turning:
            self._last.append(function)
        else:
            function()

    # As a reactor.

    def __getattr__(self, name: str) -> object:
        """What else a connection asks of its reactor: timers, and the like."""
        found: object = getattr(self._reactor, name)
        return found

    def addReader(self, descriptor: Descriptor) -> None:
        """Read from *descriptor* when there is something to read."""
        self._watch(descriptor, _READ, 0)

    def addWriter(self, descriptor: Descriptor) -> None:
        """Have *descriptor* write when there is room."""
        self._watch(descriptor, _WRITE, 0)

    def removeReader(self, descriptor: Descriptor) -> None:
        """Read no more."""
        self._watch(descriptor, 0, _READ)

    def removeWriter(self, descriptor: Descriptor) -> None:
        """Write no more."""
        self._watch(descriptor, 0, _WRITE)

    def _watch(self, descriptor: Descriptor, more: int, less: int) -> None:
        number = descriptor.fileno()
        if number < 0:
            self._forget(descriptor)
            return
        known = self._known.get(number)
        # One of the same number may have been closed by somebody who did not tell.
        before = 0 if known is None or known[0] is not descriptor else known[1]
        events = (before | more) & ~less
        if events == before:
            return
        epoll = self._opened() if self._epoll is None else self._epoll
        if not events:
            del self._known[number]
            epoll.unregister(number)
            self._close_if_unused()
            return
        self._known[number] = descriptor, events
        if before:
            epoll.modify(number, events)
        else:
            epoll.register(number, events)

    def _forget(self, closed: Descriptor) -> None:
        """Somebody has closed its socket and not told; the system waits for it no more."""
        for number in [number for number, each in self._known.items() if each[0] is closed]:
            del self._known[number]
            self._close_if_unused()

    def _close_if_unused(self) -> None:
        if not (self._known or self._is_turning):
            self._close()

    def _is_open(self) -> bool:
        try:
            return self._epoll is not None or self._opened() is not None
        except OSError:
            return False

    def _opened(self) -> Epoll:
        self._epoll = self._make()
        self._reactor.addReader(self)
        return self._epoll

    def _close(self) -> None:
        if self._epoll is not None:
            self._reactor.removeReader(self)
            self._epoll.close()
            self._epoll = None

    # As a descriptor.

    def fileno(self) -> int:
        """The number of the epoll."""
        return -1 if self._epoll is None else self._epoll.fileno()

    def logPrefix(self) -> str:
        """What Twisted's log has before the lines of a descriptor."""
        return "counterfoil"

    def doRead(self) -> None:
        """Read from and write to all connections that are ready."""
        if self._epoll is None:
            return
        self._is_turning = True
        known = self._known
        for number, events in self._epoll.poll(0):
            found = known.get(number)
            if found is None:  # another's handler has closed it
                continue
            try:
                self._serve(*found, events)
            except Exception:
                logger.exception("a connection could not be ended")
        self._is_turning = False
        last, self._last = self._last, []
        for function in last:
            function()
        self._close_if_unused()

    def _serve(self, descriptor: Descriptor, wanted: int, events: int) -> None:
        """As the reactors of Twisted do it: what lost its connection is read to the end first."""
        why: _Fault = None
        is_read = True
        try:
            if events & _READ:
                why = descriptor.doRead()
            elif events & _LOST:
                is_read = bool(wanted & _READ)
                why = ConnectionDone() if is_read else ConnectionLost()
            if why is None and events & _WRITE:
                is_read = False
                why = descriptor.doWrite()
        except BaseException as error:
            logger.exception("a connection has failed")
            why = error
        if why is not None:
            self._disconnect(descriptor, why, is_read=is_read)

    def _disconnect(self, descriptor: Descriptor, why: BaseException, *, is_read: bool) -> None:
        self.removeReader(descriptor)
        is_end = isinstance(why, ConnectionDone)
        if is_read and is_end and IHalfCloseableDescriptor.providedBy(descriptor):
            descriptor.readConnectionLost(Failure(why))
            return
        self.removeWriter(descriptor)
        descriptor.connectionLost(Failure(why))

    def connectionLost(self, reason: Failure) -> None:
        """The reactor has stopped: so do the connections."""
        for descriptor, _ in list(self._known.values()):
            try:
                descriptor.connectionLost(reason)
            except Exception:
                logger.exception("a connection could not be ended")
        self._close()


def poller_for(reactor: object) -> Poller | None:
    """A poller that *reactor* waits for; None if it cannot, or the system has no epoll."""
    make: Callable[[], Epoll] | None = getattr(select, "epoll", None)
    if make is None or not IReactorFDSet.providedBy(reactor):
        return None
    return Poller(cast("Reactor", reactor), make)
