"""The header fields of a request, of whatever host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from counterfoil._types import Request

__all__ = ["header_lines"]

_Finds: TypeAlias = Callable[[bytes], Sequence[bytes] | None]


def header_lines(request: Request, name: bytes) -> Sequence[bytes] | None:
    """The values of the header *name*, spelled as Twisted does; None if there is none."""
    find: _Finds | None = getattr(request, "lines_of", None)
    if find is not None:  # a request of our own site, which has not made its `requestHeaders` yet
        return find(name)
    return request.requestHeaders.getRawHeaders(name)
