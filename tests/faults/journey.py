"""A handler that waits in every way there is, and keeps account of what it meets.

Its way has points, each with a name. At one of them, the *stop*, it waits until it is told to go
on; at all others for a turn of the reactor.
"""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Final, cast

from counterfoil import Request, SiteRequest, defer_to_thread, run_in_background
from counterfoil._context import RequestContext, current_context
from twisted.internet.defer import CancelledError, Deferred, FirstError, gatherResults, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tests.serving import DEADLINE, reactor

__all__ = ["BLOCKS", "LEGS", "SEEN_AT", "THREAD", "Journey"]

BLOCKS: Final = "a Deferred that has fired"
"""Nothing is awaited there in truth: the client leaves while the reactor's thread is at work."""

THREAD: Final = "a thread"

SEEN_AT: Final = {BLOCKS: "the next await"}
"""Where a cancellation is met that cannot be met at the stop itself."""

_timers: Final = cast("IReactorTime", reactor)  # Twisted's interfaces are not for type checkers


class Journey:
    """What one request's handler has met."""

    def __init__(self, stop: str | None = None) -> None:
        self.stop = stop
        self.points: list[str] = []
        """The points that it came to."""

        self.cancelled: list[str] = []
        """Where a cancellation was met: the innermost scope first."""

        self.entered = Counter[str]()
        self.left = Counter[str]()
        self.strange_contexts: list[str] = []
        """Where it was at work in the context of anything but its own request."""

        self.arrived = threading.Event()
        """It is at the stop."""

        self.released = threading.Event()
        """Code that blocks may go on."""

        self.request: weakref.ref[Request] | None = None
        self._context: RequestContext | None = None
        self._waiter: Deferred[None] | None = None

    def begin(self, request: Request) -> None:
        """The handler was called."""
        self.request = weakref.ref(request)
        self._context = request.context if isinstance(request, SiteRequest) else None
        self._look("the beginning")

    async def travel(self) -> None:
        """Come to every point."""
        for leg in LEGS:
            await leg(self)

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """A block with a `finally` of its own."""
        self.entered[name] += 1
        self._look(name)
        try:
            yield
        except (CancelledError, FirstError):  # `gatherResults` puts the second around the first
            self.cancelled.append(name)
            raise
        finally:
            self.left[name] += 1
            self._look(name)

    def pause(self, name: str) -> Deferred[None]:
        """Fires when the handler may go on from the point *name*."""
        self.points.append(name)
        if self.stop != name and (self.stop is None or SEEN_AT.get(self.stop) != name):
            return deferLater(_timers, 0, lambda: None)
        self._waiter = Deferred()
        self.arrived.set()
        return self._waiter

    async def stay(self, name: str) -> None:
        """Wait at the point *name*."""
        with self.scope(name):
            await self.pause(name)

    def block(self, name: str) -> None:
        """Wait at the point *name*, and let no other code run in this thread."""
        self.points.append(name)
        self._look(name)
        if self.stop == name:
            self.arrived.set()
            assert self.released.wait(DEADLINE)

    def go_on(self) -> None:
        """Go on from the stop."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.callback(None)

    def is_waiting(self) -> bool:
        """Whether it waits for `go_on`."""
        return self._waiter is not None

    def _look(self, where: str) -> None:
        if current_context.get() is not self._context:
            self.strange_contexts.append(where)


class _Foreign:
    """Something awaitable that is no coroutine."""

    def __init__(self, deferred: Deferred[None]) -> None:
        self._deferred = deferred

    def __await__(self) -> Generator[Deferred[None], None, None]:
        yield from self._deferred.__await__()


async def _a_deferred(journey: Journey) -> None:
    await journey.stay("a Deferred")


async def _a_fired_deferred(journey: Journey) -> None:
    with journey.scope(BLOCKS):
        journey.block(BLOCKS)
        await succeed(None)
    await journey.stay("the next await")


async def _an_awaitable(journey: Journey) -> None:
    with journey.scope("an awaitable"):
        await _Foreign(journey.pause("an awaitable"))


async def _nested_coroutines(journey: Journey) -> None:
    async def outer() -> None:
        with journey.scope("outer"):
            await middle()

    async def middle() -> None:
        with journey.scope("middle"):
            await journey.stay("a coroutine in a coroutine")

    await outer()


@asynccontextmanager
async def _room(journey: Journey) -> AsyncIterator[None]:
    await journey.stay("entering")
    try:
        yield
    finally:
        await journey.stay("leaving")


async def _an_async_with(journey: Journey) -> None:
    async with _room(journey):
        await journey.stay("within")


async def _numbers(journey: Journey) -> AsyncGenerator[int, None]:
    with journey.scope("generator"):
        for number in range(2):
            await journey.stay(f"making {number}")
            yield number


async def _an_async_generator(journey: Journey) -> None:
    async with aclosing(_numbers(journey)) as numbers:
        async for number in numbers:
            await journey.stay(f"using {number}")


async def _a_thread(journey: Journey) -> None:
    with journey.scope(THREAD):
        await defer_to_thread(journey.block, THREAD)


async def _children(journey: Journey) -> None:
    with journey.scope("children"):
        children = [journey.stay(f"child {number}") for number in range(2)]
        await gatherResults(
            [Deferred.fromCoroutine(child) for child in children], consumeErrors=True
        )


async def _in_the_background(journey: Journey) -> None:
    run_in_background(journey.stay, "in the background")
    await journey.stay("beside it")


async def _a_long_poll(journey: Journey) -> None:
    with journey.scope("a long poll"):
        await journey.pause("a long poll").addTimeout(3600, _timers)


LEGS: Final[list[Callable[[Journey], Awaitable[None]]]] = [
    _a_deferred,
    _a_fired_deferred,
    _an_awaitable,
    _nested_coroutines,
    _an_async_with,
    _an_async_generator,
    _a_thread,
    _children,
    _in_the_background,
    _a_long_poll,
]
