"""The long poll of the worked example, with time and the store in the test's hands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, TypeAlias

from counterfoil import NoContent, Ok
from noticeboard import models
from noticeboard.errors import BoardNotFound
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.server import Request
from twisted.web.test.requesthelper import DummyChannel
from typing_extensions import override

from examples.noticeboard import cursor
from examples.noticeboard.bell import Bell
from examples.noticeboard.handlers import Notices
from examples.noticeboard.store import Store

Answer: TypeAlias = Ok[models.Notice] | NoContent

TEA: Final = models.Notice(
    id=7, board_id="lobby", text="Tea", colour="pink", posted_at=datetime(2026, 1, 2, tzinfo=UTC)
)


class Lobby(Store):
    """A store in memory, with one board."""

    def __init__(self) -> None:
        self.pinned: models.Notice | None = None
        self.asked = 0

    @override
    async def board(self, board_id: str) -> models.Board | None:
        found = models.Board(id="lobby", title="Lobby", notices=0)
        return found if board_id == "lobby" else None

    @override
    async def next(self, board_id: str, *, after: int) -> models.Notice | None:
        self.asked += 1
        return self.pinned


class Bench:
    """A handler, and what it depends on."""

    def __init__(self, store: Lobby | None = None) -> None:
        self.clock = Clock()
        self.bell = Bell()
        self.store = store or Lobby()
        self._handler = Notices(self.store, IReactorTime(self.clock), self.bell)

    def wait(self, board_id: str = "lobby", timeout: int = 30_000) -> Deferred[Answer]:
        request = Request(DummyChannel())
        answer = self._handler.await_notice(request, board_id, after=0, timeout=timeout)
        return Deferred.fromCoroutine(answer)


def result(waiting: Deferred[Answer]) -> Answer | None:
    """What it was answered with; None: it still waits."""
    found: list[Answer] = []
    waiting.addCallback(found.append)
    return found[0] if found else None


def test_it_waits_until_the_bell_rings() -> None:
    bench = Bench()
    waiting = bench.wait()
    assert (waiting.called, len(bench.bell)) == (False, 1)
    bench.bell.ring("hall")
    assert not waiting.called
    bench.store.pinned = TEA
    bench.bell.ring("lobby")
    assert isinstance(answer := result(waiting), Ok)
    assert answer.body == TEA
    assert (len(bench.bell), bench.clock.getDelayedCalls()) == (0, [])


def test_a_ring_without_news_is_slept_through() -> None:
    """The notice was taken down before it was read."""
    bench = Bench()
    waiting = bench.wait()
    bench.clock.advance(29)
    bench.bell.ring("lobby")
    assert not waiting.called
    bench.clock.advance(1.1)
    assert isinstance(result(waiting), NoContent)


def test_no_wake_up_is_lost() -> None:
    """A notice is pinned after the store was asked, and before the answer is there."""
    bell_of: list[Bell] = []

    class Slow(Lobby):
        @override
        async def next(self, board_id: str, *, after: int) -> models.Notice | None:
            seen = await super().next(board_id, after=after)
            if self.asked == 2:
                self.pinned = TEA
                bell_of[0].ring(board_id)
            return seen

    bench = Bench(Slow())
    bell_of.append(bench.bell)
    assert isinstance(result(bench.wait()), Ok)
    assert len(bench.bell) == 0


def test_the_time_is_the_clients() -> None:
    bench = Bench()
    waiting = bench.wait(timeout=250)
    bench.clock.advance(0.24)
    assert not waiting.called
    bench.clock.advance(0.02)
    assert isinstance(result(waiting), NoContent)
    assert len(bench.bell) == 0


def test_a_client_that_leaves_leaves_nothing_behind() -> None:
    """B78, B91."""
    bench = Bench()
    waiting = bench.wait()
    failures: list[Failure] = []
    waiting.addErrback(failures.append)
    waiting.cancel()
    [failure] = failures
    assert failure.check(CancelledError)
    assert (len(bench.bell), bench.clock.getDelayedCalls()) == (0, [])


def test_there_is_no_waiting_at_a_board_that_is_not_there() -> None:
    waiting = Bench().wait("hall")
    failures: list[Failure] = []
    waiting.addErrback(failures.append)
    assert failures[0].check(BoardNotFound)


def test_the_bell_wakes_all_who_listen_to_a_board() -> None:
    bell = Bell()
    with bell.listen("a") as first, bell.listen("a") as second, bell.listen("b") as other:
        assert len(bell) == 3
        bell.ring("a")
        assert [each.called for each in (first, second, other)] == [True, True, False]
    assert len(bell) == 0


def test_a_cursor_is_read_only_for_the_board_it_was_made_for() -> None:
    assert cursor.decode("a-b", cursor.encode("a-b", 12)) == 12
    for text in (cursor.encode("a", 12), cursor.encode("a-b", 12) + "!", "", "é", "!!", "AA", "YQ"):
        assert cursor.decode("a-b", text) is None, text
