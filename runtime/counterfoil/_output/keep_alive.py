"""Streams of events that no proxy between takes for dead."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import Generic, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from counterfoil._output.producers import close
from counterfoil._replies import Comment

__all__ = ["keep_alive"]

T = TypeVar("T")


async def keep_alive(
    events: AsyncIterable[T], clock: IReactorTime, every: float = 15.0
) -> AsyncGenerator[T | Comment, None]:
    """*events*, and a `Comment` whenever none has come for *every* seconds.

    The first comment opens a stream that waits for its first event, too. What *events* waits for
    is cancelled when the stream is closed.
    """
    iterator = aiter(events)
    try:
        while True:
            pull = _Pull(iterator)
            try:
                while await pull.lasts(clock, every):
                    yield Comment()
                item = await pull.item()
            finally:
                await pull.end()
            if item is None:
                return
            yield item.value
    finally:
        await close(events)


class _Item(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value


class _Pull(Generic[T]):
    """An item that is waited for, with looks at the clock between."""

    def __init__(self, iterator: AsyncIterator[T]) -> None:
        self._over = False
        self._woken: Deferred[None] | None = None
        self._running = Deferred.fromCoroutine(self._run(iterator))

    async def lasts(self, clock: IReactorTime, seconds: float) -> bool:
        """Whether nothing has come in *seconds* from now."""
        if self._over:
            return False
        self._woken = Deferred()
        timer = deferLater(clock, seconds, self._wake)
        timer.addErrback(lambda failure: failure.trap(CancelledError) and None)
        try:
            await self._woken
        finally:
            timer.cancel()
        return not self._over

    async def item(self) -> _Item[T] | None:
        """What has come; None if there is no more. Raises what the iterator raises."""
        return await self._running

    async def end(self) -> None:
        """Wait no more."""
        self._running.cancel()
        try:
            await self._running
        except CancelledError:
            return

    async def _run(self, iterator: AsyncIterator[T]) -> _Item[T] | None:
        try:
            return _Item(await anext(iterator))
        except StopAsyncIteration:
            return None
        finally:
            self._over = True
            self._wake()

    def _wake(self) -> None:
        woken, self._woken = self._woken, None
        if woken is not None:
            woken.callback(None)
