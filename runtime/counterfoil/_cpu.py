"""The processor's time that the running thread has used."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["CpuTime", "cpu_time", "measured"]

CpuTime: TypeAlias = tuple[float, float]
"""Seconds in the program, and in the system for it."""


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
