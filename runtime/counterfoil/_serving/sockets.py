"""The sockets that a server listens on: bound once, and shared by all of its workers.

Endpoints ask a reactor for a port. Here they are given what binds in place of one, or what takes
the sockets that were bound: so whatever can be written as an endpoint can be shared, TLS too.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from twisted.internet import unix
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.base import ReactorBase
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import (
    IListeningPort,
    IOpenSSLContextFactory,
    IProtocolFactory,
)
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from typing_extensions import override

from counterfoil._server.ports import admit_newcomers

__all__ = ["Adopting", "Bound", "CannotListenError", "as_adopted", "bind"]

BACKLOG = 1024
"""How many connections wait at least until they are taken. Twisted's own 50 are few."""


class CannotListenError(Exception):
    """An endpoint cannot be listened on; says which, and why."""


class Bound(Protocol):
    """A socket that listens, as its endpoint sees it."""

    def getHost(self) -> IPv4Address | IPv6Address | UNIXAddress:
        """Its address."""


class BoundSocket:
    """A socket that listens."""

    def __init__(
        self, listening: socket.socket, path: str | None = None, *, was_handed_over: bool = False
    ) -> None:
        self.socket = listening
        self._path = path
        self._was_handed_over = was_handed_over

    def getHost(self) -> IPv4Address | IPv6Address | UNIXAddress:
        """Its address."""
        name = self.socket.getsockname()
        if self.socket.family == socket.AF_UNIX:
            return UNIXAddress(name)
        kind = IPv6Address if self.socket.family == socket.AF_INET6 else IPv4Address
        return kind("TCP", *name[:2])

    def hide(self) -> None:
        """Remove its file, if it has one: nobody finds it any more. Who has, is still served."""
        if self._path is not None:
            with suppress(OSError):
                Path(self._path).unlink()
            self._path = None  # what has this name later is not ours

    def close(self) -> None:
        """Close it, and remove its file if it has one; give it back if it was handed over."""
        self.hide()
        if self._was_handed_over:
            admit_newcomers(self.socket)
        self.socket.close()


class _Binding:
    """What endpoints take for a reactor: binds, and listens to nothing."""

    def __init__(self) -> None:
        self.bound: list[BoundSocket] = []

    def listenTCP(
        self, port: int, factory: object, backlog: int = 50, interface: str = ""
    ) -> BoundSocket:
        """Bind a TCP socket."""
        family = socket.AF_INET6 if ":" in interface else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((interface, port))
        made.listen(max(backlog, BACKLOG))
        return self._keep(BoundSocket(made))

    def listenSSL(
        self,
        port: int,
        factory: object,
        contextFactory: object,
        backlog: int = 50,
        interface: str = "",
    ) -> BoundSocket:
        """The same: who connects finds out about TLS later."""
        return self.listenTCP(port, factory, backlog, interface)

    def listenUNIX(
        self,
        address: str,
        factory: object,
        backlog: int = 50,
        mode: int = 0o666,
        wantPID: int = 0,
    ) -> BoundSocket:
        """Bind a UNIX socket; one that nobody listens on any more is replaced."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with suppress(ConnectionRefusedError, FileNotFoundError):
            if _is_answered(address):
                raise OSError(f"somebody listens on {address!r} already")
        with suppress(FileNotFoundError):
            if Path(address).is_socket():
                Path(address).unlink()
        made.bind(address)
        Path(address).chmod(mode)
        made.listen(max(backlog, BACKLOG))
        return self._keep(BoundSocket(made, address))

    def adoptStreamPort(self, descriptor: int, family: int, factory: object) -> BoundSocket:
        """Take a socket that was handed to this process, as systemd does."""
        handed = socket.socket(family, fileno=os.dup(descriptor))
        return self._keep(BoundSocket(handed, was_handed_over=True))

    def _keep(self, made: BoundSocket) -> BoundSocket:
        self.bound.append(made)
        return made


def bind(endpoints: Sequence[str]) -> list[BoundSocket]:
    """The sockets of *endpoints*, each written as Twisted's `serverFromString` takes them.

    Raises `CannotListenError` for one that is no endpoint, or that cannot be bound; then none stays
    bound.
    """
    binding = _Binding()
    try:
        for endpoint in endpoints:
            _listen(binding, endpoint)
    except BaseException:
        for each in binding.bound:
            each.close()
        raise
    return binding.bound


def _listen(binding: _Binding, endpoint: str) -> None:
    failures: list[Failure] = []
    before = len(binding.bound)
    try:
        listening = serverFromString(cast("ReactorBase", binding), endpoint).listen(Factory())
        listening.addErrback(failures.append)
        for failure in failures:
            failure.raiseException()
    except Exception as error:  # parsers of endpoints raise whatever comes
        raise CannotListenError(
            f"cannot listen on {endpoint}: {_reason(endpoint, error)}"
        ) from error
    if len(binding.bound) == before:
        raise CannotListenError(f"{endpoint} does not listen on a socket that can be shared")


def _reason(endpoint: str, error: Exception) -> str:
    if endpoint.isdecimal():
        return f"it is no endpoint; for a port of TCP, write tcp:{endpoint}"
    if isinstance(error, ModuleNotFoundError) and error.name == "OpenSSL":
        return "TLS needs pyOpenSSL; run: pip install 'twisted[tls]'"
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error) if isinstance(error, ValueError | OSError) else repr(error)


def as_adopted(endpoint: str) -> str:
    """*endpoint*, as a worker writes it, which is handed its socket whatever is written.

    systemd hands sockets to one process alone: nobody else finds them where it says.
    """
    before, handed_over, _ = endpoint.partition("systemd:")
    return f"{before}tcp:0" if handed_over and before in {"", "haproxy:"} else endpoint


class Adopting:
    """What endpoints take for a reactor in a worker: hands them the sockets that were bound."""

    def __init__(self, reactor: ReactorBase, descriptors: Sequence[int]) -> None:
        self._reactor = reactor
        self._left: Iterator[int] = iter(descriptors)

    def __getattr__(self, name: str) -> object:
        return getattr(self._reactor, name)

    def listenTCP(self, port: int, factory: IProtocolFactory, *_: object, **__: object) -> object:
        """The next socket, for *factory*."""
        return self._adopt(factory)

    def listenSSL(
        self,
        port: int,
        factory: IProtocolFactory,
        contextFactory: IOpenSSLContextFactory,
        *_: object,
        **__: object,
    ) -> object:
        """The same, with TLS."""
        # It needs pyOpenSSL, which a server without TLS does not.
        tls = cast("_SecuresFactories", import_module("twisted.protocols.tls"))
        return self._adopt(tls.TLSMemoryBIOFactory(contextFactory, False, factory))

    def listenUNIX(
        self,
        address: str,
        factory: IProtocolFactory,
        backlog: int = 50,
        *_: object,
        **__: object,
    ) -> object:
        """The next socket, for *factory*."""
        return self._adopt(factory, backlog)

    def adoptStreamPort(self, descriptor: int, family: int, factory: IProtocolFactory) -> object:
        """The next socket, for *factory*."""
        return self._adopt(factory)

    def _adopt(self, factory: IProtocolFactory, backlog: int = 50) -> IListeningPort:
        handed = socket.socket(fileno=os.dup(next(self._left)))
        handed.setblocking(False)
        if handed.family == socket.AF_UNIX:
            shared = _SharedUNIXPort(handed, factory, max(backlog, BACKLOG), self._reactor)
            cast("_Listens", shared).startListening()
            return cast("IListeningPort", shared)
        with handed:
            port: IListeningPort = cast("AdoptsPorts", self._reactor).adoptStreamPort(
                handed.fileno(), handed.family, factory
            )
        return port


class _SharedUNIXPort(unix.Port):
    """A UNIX socket that others have too, and with it the file that is its address.

    Twisted gives that file a mode as a port begins to listen; it removes the file, and shuts the
    socket down for everybody, as the port ends. Here all of that is for the process that bound it.
    So for Twisted this is a socket without a file: its name begins with NUL, as in unix(7).
    """

    def __init__(
        self, handed: socket.socket, factory: IProtocolFactory, backlog: int, reactor: ReactorBase
    ) -> None:
        name = b"\0" + os.fsencode(handed.getsockname())
        unix.Port.__init__(self, name, factory, backlog, reactor=reactor)
        self._preexistingSocket = handed
        self._shouldShutdown = False

    @override
    def _logConnectionLostMsg(self) -> None:
        """Nothing: the name is not one for a log, and the socket is open still."""


class _Listens(Protocol):
    def startListening(self) -> None:
        """Begin to take connections."""


class _SecuresFactories(Protocol):
    """`twisted.protocols.tls`."""

    TLSMemoryBIOFactory: Callable[
        [IOpenSSLContextFactory, bool, IProtocolFactory], IProtocolFactory
    ]


class AdoptsPorts(Protocol):
    """A reactor, as far as it takes sockets over (`IReactorSocket`)."""

    def adoptStreamPort(
        self, descriptor: int, family: int, factory: IProtocolFactory, /
    ) -> IListeningPort:
        """Listen on the socket *descriptor*, which is duplicated."""


def _is_answered(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(path)
    return True
