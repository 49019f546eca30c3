"""The connections of a site, waited for by one epoll that the reactor waits for."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from counterfoil import JsonResource, Request, Site, path
from counterfoil._server.poller import Epoll, Poller, poller_for
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableDescriptor, IReactorFDSet
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from zope.interface import alsoProvides, directlyProvides

from tests.runtime.test_lifecycle import until
from tests.serving import Serve, in_reactor, reactor

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="only Linux has epoll")


class Waiting:
    """A reactor that waits for nothing."""

    def __init__(self) -> None:
        self.readers: list[object] = []
        self.other = "what only it knows"
        directlyProvides(self, IReactorFDSet)

    def addReader(self, descriptor: object, /) -> None:
        self.readers.append(descriptor)

    def removeReader(self, descriptor: object, /) -> None:
        self.readers.remove(descriptor)


class End:
    """One end of a pair of sockets, which notes what becomes of it."""

    def __init__(self, poller: Poller, *, half_closes: bool = False) -> None:
        self.poller = poller
        self.ends_badly = False
        self.socket, self.peer = socket.socketpair()
        self.socket.setblocking(False)
        self.said: list[object] = []
        self.then: Callable[[], BaseException | None] = lambda: None
        if half_closes:
            alsoProvides(self, IHalfCloseableDescriptor)

    def fileno(self) -> int:
        return self.socket.fileno()

    def doRead(self) -> BaseException | None:
        data = self.socket.recv(100)
        self.said.append(data)
        return self.then() if data else ConnectionDone()

    def doWrite(self) -> BaseException | None:
        self.said.append("wrote")
        self.poller.removeWriter(self)
        return None

    def readConnectionLost(self, reason: Failure) -> None:
        self.said.append("half closed")

    def connectionLost(self, reason: Failure) -> None:
        self.said.append(reason.type)
        self.poller.removeReader(self)
        self.poller.removeWriter(self)
        self.close()
        if self.ends_badly:
            raise ValueError("bug")

    def close(self) -> None:
        self.socket.close()
        self.peer.close()


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def poller(waiting: Waiting) -> Poller:
    made = poller_for(waiting)
    assert made is not None
    return made


@pytest.fixture
def ends(poller: Poller) -> Iterator[Callable[..., End]]:
    made: list[End] = []

    def end(*, half_closes: bool = False) -> End:
        made.append(End(poller, half_closes=half_closes))
        poller.addReader(made[-1])
        return made[-1]

    yield end
    for each in made:
        if each.fileno() >= 0:
            each.connectionLost(Failure(ConnectionDone()))


def test_it_is_one_descriptor_as_long_as_there_are_connections(
    poller: Poller, waiting: Waiting, ends: Callable[..., End]
) -> None:
    assert poller.fileno() == -1
    first, second = ends(), ends()
    assert waiting.readers == [poller]
    assert "eventpoll" in str(Path(f"/proc/self/fd/{poller.fileno()}").readlink())
    first.peer.send(b"a")
    second.peer.send(b"b")
    poller.doRead()
    assert (first.said, second.said) == ([b"a"], [b"b"])
    for each in (first, second):
        each.peer.close()
    poller.doRead()
    assert first.said[1:] == second.said[1:] == [b"", ConnectionDone]
    assert waiting.readers == []
    assert poller.fileno() == -1
    third = ends()
    third.peer.send(b"c")
    poller.doRead()
    assert third.said == [b"c"]


def test_what_is_not_wanted_is_not_told(poller: Poller, ends: Callable[..., End]) -> None:
    end = ends()
    other = ends()
    end.peer.send(b"a")
    poller.removeReader(end)
    poller.removeReader(end)
    poller.doRead()
    assert end.said == []
    poller.addWriter(end)
    poller.doRead()
    assert end.said == ["wrote"]
    poller.addReader(end)
    poller.addWriter(end)
    poller.doRead()
    assert end.said == ["wrote", b"a", "wrote"]
    assert other.said == []


def test_a_connection_that_fails_fails_alone(
    poller: Poller, ends: Callable[..., End], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> BaseException | None:
        raise ValueError("bug")

    bad, good = ends(), ends()
    bad.then = fail
    for each in (bad, good):
        each.peer.send(b"a")
    poller.doRead()
    assert bad.said == [b"a", ValueError]
    assert good.said == [b"a"]
    assert "a connection has failed" in caplog.text


def test_one_that_cannot_be_ended_harms_no_other(
    poller: Poller, ends: Callable[..., End], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = ends(), ends()
    bad.ends_badly = True
    bad.peer.close()
    good.peer.send(b"a")
    poller.doRead()
    assert good.said == [b"a"]
    assert "a connection could not be ended" in caplog.text


def test_one_that_another_has_closed_is_not_read_from(
    poller: Poller, ends: Callable[..., End]
) -> None:
    first, second = ends(), ends()

    def close(other: End) -> Callable[[], BaseException | None]:
        return lambda: other.connectionLost(Failure(ConnectionLost()))

    first.then, second.then = close(second), close(first)
    first.peer.send(b"a")
    second.peer.send(b"b")
    poller.doRead()
    assert sorted(map(str, [*first.said, *second.said])) in (
        sorted(map(str, [b"a", ConnectionLost])),
        sorted(map(str, [b"b", ConnectionLost])),
    )


def test_half_of_a_connection_may_end(poller: Poller, ends: Callable[..., End]) -> None:
    end = ends(half_closes=True)
    end.peer.shutdown(socket.SHUT_WR)
    poller.doRead()
    assert end.said == [b"", "half closed"]


def test_a_reset_is_told_where_nothing_is_read(poller: Poller, ends: Callable[..., End]) -> None:
    end = ends()
    poller.removeReader(end)
    poller.addWriter(end)
    end.peer.close()
    poller.doRead()
    assert end.said == [ConnectionLost]


def test_something_is_called_when_all_was_read(poller: Poller, ends: Callable[..., End]) -> None:
    order: list[str] = []

    def last(name: str) -> Callable[[], BaseException | None]:
        def then() -> BaseException | None:
            order.append(name)
            poller.call_last(lambda: order.append(f"after {name}"))
            return None

        return then

    first, second = ends(), ends()
    first.then, second.then = last("one"), last("one")
    for each in (first, second):
        each.peer.send(b"a")
    poller.doRead()
    assert order == ["one", "one", "after one", "after one"]
    poller.call_last(lambda: order.append("at once"))
    assert order[-1] == "at once"


def test_the_end_of_the_reactor_is_the_end_of_all(
    poller: Poller, ends: Callable[..., End], waiting: Waiting
) -> None:
    first, second = ends(), ends()
    poller.connectionLost(Failure(ConnectionLost()))
    assert first.said == second.said == [ConnectionLost]
    assert waiting.readers == []


def test_one_that_cannot_be_ended_keeps_no_other_from_its_end(
    poller: Poller, ends: Callable[..., End], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = ends(), ends()
    first.ends_badly = second.ends_badly = True
    poller.connectionLost(Failure(ConnectionLost()))
    assert first.said == second.said == [ConnectionLost]
    assert caplog.text.count("a connection could not be ended") == 2


def test_a_socket_that_somebody_has_closed_is_no_trap_for_the_next_of_its_number(
    poller: Poller, waiting: Waiting, ends: Callable[..., End]
) -> None:
    first = ends()
    number = first.fileno()
    first.close()
    second = ends()
    assert second.fileno() == number
    second.peer.send(b"a")
    poller.doRead()
    assert second.said == [b"a"]
    poller.removeReader(first)
    second.peer.send(b"b")
    poller.doRead()
    assert second.said == [b"a", b"b"]
    second.close()
    poller.removeReader(second)
    assert waiting.readers == []


def test_where_no_epoll_can_be_made_the_reactor_waits(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: Request) -> tuple[int, object]:
        readers = reactor.getReaders()
        return 200, {"waits": sum(isinstance(each, Connection) for each in readers)}

    root = JsonResource()
    root.register_paths("GET", [path("/")], answer, "answer")
    server = serve(Site(root))

    make: Callable[[], Epoll] = select.epoll
    lack = [OSError(errno.EMFILE, "too many open files")]

    def made_later() -> Epoll:
        if lack:
            raise lack.pop()
        return make()

    monkeypatch.setattr(select, "epoll", made_later)
    with closing(server.connect()) as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.response().json() == {"waits": 1}
            assert server.get("/").json() == {"waits": 1}


def test_what_else_a_reactor_knows(poller: Poller) -> None:
    assert poller.other == "what only it knows"
    with pytest.raises(AttributeError):
        getattr(poller, "nobody knows")


def test_no_poller_where_there_can_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert poller_for(object()) is None
    monkeypatch.delattr(select, "epoll")
    assert poller_for(Waiting()) is None


def test_a_site_waits_for_its_connections_itself(serve: Serve) -> None:
    waited: list[int] = []

    def answer(request: Request) -> tuple[int, object]:
        readers = reactor.getReaders()
        assert not any(isinstance(each, Connection) for each in readers)
        waited.append(sum(isinstance(each, Poller) for each in readers))
        return 200, {}

    root = JsonResource()
    root.register_paths("GET", [path("/")], answer, "answer")
    server = serve(Site(root))
    for _ in range(3):
        with closing(server.connect()) as one, closing(server.connect()) as other:
            for connection in (one, other, one):
                connection.request("GET", "/")
                assert connection.response().status == 200
    assert waited == [1] * 9

    def left() -> int:
        return sum(isinstance(each, Poller) for each in reactor.getReaders())

    until(lambda: in_reactor(left) == 0)
