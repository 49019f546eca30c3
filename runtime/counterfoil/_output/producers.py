"""Bodies that are sent as fast as the client reads, and no faster.

Both producers are push producers: the transport says when its buffer is full and when it has room.
What is in memory is one piece beyond the transport's high-water mark, whatever the client does.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProducer

from counterfoil._describe import describe
from counterfoil._output.connection import abort, is_over
from counterfoil._types import Request, ResponseWriter

__all__ = ["ByteProducer", "close", "pieces_of", "send_stream"]

logger = logging.getLogger("counterfoil.server")

PIECE = 64 * 1024
"""How many bytes of a body that is there in whole make a piece."""

_LEAST = 1024
"""How many bytes a write has at the least, but for the last."""


def pieces_of(data: bytes) -> Iterator[bytes]:
    """*data* in pieces of `PIECE` bytes."""
    return (data[start : start + PIECE] for start in range(0, len(data), PIECE))


class ByteProducer:
    """A push producer (`IPushProducer`) that sends what an iterator makes, and ends the request.

    It begins at once.

    An iterator that raises ends the connection: its client must not take the part for the whole.
    """

    def __init__(self, request: Request, pieces: Iterator[bytes]) -> None:
        self._request: Request | None = request
        self._pieces = pieces
        self._paused = False
        self._writing = False
        if is_over(request):
            logger.info("%s: the client left before its answer was sent", describe(request))
            self._request = None
            return
        # Twisted's interfaces are not written for type checkers.
        request.registerProducer(cast("IProducer", self), True)
        self.resumeProducing()

    def resumeProducing(self) -> None:
        """The transport has room."""
        self._paused = False
        if self._writing:
            return
        self._writing = True
        try:
            while self._request is not None and not self._paused:
                self._write_some(self._request)
        finally:
            self._writing = False

    def pauseProducing(self) -> None:
        """The transport has no room."""
        self._paused = True

    def stopProducing(self) -> None:
        """The client has left."""
        self._release()

    def _write_some(self, request: Request) -> None:
        writer: ResponseWriter = request
        try:
            data, ended = self._next()
        except Exception:
            logger.exception("%s: the body ended in a fault", describe(request))
            self._release()
            request.unregisterProducer()
            abort(request)
            return
        if data:
            writer.write(data)
        if ended and self._request is not None:
            request.unregisterProducer()
            writer.finish()
            self._release()

    def _next(self) -> tuple[bytes, bool]:
        data: list[bytes] = []
        length = 0
        for piece in self._pieces:
            data.append(piece)
            length += len(piece)
            if length >= _LEAST:
                return b"".join(data), False
        return b"".join(data), True

    def _release(self) -> None:
        self._request = None
        self._pieces = iter(())


class _Gate:
    """Open while the transport has room."""

    def __init__(self) -> None:
        self.gone = False
        self._closed = False
        self._opened: Deferred[None] | None = None

    def pauseProducing(self) -> None:
        self._closed = True

    def resumeProducing(self) -> None:
        self._closed = False
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.callback(None)

    def stopProducing(self) -> None:
        self.gone = True
        self.resumeProducing()

    async def passed(self) -> None:
        """Wait until there is room, or nobody left to send to."""
        if self._closed and not self.gone:
            self._opened = Deferred(self._forget)
            await self._opened

    def _forget(self, _: object) -> None:
        self._opened = None


async def send_stream(request: Request, pieces: AsyncIterable[bytes]) -> None:
    """Send the body of *request* in *pieces*, and end it. Status and headers are set already.

    Each piece is asked for when there is room for it. When the client leaves, the next one is not
    asked for, and *pieces* is closed if it is a generator.

    Raises what *pieces* raises; the connection is cut then if a part was sent.
    """
    gate = _Gate()
    writer: ResponseWriter = request
    request.registerProducer(cast("IProducer", gate), True)
    try:
        async for piece in pieces:
            if not isinstance(piece, bytes):
                raise TypeError(f"a piece of a body must be bytes, not {type(piece).__name__}")
            if gate.gone:
                return
            writer.write(piece)
            await gate.passed()
    finally:
        await close(pieces)
        if not is_over(request):
            request.unregisterProducer()
    if not is_over(request):
        writer.finish()


async def close(pieces: AsyncIterable[object]) -> None:
    """Let a generator of pieces end, whether it has begun or not."""
    if isinstance(pieces, AsyncGenerator):
        await pieces.aclose()
