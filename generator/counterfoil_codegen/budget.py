"""How much one API may ask of the machine. The spec is untrusted, so there is always a limit.

The configuration is trusted, and may raise each: `[tool.counterfoil.limits]`. The largest real
specs that are tried (GitHub) take 767 operations, 1,100 schemas, 10 seconds and 200 MiB.
"""

from __future__ import annotations

import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Place, Rule, Span
from counterfoil_codegen.rules import budget as rules

_UNLIMITED: Final = sys.maxsize
_TICK: Final = 0.1  # seconds of the processor between two looks at what was used
_LONGEST_FILE: Final = 8 * 2**20  # characters; of GitHub's files the longest has a tenth of it
_TICK_AGAIN: Final = 5.0
_STATISTICS: Final = Path("/proc/self/statm")  # of Linux: pages, the second number those resident
_UNIT: Final = 1 if sys.platform == "darwin" else 1024  # bytes, in which `ru_maxrss` counts


class BudgetError(BaseException):
    """A limit was passed. No library on the way may take it for an error of its own."""

    def __init__(self, rule: Rule, message: str, name: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.rule: Final = rule
        self.message: Final = message
        self.name: Final = name
        self.place: Final = place


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits for one API; all whole numbers, from 1."""

    operations: int = 2_000
    schemas: int = 10_000  # those that become models, and those in them without a name
    steps: int = 10_000  # schemas that one part of a value is held against, each as often as met
    seconds: int = 60  # of this process on the processor, however busy the machine is
    memory: int = 1_024  # MiB, beyond what the process has before

    def without(self, waived: frozenset[str]) -> Budget:
        """The same without the limits whose rules are waived."""
        fields = {"operations": rules.OPERATIONS, "schemas": rules.SCHEMAS}
        fields |= {"steps": rules.STEPS, "seconds": rules.SECONDS, "memory": rules.MEMORY}
        lifted = {name: _UNLIMITED for name, rule in fields.items() if rule.id in waived}
        return replace(self, **lifted)

    def check_operations(self, count: int, place: Place) -> None:
        """Raises:
        BudgetError: *count* operations are too many; *place* is the first past the limit.
        """
        if count > self.operations:
            message = f"the API has {count:,} operations, at most {self.operations:,} are generated"
            raise BudgetError(rules.OPERATIONS, message, "operations", place)

    def check_steps(self, count: int, place: Place) -> None:
        """Raises:
        BudgetError: a value at *place* is held against *count* schemas, which are too many.
        """
        if count > self.steps:
            message = f"one part of a value is held against more than {self.steps:,} schemas here"
            raise BudgetError(rules.STEPS, message, "steps", place)

    def check_schemas(self, count: int, place: Place) -> None:
        """Raises:
        BudgetError: *count* schemas are too many; *place* is the first past the limit.
        """
        if count > self.schemas:
            message = f"the API has more than {self.schemas:,} schemas that become models"
            raise BudgetError(rules.SCHEMAS, message, "schemas", place)


USUAL: Final = Budget()


def check_text(length: int) -> None:
    """Raises:
    BudgetError: a file of *length* characters would take a GiB or more to be parsed again.
    """
    if length > _LONGEST_FILE:
        message = f"a generated file has {length:,} characters, at most {_LONGEST_FILE:,} are made"
        raise BudgetError(rules.MEMORY, message, "memory")


class Meter:
    """Holds what is done for one API against its budget, in as many stretches as it takes."""

    def __init__(self, budget: Budget, diagnostics: Diagnostics, place: Span) -> None:
        self.budget: Final = budget
        self._diagnostics: Final = diagnostics
        self._place: Final = place
        self._seconds = 0.0
        self._before: Final = _resident()

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Within, a limit that is passed ends what is being done, and is reported.

        Time and memory are watched in the main thread alone: elsewhere Python hears no signals.
        """
        started = time.process_time()
        is_heard = threading.current_thread() is threading.main_thread()
        ticking = _Ticking(lambda: self._check(started))
        try:
            with ticking if is_heard else nullcontext():
                yield
            if ticking.raised is not None:  # where nobody could catch it, and not again in time
                raise ticking.raised
        except BudgetError as error:
            self._report(error)
        except MemoryError:
            self._diagnostics.report(
                rules.MEMORY,
                self._place,
                "the system has no more memory to give for generating the API",
                "is the spec what you expect? If so, let the process have more (ulimit -v)",
            )
        except RecursionError as error:
            self._diagnostics.report(
                rules.NESTING,
                _looked_at(error) or self._place,
                "the API nests deeper than can be followed: its schemas are made of one another, "
                "or are alternatives to one another, too many times",
                "let fewer of them lead to one another without a list or a property between",
            )
        finally:
            self._seconds += time.process_time() - started

    def _check(self, started: float) -> None:
        if self._seconds + time.process_time() - started > self.budget.seconds:
            limit = f"{self.budget.seconds:,} second{'s' if self.budget.seconds > 1 else ''}"
            message = f"generating the API takes more than {limit} of the processor"
            raise BudgetError(rules.SECONDS, message, "seconds")
        if _resident() - self._before > self.budget.memory * 2**20:
            message = f"generating the API takes more than {self.budget.memory:,} MiB of memory"
            raise BudgetError(rules.MEMORY, message, "memory")

    def _report(self, error: BudgetError) -> None:
        cure = (
            f"is the spec what you expect? If so, raise {error.name} = "
            f"under [tool.counterfoil.limits], or waive {error.rule.id}"
        )
        self._diagnostics.report(error.rule, error.place or self._place, error.message, cure)


class _Ticking:
    """Within, *check* is called again and again, and what it raises is raised where the body is.

    Once it has raised, it is called less often: what is raised where nobody can catch it, as in a
    finalizer, is raised again, but what is being taken back is left time for that. It is not called
    while this itself is entered or left.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self.raised: BudgetError | None = None
        """What *check* raised last."""
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL if self._before is None else self._before)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code in _EDGES:
                return
            frame = frame.f_back
        try:
            self._check()
        except BudgetError as error:
            self.raised = error
            signal.setitimer(signal.ITIMER_PROF, _TICK_AGAIN, _TICK_AGAIN)
            raise


_EDGES: Final = (_Ticking.__enter__.__code__, _Ticking.__exit__.__code__)


def _looked_at(error: BaseException) -> Span | None:
    """The place in a spec that was being looked at when *error* arose."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        held = map(trace.tb_frame.f_locals.get, ("place", "schema", "node"))
        spans = (getattr(each, "span", None) for each in held)
        found = next((span for span in spans if isinstance(span, Span)), found)
        trace = trace.tb_next
    return found


def _resident() -> int:
    """The bytes of memory that this process has; the most it ever had, where that is not told."""
    try:
        return int(_STATISTICS.read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
