"""The connection that a request came over, as far as an answer must know it."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil._types import Request, ResponseWriter

__all__ = ["abort", "is_over", "send_whole"]


def is_over(request: Request) -> bool:
    """Whether the client has left, or the answer was finished."""
    return getattr(request, "channel", None) is None


def abort(request: Request) -> None:
    """Cut the connection: what was sent is incomplete, and the client must be able to tell."""
    # A request that is a stream of HTTP/2 has no transport to itself: its channel is the stream.
    connection = None if is_over(request) else request.transport or request.channel
    cut = getattr(connection, "abortConnection", None)
    if cut is not None:
        cut()


def send_whole(request: Request, body: bytes) -> None:
    """Send *body*, which is all of it, after the head, and end the answer to *request*."""
    # A request of our own site can do it in one go, if nothing speaks against it.
    in_one_go: Callable[[bytes], bool] | None = getattr(request, "send_whole", None)
    if in_one_go is not None and in_one_go(body):
        return
    writer: ResponseWriter = request
    writer.write(body)
    writer.finish()
