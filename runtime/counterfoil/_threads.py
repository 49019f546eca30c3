"""Work beside the handler: in a thread, or in the background.

Both keep the context of whoever asked for them, so that their log lines name the request; and both
are counted until they have truly ended, so that a server can be seen to be idle.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from importlib import import_module
from typing import Generic, NamedTuple, ParamSpec, TypeVar, cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from counterfoil._errors import CodedError

__all__ = [
    "ThreadsUnavailableError",
    "UnfinishedCalls",
    "defer_to_thread",
    "defer_to_thread_pool",
    "run_in_background",
    "unfinished_calls",
]

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("counterfoil.background")


class ThreadsUnavailableError(CodedError):
    """The threads have not started, or have stopped: a 503, if a handler lets it through."""

    def __init__(self) -> None:
        super().__init__(
            503, "The server is not running", debug_context="its pool of threads does not run"
        )


class UnfinishedCalls(NamedTuple):
    """How much of what was started has not ended."""

    in_threads: int
    """Calls of `defer_to_thread`: those that wait for a thread, and those that run, cancelled or
    not."""

    in_background: int
    """Coroutines of `run_in_background`."""


class _Count:
    """Counts up in the reactor's thread, and down in any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self, number: int) -> None:
        with self._lock:
            self.value += number


_in_threads = _Count()
_in_background = _Count()


runs_inline: ContextVar[bool] = ContextVar("runs_inline", default=False)
"""Whether `defer_to_thread` makes its calls at once: where no reactor runs, in tests."""


def unfinished_calls() -> UnfinishedCalls:
    """How many calls have not ended, of the whole process. It may be asked from any thread."""
    return UnfinishedCalls(_in_threads.value, _in_background.value)


def defer_to_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
    """Call *function* in one of the reactor's threads. It is for the reactor's thread to ask.

    The call sees a copy of the caller's context variables, and so do the callbacks of the Deferred;
    a coroutine that awaits it goes on in its own context.

    The Deferred fails with what *function* raises, or with `ThreadsUnavailableError` while the
    reactor does not run: then nothing would ever call it. To cancel it drops the result; a call
    that still waits for a thread is not made any more, one that runs goes on to its end.
    """
    if runs_inline.get():
        return maybeDeferred(functools.partial(function, *args, **kwargs))
    reactor = _reactor()
    if not reactor.running:
        # To ask for its pool would make a new one, which nobody starts and nobody stops.
        return _unavailable()
    caller = cast("IReactorFromThreads", reactor)  # Twisted's interfaces are not for type checkers
    return defer_to_thread_pool(caller, reactor.getThreadPool(), function, *args, **kwargs)


def defer_to_thread_pool(
    reactor: IReactorFromThreads,
    pool: ThreadPool,
    function: Callable[P, T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Deferred[T]:
    """Call *function* in a thread of *pool*, as `defer_to_thread` does in one of the reactor's."""
    if pool.joined or not pool.started:
        return _unavailable()
    call = _ThreadCall(reactor, functools.partial(function, *args, **kwargs))
    _in_threads.add(1)
    pool.callInThreadWithCallback(call.ended, call.work)
    return call.deferred


def run_in_background(
    function: Callable[P, Awaitable[object]], /, *args: P.args, **kwargs: P.kwargs
) -> Deferred[None]:
    """Start the coroutine function *function* in a copy of the caller's context, and go on.

    What it raises is logged there, and goes no further. The Deferred fires with None when it has
    ended, however it did, and need not be looked at; to cancel it cancels what the coroutine waits
    for. A handler that is to end with its client awaits the coroutine itself, not this.
    """
    _in_background.add(1)
    work = functools.partial(function, *args, **kwargs)
    return Deferred.fromCoroutine(_watched(work, getattr(function, "__qualname__", repr(function))))


async def _watched(work: Callable[[], Awaitable[object]], name: str) -> None:
    try:
        await work()
    except (CancelledError, asyncio.CancelledError):
        logger.info("%s was cancelled", name)
    except Exception:
        logger.exception("%s failed", name)
    finally:
        _in_background.add(-1)


class _ThreadCall(Generic[T]):
    """One call, from the reactor's thread into another and back."""

    def __init__(self, reactor: IReactorFromThreads, function: Callable[[], T]) -> None:
        self.deferred: Deferred[T] = Deferred()
        self._reactor = reactor
        self._function = function
        self._context = contextvars.copy_context()

    def work(self) -> T | None:
        """Make the call. It runs in the thread."""
        if self.deferred.called:
            return None  # cancelled before a thread was free
        return self._context.run(self._function)

    def ended(self, _: bool, result: T | Failure | None) -> None:
        """The call has ended. It runs in the thread, too."""
        _in_threads.add(-1)
        self._reactor.callFromThread(self._context.run, self._deliver, result)

    def _deliver(self, result: T | Failure | None) -> None:
        if not self.deferred.called:
            self.deferred.callback(cast("T | Failure", result))  # None is a T, if one was called
        elif isinstance(result, Failure):
            logger.info("A call in a thread failed after it was cancelled: %r", result.value)


def _unavailable() -> Deferred[T]:
    refused: Deferred[T] = Deferred()
    refused.errback(Failure(ThreadsUnavailableError()))
    return refused


def _reactor() -> ReactorBase:
    """The reactor. The first import of it installs one, hence not when this module is imported."""
    return cast("ReactorBase", import_module("twisted.internet.reactor"))
