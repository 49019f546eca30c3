"""Watches that the reactor comes round."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

__all__ = ["Watchdog"]

logger = logging.getLogger("counterfoil.watchdog")

_BEATS_PER_THRESHOLD = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Beat:
    """A sign of life of the reactor."""

    thread: int
    next_at: float
    """When the next one is due: on the monotonic clock, in seconds."""


class Watchdog:
    """Logs what the reactor's thread is doing when it holds up everything else.

    One handler that computes, or that waits for a file or a lock, stops every connection. When the
    reactor has not come round for *threshold* seconds, the stack of its thread is logged as a
    WARNING, once for each time that it is held up; when it comes round again, how long it took.

    What takes half as much again as *threshold* is always seen, what is shorter may not be. Where
    code holds the interpreter's lock throughout, as one call into C does, the stack can only be
    taken after it: then the second line is the one to go by.

    While it runs, the reactor makes two short calls in each *threshold*, and a thread wakes once.
    """

    def __init__(self, reactor: IReactorTime, threshold: float = 0.1) -> None:
        """*threshold* is in seconds. Raises `ValueError` if it is not positive."""
        if not threshold > 0:
            raise ValueError("the threshold must be more than 0 seconds")
        self._threshold = threshold
        self._interval = threshold / _BEATS_PER_THRESHOLD
        self._heart = LoopingCall(self._beat)
        self._heart.clock = reactor
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: _Beat | None = None

    def start(self) -> None:
        """Begin to watch: from the reactor's thread, or before the reactor runs.

        Raises `RuntimeError` if it is at it already.
        """
        if self._thread is not None:
            raise RuntimeError("the watchdog is watching already")
        self._stopping.clear()
        self._last = None
        self._heart.start(self._interval, now=False)
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cease to watch, from the reactor's thread: neither timer nor thread is left."""
        if self._thread is None:
            return
        self._heart.stop()
        self._stopping.set()
        self._thread.join()
        self._thread = None

    def _beat(self) -> None:
        now, last = time.monotonic(), self._last
        self._last = _Beat(threading.get_ident(), now + self._interval)
        if last is not None and now - last.next_at > self._threshold:
            logger.warning("The reactor comes round again after %.3f s", now - last.next_at)

    def _watch(self) -> None:
        reported: _Beat | None = None
        rest = self._threshold
        while not self._stopping.wait(rest):
            last, rest = self._last, self._threshold
            if last is None or last is reported:
                continue
            late = time.monotonic() - last.next_at
            if late > self._threshold:
                reported = last
                _log_stack(last.thread, late)
            else:
                rest = self._threshold - late


def _log_stack(thread: int, seconds: float) -> None:
    frame = sys._current_frames().get(thread)
    stack = "" if frame is None else "".join(traceback.format_stack(frame))
    logger.warning("The reactor has not come round for %.3f s:\n%s", seconds, stack)
