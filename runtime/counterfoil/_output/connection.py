"""The connection that a request came over, as far as an answer must know it."""

from __future__ import annotations

from counterfoil._types import Request

__all__ = ["abort", "is_over"]


def is_over(request: Request) -> bool:
    """Whether the client has left, or the answer was finished."""
    return getattr(request, "channel", None) is None


def abort(request: Request) -> None:
    """Cut the connection: what was sent is incomplete, and the client must be able to tell."""
    cut = getattr(request.transport, "abortConnection", None)
    if cut is not None and not is_over(request):
        cut()
