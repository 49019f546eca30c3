"""Answers in pieces, for handlers that answer by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterable

from counterfoil._output.connection import is_over, send_whole
from counterfoil._output.headers import set_status
from counterfoil._output.producers import close, send_stream
from counterfoil._output.writers import write_head
from counterfoil._types import Request

__all__ = ["respond_with_stream"]


async def respond_with_stream(
    request: Request,
    code: int,
    pieces: AsyncIterable[bytes],
    content_type: str = "application/octet-stream",
) -> None:
    """Answer with *pieces*, each asked for when the client has room for it.

    When the client leaves, *pieces* is closed if it is a generator. Raises what *pieces* raises: a
    handler that lets it pass has the connection cut, for the client must not take a part for all.
    """
    set_status(request, code)
    if is_over(request):
        return
    write_head(request, code, content_type, None)
    if request.method == b"HEAD":
        await close(pieces)
        send_whole(request, b"")
    else:
        await send_stream(request, pieces)
