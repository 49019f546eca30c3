"""Real servers for tests: the reactor in a thread of its own, resources on 127.0.0.1, raw sockets.

    def test_it(serve: Serve) -> None:
        server = serve(resource)
        assert server.get("/boards").status == 200

A test fails if what it served left something behind: an unhandled error in a Deferred, a delayed
call, or a connection.
"""

from __future__ import annotations

import gc
import json as jsonlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from types import TracebackType
from typing import BinaryIO, Protocol, TypeVar, cast

import pytest
from counterfoil import Site
from counterfoil.testing import Response
from twisted.internet import reactor as twisted_reactor
from twisted.internet.base import DelayedCall
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.web import server
from twisted.web.resource import Resource

__all__ = ["Connection", "Serve", "Server", "in_reactor", "running_reactor", "serve", "serving"]

T = TypeVar("T")

DEFAULT_MAX_BODY_SIZE = 1024 * 1024

DEADLINE = 10.0
"""How long, in seconds, a test waits for anything on a socket."""


# Twisted gives the module's attribute no type.
reactor = cast("PosixReactorBase", twisted_reactor)


def in_reactor(function: Callable[[], T]) -> T:
    """The result of *function*, called in the reactor's thread; it may return a Deferred."""
    result: T = blockingCallFromThread(cast("IReactorFromThreads", reactor), function)
    return result


class Connection:
    """A client's end of one TCP connection, byte by byte."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        """Send *data* as it is."""
        self._socket.sendall(data)

    def request(
        self,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a well-formed request."""
        lines = {"Host": "localhost", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)

    def response(self, method: str = "GET") -> Response:
        """The next answer; *method* is that of its request.

        Raises `http.client.HTTPException` if the connection ends before the answer does.
        """
        # One that is cut is closed, too, while the file is open, which Python 3.13 insists on.
        with HTTPResponse(cast("socket.socket", _Kept(self._file)), method=method) as received:
            received.begin()
            body = received.read()
        if reactor.running:  # what the server does after the last byte is done then
            in_reactor(lambda: None)
        headers: dict[str, str] = {}
        for name, value in received.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return Response(received.status, headers, body)

    def some(self, count: int) -> bytes:
        """The next *count* bytes as they stand on the wire."""
        return self._file.read(count)

    def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        return self._file.read()

    def has_ended(self) -> bool:
        """Whether the server has closed it, with all answers read."""
        try:
            self._socket.setblocking(False)
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
        finally:
            self._socket.settimeout(DEADLINE)

    def close(self) -> None:
        """Leave."""
        self._file.close()
        self._socket.close()

    def reset(self) -> None:
        """Leave with a reset, as a client that crashed does."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()


class _Kept:
    """Lets one answer after the other be read from one file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def makefile(self, *_: object) -> _Kept:
        return self

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def close(self) -> None:
        """The file is the connection's to close."""


class Server:
    """A resource that is being served."""

    def __init__(self, site: server.Site) -> None:
        self.site = site
        self._listening = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
        self.port = self._listening.getHost().port
        self._connections: list[Connection] = []

    def connect(self) -> Connection:
        """A new connection; it is closed with the server at the latest."""
        connection = Connection(self.port)
        self._connections.append(connection)
        return connection

    def request(
        self,
        method: str,
        target: str,
        *,
        json: object = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to one request on a connection of its own."""
        content = body if json is None else jsonlib.dumps(json).encode("ascii")
        with self.connect() as connection:
            connection.request(method, target, body=content, headers=headers)
            return connection.response(method)

    def get(self, target: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """The answer to a GET on a connection of its own."""
        return self.request("GET", target, headers=headers)

    def stop(self) -> None:
        """Close every connection and stop listening."""
        for connection in self._connections:
            connection.close()
        in_reactor(self._listening.stopListening)


class Serve(Protocol):
    """What the fixture `serve` is."""

    def __call__(
        self,
        resource: Resource | server.Site,
        *,
        max_request_body_size: int = DEFAULT_MAX_BODY_SIZE,
    ) -> Server: ...


@contextmanager
def serving() -> Iterator[Serve]:
    """Serves resources on ports of their own, until it ends; then nothing may be left of them.

    The fixture `serve` is this for one test. A fixture of wider scope can use it by itself, with
    the fixture `running_reactor`.
    """
    servers: list[Server] = []
    errors = _UnhandledErrors()
    before = _delayed_calls()

    def serve(
        resource: Resource | server.Site, *, max_request_body_size: int = DEFAULT_MAX_BODY_SIZE
    ) -> Server:
        if isinstance(resource, Resource):
            resource = Site(resource, max_request_body_size=max_request_body_size)
        servers.append(Server(resource))
        return servers[-1]

    with errors:
        try:
            yield serve
        finally:
            for started in servers:
                started.stop()
            left = _until_gone(before)
    assert not errors.tracebacks, "\n".join(errors.tracebacks)
    assert not left, f"delayed calls were left behind: {left}"


@pytest.fixture(scope="session")
def running_reactor() -> Iterator[None]:
    """The reactor, running in a thread. A reactor runs once in a process, hence the scope."""
    started = threading.Event()
    reactor.callWhenRunning(started.set)
    thread = threading.Thread(
        target=lambda: reactor.run(installSignalHandlers=False), name="reactor", daemon=True
    )
    thread.start()
    assert started.wait(DEADLINE), "the reactor did not start"
    yield
    reactor.callFromThread(reactor.stop)
    thread.join(DEADLINE)
    assert not thread.is_alive(), "the reactor did not stop"


@pytest.fixture
def serve(running_reactor: None) -> Iterator[Serve]:
    """Serves resources for the length of a test; fails it if something is left behind."""
    with serving() as start:
        yield start


class _UnhandledErrors:
    """Notes the errors that Twisted logs, such as those of Deferreds that nobody looks at."""

    def __init__(self) -> None:
        self.tracebacks: list[str] = []
        # Twisted's interfaces are not written for type checkers.
        self._observer = cast("ILogObserver", self._note)

    def __enter__(self) -> None:
        globalLogPublisher.addObserver(self._observer)

    def __exit__(self, *_: object) -> None:
        gc.collect()  # a Deferred reports an unhandled error when it is freed
        globalLogPublisher.removeObserver(self._observer)

    def _note(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            self.tracebacks.append(failure.getTraceback())


def _delayed_calls() -> set[DelayedCall]:
    calls: set[DelayedCall] = in_reactor(lambda: set(reactor.getDelayedCalls()))
    return calls


def _until_gone(before: set[DelayedCall]) -> set[DelayedCall]:
    """The delayed calls that are still there after the server had time to notice its clients."""
    end = time.monotonic() + DEADLINE
    while (left := _delayed_calls() - before) and time.monotonic() < end:
        time.sleep(0.005)
    return left
