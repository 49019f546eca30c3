"""The end of a server: nothing that it took is lost. On real sockets, in real processes."""

from __future__ import annotations

import http.client
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from counterfoil import (
    BodyPlan,
    Deadlines,
    JsonResource,
    Request,
    Site,
    SiteRequest,
    drain_on_shutdown,
    path,
)
from counterfoil._server import ports, shutdown
from counterfoil._server.boundaries import ListeningPort
from counterfoil._server.ports import close_port
from counterfoil.testing import TestClient
from twisted.internet.base import ReactorBase
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IListeningPort

from tests.runtime.taker import Taker
from tests.runtime.test_body_limits import head, length
from tests.runtime.test_deadlines import Served
from tests.runtime.test_lifecycle import lines, until
from tests.serving import Serve, Server, in_reactor, reactor

ROOT = Path(__file__).parent.parent.parent
WAIT = 20.0


class Waiting:
    """A site whose handlers wait."""

    def __init__(self, serve: Serve, plan: BodyPlan | None = None) -> None:
        self.waiting: list[Deferred[None]] = []
        self.site = Site(Taker(self.wait, plan))
        self.server: Server = serve(self.site)

    async def wait(self, request: SiteRequest) -> object:
        self.waiting.append(Deferred())
        await self.waiting[-1]
        return "waited"

    def answer(self) -> None:
        in_reactor(lambda: self.waiting.pop(0).callback(None))

    def drain(self, seconds: float = WAIT) -> threading.Thread:
        thread = threading.Thread(target=in_reactor, args=(lambda: self.site.drain(seconds),))
        thread.start()
        until(lambda: self.site.draining)
        return thread


class TestDrain:
    """`Site.drain`."""

    def test_a116_b88_requests_in_flight_are_answered(self, serve: Serve) -> None:
        waiting = Waiting(serve)
        with waiting.server.connect() as connection:
            connection.request("GET", "/")
            until(lambda: waiting.waiting)
            drained = waiting.drain()
            assert not waiting.site.is_ready
            waiting.answer()
            response = connection.response()
            assert response.json() == "waited"
            assert response.headers["connection"] == "close"
            assert connection.rest() == b""
        drained.join(WAIT)
        assert not drained.is_alive()

    def test_a116_idle_connections_are_closed(self, serve: Serve) -> None:
        site = Site(Taker(length))
        server = serve(site)
        with server.connect() as used, server.connect() as fresh:
            used.request("GET", "/")
            used.response()
            in_reactor(lambda: site.drain(WAIT))
            assert used.rest() == b""
            assert fresh.rest() == b""

    def test_b88_a_request_that_races_the_end_is_answered(self, serve: Serve) -> None:
        site = Site(Taker(length))
        with serve(site).connect() as connection:
            connection.request("GET", "/")
            connection.response()

            def both() -> Deferred[None]:
                connection.request("GET", "/")
                return site.drain(WAIT)

            in_reactor(both)
            response = connection.response()
            assert response.status == 200
            assert response.headers["connection"] == "close"

    def test_b88_what_is_sent_after_it_began_is_answered_too(self, serve: Serve) -> None:
        """A client that has just been answered may not know yet."""
        waiting = Waiting(serve)
        with waiting.server.connect() as connection:
            connection.send(b"GET / HTTP/1.1\r\n")
            until(lambda: in_reactor(lambda: waiting.site.channels))
            drained = waiting.drain()
            connection.send(b"Host: a\r\n\r\n")
            until(lambda: waiting.waiting)
            waiting.answer()
            assert connection.response().headers["connection"] == "close"
        drained.join(WAIT)

    def test_b88_b22_pipelined_requests_are_answered(self, serve: Serve) -> None:
        waiting = Waiting(serve)
        with waiting.server.connect() as connection:
            for _ in range(3):
                connection.request("GET", "/")
            until(lambda: waiting.waiting)
            drained = waiting.drain()
            kept: list[str | None] = []
            for _ in range(3):
                until(lambda: waiting.waiting)
                waiting.answer()
                kept.append(connection.response().headers.get("connection"))
            assert kept == [None, None, "close"]
            assert connection.rest() == b""
        drained.join(WAIT)

    def test_b88_an_upload_is_taken(self, serve: Serve) -> None:
        site = Site(Taker(length))
        with serve(site).connect() as connection:
            connection.send(head("Content-Length: 4") + b"ab")
            until(lambda: in_reactor(lambda: site.channels))
            thread = threading.Thread(target=in_reactor, args=(lambda: site.drain(WAIT),))
            thread.start()
            until(lambda: site.draining)
            connection.send(b"cd")
            assert connection.response().json() == 4
            thread.join(WAIT)

    def test_b88_what_is_left_then_is_cut(
        self, serve: Serve, caplog: pytest.LogCaptureFixture
    ) -> None:
        waiting = Waiting(serve)
        with waiting.server.connect() as connection:
            connection.request("GET", "/")
            until(lambda: waiting.waiting)
            in_reactor(lambda: waiting.site.drain(0.1))
            with pytest.raises(ConnectionError):
                connection.rest()
        assert "stopped with 1 connections open and 1 handlers at work" in caplog.text
        waiting.answer()

    @pytest.mark.parametrize("swallows", [False, True])
    def test_b88_what_is_cut_is_cancelled_and_leaves_its_line(
        self, serve: Serve, caplog: pytest.LogCaptureFixture, swallows: bool
    ) -> None:
        caplog.set_level(logging.INFO)
        waiting: list[Deferred[None]] = []
        ended: list[str] = []

        async def wait(request: Request) -> tuple[int, object]:
            waiting.append(Deferred())
            try:
                await waiting[0]
            except CancelledError:
                if not swallows:
                    raise
                await Deferred[None]()
            finally:
                ended.append("finally")
            return 200, "late"

        root = JsonResource()
        root.register_paths("GET", [path("/")], wait, "Wait")
        site = Site(root)
        with serve(site).connect() as connection:
            connection.request("GET", "/")
            until(lambda: waiting)
            in_reactor(lambda: site.drain(0.1))
            with pytest.raises(ConnectionError):
                connection.rest()
        (line,) = lines(caplog, "access")
        assert "{Wait}" in line
        assert ("0B 200!" if swallows else "0B 499!") in line
        assert ended == ([] if swallows else ["finally"])
        assert not site.running

    def test_b88_b77_handlers_without_a_client_are_waited_for(self) -> None:
        waiting: Deferred[None] = Deferred()
        ended: list[object] = []

        async def wait(request: SiteRequest) -> object:
            await waiting
            return 1

        client = TestClient(Taker(wait))
        client.start("GET", "/").disconnect()
        client.site.drain(30).addCallback(ended.append)
        client.clock.advance(10)
        assert ended == []
        waiting.callback(None)
        client.clock.advance(1)
        assert ended == [None]
        assert client.clock.getDelayedCalls() == []

    def test_a116_with_nothing_open_it_is_over_at_once(self) -> None:
        ended: list[object] = []
        TestClient(Taker(length)).site.drain().addCallback(ended.append)
        assert ended == [None]

    def test_b89_it_can_be_cut_short(self) -> None:
        served = Served()
        wire = served.connect()
        wire.send(b"GET /")
        ended: list[object] = []
        for _ in range(2):
            served.site.drain(30).addCallback(ended.append)
        served.after(5)
        served.site.abort()
        assert wire.aborted
        served.after(0.5)
        assert ended == [None, None]

    def test_a116_a_port_that_is_closed_drains_its_site(self, serve: Serve) -> None:
        site = Site(Taker(length), deadlines=Deadlines(idle=50))
        port = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
        number = port.getHost().port
        with socket.create_connection(("127.0.0.1", number), timeout=WAIT) as client:
            until(lambda: in_reactor(lambda: site.channels))
            in_reactor(port.stopListening)
            assert site.draining
            assert client.recv(1) == b""
        server = serve(site)
        assert site.is_ready
        assert server.get("/").status == 200


class Process:
    """The server of `draining_server`, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        connection.connect()
        return connection

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        return self.process.wait(WAIT)


@contextmanager
def process(grace: float = 10.0) -> Iterator[Process]:
    sources = [str(ROOT / name) for name in ("runtime", ".")]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.runtime.draining_server", str(grace)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sources)},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            yield Process(started)
        finally:
            started.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_b88_b89_a_signal_lets_requests_end(number: int) -> None:
    with process() as server:
        busy = server.connect()
        busy.request("GET", "/?1.0")
        server.connect().close()
        time.sleep(0.2)
        server.signal(number)
        response = busy.getresponse()
        assert (response.status, response.read()) == (200, b'"waited"')
        assert response.getheader("Connection") == "close"
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        assert server.wait() == 0


def test_b89_a_second_signal_ends_it_at_once() -> None:
    with process(grace=300) as server:
        busy = server.connect()
        busy.request("GET", "/?200")
        time.sleep(0.2)
        server.signal(signal.SIGTERM)
        time.sleep(0.3)
        assert server.process.poll() is None
        server.signal(signal.SIGTERM)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            busy.getresponse()
        assert server.wait() == 0
        busy.close()


def test_b88_after_the_grace_it_ends() -> None:
    with process(grace=0.5) as server:
        busy = server.connect()
        busy.request("GET", "/?200")
        time.sleep(0.2)
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        busy.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process, and looks at it")
def test_b90_a_server_without_file_descriptors_recovers() -> None:
    with process() as server:
        pid = server.process.pid
        used = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        until(lambda: len(list(Path(f"/proc/{pid}/fd").iterdir())) >= used + 3)
        for each in held:
            each.close()
        until(lambda: len(list(Path(f"/proc/{pid}/fd").iterdir())) <= used + 1)
        for _ in range(3):
            connection = server.connect()
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
            connection.close()


class Load:
    """Clients that send one request after the other, until they are told of the end."""

    def __init__(self, server: Process, keep: bool) -> None:
        self.server = server
        self.keep = keep
        self.answered = 0
        self.lost: list[str] = []

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while True:
            try:
                connection = connection or self.server.connect()
            except ConnectionRefusedError:
                return
            except ConnectionResetError as error:
                self.lost.append(f"connecting: {error!r}")
                return
            try:
                connection.request("GET", "/?0.002")
                response = connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(repr(error))
                return
            self.answered += 1
            if not self.keep or response.will_close:
                connection.close()
                connection = None


@pytest.mark.parametrize("keep", [True, False])
def test_b88_no_request_is_lost_under_load(keep: bool) -> None:
    for _ in range(3):
        with process() as server:
            loads = [Load(server, keep) for _ in range(8)]
            threads = [threading.Thread(target=load.run) for load in loads]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            server.signal(signal.SIGTERM)
            for thread in threads:
                thread.join(WAIT)
            assert [lost for load in loads for lost in load.lost] == []
            assert sum(load.answered for load in loads) > 50
            assert server.wait() == 0


def test_ports_of_other_kinds_are_closed_only() -> None:
    """B88: one that is no socket of Twisted's has no queue to take."""
    closed: list[str] = []
    triggers: list[object] = []

    port = SimpleNamespace(stopListening=lambda: closed.append("closed"))
    run = SimpleNamespace(
        addSystemEventTrigger=lambda *what: triggers.append(what[-1]),
        callWhenRunning=lambda *what: None,
    )
    served = Served()
    drain_on_shutdown(cast("ReactorBase", run), served.site, [cast("IListeningPort", port)])
    (stop,) = triggers
    ended: list[object] = []
    assert callable(stop)
    stop().addCallback(ended.append)
    served.after(1)
    assert closed == ["closed"]
    assert ended == [None]


@pytest.mark.parametrize(("platform", "option"), [("plan9", 26), ("linux", 9999)])
def test_b88_where_the_system_cannot_refuse_newcomers_they_are_taken(
    running_reactor: None, monkeypatch: pytest.MonkeyPatch, platform: str, option: int
) -> None:
    """As it is on other systems than Linux."""
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(ports, "_ATTACH_FILTER", option)
    site = Site(Taker(length))
    port = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
    address = ("127.0.0.1", port.getHost().port)
    queued: list[socket.socket] = []

    def close() -> Deferred[None]:
        queued.extend(socket.create_connection(address, timeout=WAIT) for _ in range(9))
        return Deferred.fromCoroutine(close_port(site.timers, cast("ListeningPort", port)))

    in_reactor(close)
    for client in queued:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        client.close()


def test_b89_a_second_signal_counts_while_ports_are_closed_too() -> None:
    """B88."""
    served = Served()
    wire = served.connect()
    wire.send(b"GET /")
    served.site.abort()
    ended: list[object] = []
    served.site.drain(300).addCallback(ended.append)
    served.after(1)
    assert wire.aborted
    assert ended == [None]


def test_b88_who_has_connected_is_served_and_others_are_refused(running_reactor: None) -> None:
    site = Site(Taker(length))
    port = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
    address = ("127.0.0.1", port.getHost().port)
    with socket.create_connection(address, timeout=WAIT) as client:
        closing = cast("ListeningPort", port)
        in_reactor(lambda: Deferred.fromCoroutine(close_port(site.timers, closing)))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=WAIT)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(15) == b"HTTP/1.1 200 OK"


@pytest.fixture
def hangup() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in shutdown._SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN])
def test_b89_the_end_of_a_terminal_is_an_order_unless_it_is_to_be_ignored(
    hangup: None, handler: signal.Handlers
) -> None:
    signal.signal(signal.SIGHUP, handler)
    called: list[object] = []
    run = SimpleNamespace(callFromThread=called.append, stop="stop")
    shutdown._stop_on_hangup(cast("ReactorBase", run))
    if handler is signal.SIG_DFL:
        os.kill(os.getpid(), signal.SIGHUP)
    assert called == (["stop"] if handler is signal.SIG_DFL else [])
    shutdown._on_signals(cast("ReactorBase", run), list)
    os.kill(os.getpid(), signal.SIGTERM)
    assert called[-1] is list


def test_b89_a_program_that_handles_the_end_of_a_terminal_goes_on_to(hangup: None) -> None:
    """It rotates its logs then, also while its server drains."""
    rotated: list[int] = []
    signal.signal(signal.SIGHUP, lambda *_: rotated.append(1))
    called: list[object] = []
    run = cast("ReactorBase", SimpleNamespace(callFromThread=called.append, stop="stop"))
    shutdown._stop_on_hangup(run)
    shutdown._on_signals(run, list)
    os.kill(os.getpid(), signal.SIGHUP)
    assert (rotated, called) == ([1], [])
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    shutdown._stop_on_hangup(run)
    shutdown._on_signals(run, list)
    os.kill(os.getpid(), signal.SIGHUP)
    assert (rotated, called) == ([1], [list])


def test_signals_are_left_alone_outside_of_the_main_thread(running_reactor: None) -> None:
    """B89: only there may a program have its say about them."""
    before = signal.getsignal(signal.SIGHUP)
    in_reactor(lambda: shutdown._on_signals(reactor, list))
    in_reactor(lambda: shutdown._stop_on_hangup(reactor))
    assert signal.getsignal(signal.SIGHUP) is before
