"""A request's body, read as it arrives."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, cast

from twisted.internet.defer import Deferred
from typing_extensions import override

from counterfoil._types import Request

__all__ = ["BodyStream", "body_of", "stream_of"]

HIGH_WATER = 64 * 1024
"""How many bytes may wait to be read before the client is held up."""


class BodyStream(AsyncIterator[bytes]):
    """The pieces of a body, in order, of any size; each comes once, and none is kept.

        async for piece in body:
            file.write(piece)

    While nobody reads, the client is held up: no more than a few pieces are in memory. Reading
    raises what ended the body early: `CodedError` with 413 for one that is too long, with 408 for
    one that is too slow, `ClientDisconnectedError` for a client that left.
    """

    def __init__(self, *, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        """*pause* and *resume* hold up the sender and let it go on."""
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._paused = False
        self._ended = False
        self._failure: Exception | None = None
        self._reader: Deferred[None] | None = None
        self._pause = pause
        self._resume = resume

    @classmethod
    def of(cls, content: bytes) -> BodyStream:
        """A body that is there in whole."""
        stream = cls(pause=_nothing, resume=_nothing)
        if content:
            stream.feed(content)
        stream.end()
        return stream

    async def read(self) -> bytes:
        """All that is still to come, in one piece."""
        return b"".join([piece async for piece in self])

    @override
    def __aiter__(self) -> BodyStream:
        return self

    @override
    async def __anext__(self) -> bytes:
        if not self._pieces and not self._ended:
            await self._next()
        if self._pieces:
            return self._taken()
        if self._failure is not None:
            raise _anew(self._failure)
        raise StopAsyncIteration

    def feed(self, piece: bytes) -> None:
        """For the server: *piece* has come."""
        if self._ended:
            return
        self._pieces.append(piece)
        self._waiting += len(piece)
        if self._waiting > HIGH_WATER and not self._paused:
            self._paused = True
            self._pause()
        self._wake()

    def end(self, failure: Exception | None = None) -> None:
        """For the server: the body is complete, or *failure* ended it."""
        if not self._ended:
            self._ended = True
            self._failure = failure
            self._wake()

    def _taken(self) -> bytes:
        piece = self._pieces.popleft()
        self._waiting -= len(piece)
        if self._paused and self._waiting <= HIGH_WATER // 2:
            self._paused = False
            self._resume()
        return piece

    async def _next(self) -> None:
        if self._reader is not None:
            raise RuntimeError("the body is being read already")
        self._reader = Deferred()
        try:
            await self._reader
        finally:
            self._reader = None

    def _wake(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.callback(None)


def stream_of(request: Request) -> BodyStream:
    """The body of *request* as it arrives, for an `at_head` handler; elsewhere it is there."""
    stream: object = getattr(request, "body_stream", None)
    return stream if isinstance(stream, BodyStream) else BodyStream.of(_content(request))


async def body_of(request: Request) -> bytes:
    """The whole body of *request*, when it has come. Raises as reading a `BodyStream` does."""
    stream: object = getattr(request, "body_stream", None)
    return await stream.read() if isinstance(stream, BodyStream) else _content(request)


def _content(request: Request) -> bytes:
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    content.seek(0)
    return content.read()


def _anew(error: Exception) -> Exception:
    """An exception like *error*: one that was raised refers to all who have seen it pass."""
    kind = type(error)
    new: Exception = kind.__new__(kind, *error.args)
    vars(new).update(vars(error))
    return new


def _nothing() -> None:
    """There is no sender to hold up."""
