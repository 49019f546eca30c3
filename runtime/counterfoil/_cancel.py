"""Handlers that may be cancelled when their client leaves."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

__all__ = ["cancellable", "is_cancellable"]

_FLAG = "cancellable"

_Function = TypeVar("_Function", bound=Callable[..., object])


def cancellable(function: _Function) -> _Function:
    """Mark *function*: when the client leaves, what it awaits is cancelled.

    Without the mark a handler runs to its end, and its answer is dropped. With it, the handler
    sees `twisted.internet.defer.CancelledError` at the point where it waits, so its `finally`
    blocks run.

    The mark is an attribute and nothing else. It is seen through bound methods and through wrappers
    that copy attributes, as `functools.wraps` does.
    """
    vars(function)[_FLAG] = True
    return function


def is_cancellable(function: object) -> bool:
    """Whether *function*, or the one that a partial object wraps, was marked `@cancellable`."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, _FLAG, False) is True
