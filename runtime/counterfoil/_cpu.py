"""The processor's time that the running thread has used."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable
from typing import Final, TypeAlias

__all__ = ["CpuTime", "Step", "began", "cpu_time", "measured", "taken_since"]

CpuTime: TypeAlias = tuple[float, float]
"""Seconds in the program, and in the system for it."""

SHORT: Final = 0.0005
"""How long a step is by the clock, in seconds, for which the system is not asked.

To ask takes as long as many steps do, and the time of one that is so short is all its own.
"""


def measured() -> Callable[[], CpuTime]:
    """What measures it here: where a thread's two kinds of time are one, all is the program's."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # of Unix only
        return lambda: (time.thread_time(), 0.0)
    getrusage, thread = resource.getrusage, resource.RUSAGE_THREAD

    def measure() -> CpuTime:
        usage = getrusage(thread)
        return usage[0], usage[1]

    return measure


cpu_time = measured()


Step: TypeAlias = tuple[float, float, CpuTime]
"""When a step of work began; when the system was asked about then, and what it said."""


class _Meter:
    """What the system said last."""

    asked_at = -math.inf
    cpu: CpuTime = (0.0, 0.0)


def began(now: float | None = None) -> Step:
    """A step begins, or began at *now*, on the monotonic clock."""
    if now is None:
        now = time.monotonic()
    if now - _Meter.asked_at > SHORT:
        _Meter.asked_at, _Meter.cpu = now, cpu_time()
    return now, _Meter.asked_at, _Meter.cpu


def taken_since(step: Step, now: float | None = None) -> CpuTime:
    """What has been used since *step* began, to within `SHORT`, and until *now*."""
    if now is None:
        now = time.monotonic()
    at, asked_at, (user, system) = step
    if now - at < SHORT:
        return now - at, 0.0
    _Meter.asked_at, _Meter.cpu = now, cpu_time()
    # What others used between the system's word and the beginning.
    return max(0.0, _Meter.cpu[0] - user - (at - asked_at)), _Meter.cpu[1] - system
