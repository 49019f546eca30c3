"""The process that binds the sockets, and sees to it that workers serve on them."""

from __future__ import annotations

import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from counterfoil._serving.changes import Changes, are_specs
from counterfoil._serving.sockets import BoundSocket, as_adopted
from counterfoil._serving.worker import READY, Order, command, descriptors

__all__ = ["Supervisor"]

LOOK_SECONDS: Final = 0.5
"""How often files are looked at."""

YOUNG_SECONDS: Final = 10.0
"""A worker that lives less long has failed to start, as it were: the next waits longer."""

SHORTEST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 30.0
LAST_SECONDS: Final = 5.0
"""How long a worker has, in seconds, beyond the time that it has to end."""

_WATCHED: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    told: int
    """Where it says that it serves; -1 when it has, or has not."""

    is_new: bool
    """Whether it is one of those that are to take over."""

    began: float
    is_ready: bool = False
    is_retired: bool = False
    ends_at: float = math.inf
    """When it is killed, if it has not ended by itself then."""


class Supervisor:
    """Keeps workers at work: restarts the dead, and lets new ones take over."""

    def __init__(
        self,
        target: str,
        endpoints: Sequence[str],
        bound: Sequence[BoundSocket],
        *,
        workers: int,
        reactor: str | None,
        grace: float,
        changes: Changes | None,
        say: Callable[[str], None],
    ) -> None:
        self._bound = bound
        self._count = workers
        self._grace = grace
        self._changes = changes
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._life, self._held = os.pipe()
        handed = tuple(each.socket.fileno() for each in bound)
        self._order = Order(
            target, tuple(map(as_adopted, endpoints)), handed, -1, self._life, grace, reactor
        )
        self._workers: list[_Worker] = []
        self._pause = SHORTEST_PAUSE
        self._start_at: float | None = None
        self._signals: list[int] = []
        self._has_served = False
        self._is_to_renew = False
        self._stops = False
        self._failed = False

    def run(self) -> int:
        """Serve until a signal ends it; the exit code."""
        with self._woken_by_signals():
            self._start(self._count, is_new=False)
            try:
                while self._workers or self._start_at is not None or self._awaits_changes():
                    self._step()
            finally:
                self._kill(self._workers)
                for each in self._bound:
                    each.close()
        return 1 if self._failed else 0

    def _awaits_changes(self) -> bool:
        return self._changes is not None and not self._stops

    def _step(self) -> None:
        timeout = LOOK_SECONDS if self._changes is not None else None
        due = min([self._start_at or math.inf, *(each.ends_at for each in self._workers)])
        if due < math.inf:
            until = max(0.0, due - time.monotonic())
            timeout = until if timeout is None else min(timeout, until)
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, _Worker):
                self._hear(key.data)
            else:
                os.read(key.fd, 4096)
        for number in self._taken_signals():
            self._obey(number)
        self._kill([each for each in self._workers if each.ends_at <= time.monotonic()])
        self._reap()
        if self._start_at is not None and time.monotonic() >= self._start_at:
            self._start_at = None
            # Those that are to take over may fail to.
            alive = sum(not (each.is_retired or each.is_new) for each in self._workers)
            self._start(self._count - alive, is_new=False)
        if self._is_to_renew and not self._new():
            self._renew()
        if self._changes is not None and not self._stops:
            self._look(self._changes)

    # Workers.

    def _start(self, count: int, *, is_new: bool) -> None:
        for _ in range(count):
            try:
                self._workers.append(self._started(is_new=is_new))
            except OSError as error:  # too little memory, or an interpreter that is being replaced
                self._do_without(str(error), 0.0, is_new=is_new)
                return

    def _started(self, *, is_new: bool) -> _Worker:
        told, tells = os.pipe()
        with ExitStack() as if_not:
            if_not.callback(os.close, told)
            try:
                order = replace(self._order, told=tells)
                process = subprocess.Popen(command(order), pass_fds=descriptors(order))
            finally:
                os.close(tells)
            if_not.pop_all()
        worker = _Worker(process, told, is_new, time.monotonic())
        self._selector.register(told, selectors.EVENT_READ, worker)
        return worker

    def _new(self) -> list[_Worker]:
        """Those that are to take over."""
        return [each for each in self._workers if each.is_new]

    def _hear(self, worker: _Worker) -> None:
        """A worker has said that it serves, or is gone."""
        worker.is_ready = os.read(worker.told, len(READY)) == READY
        self._has_served |= worker.is_ready
        self._hang_up(worker)
        new = self._new()
        if new and all(each.is_ready for each in new):
            self._say("the new workers serve")
            self._retire([each for each in self._workers if not each.is_new])
            for each in new:
                each.is_new = False

    def _retire(self, workers: Sequence[_Worker]) -> None:
        """Have *workers* end what they have begun, and leave the rest to others."""
        ends_at = time.monotonic() + self._grace + LAST_SECONDS
        for each in workers:
            each.is_new, each.is_retired = False, True
            each.ends_at = min(each.ends_at, ends_at)
            self._send(each, signal.SIGHUP)

    def _hang_up(self, worker: _Worker) -> None:
        if worker.told != -1:
            self._selector.unregister(worker.told)
            os.close(worker.told)
            worker.told = -1

    def _reap(self) -> None:
        for worker in [each for each in self._workers if each.process.poll() is not None]:
            self._workers.remove(worker)
            self._hang_up(worker)
            if not (self._stops or worker.is_retired):
                self._replace(worker)

    def _replace(self, dead: _Worker) -> None:
        code = dead.process.returncode
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        self._do_without(how, time.monotonic() - dead.began, is_new=dead.is_new)

    def _do_without(self, why: str, lived: float, *, is_new: bool) -> None:
        """A worker is missing, which has lived for so many seconds."""
        if is_new:
            goes_on = "the old ones go on" if self._has_served else "mend it"
            self._say(f"a new worker could not serve ({why}): {goes_on}")
            self._retire(self._new())
        elif not self._has_served:
            self._failed = True
            if self._changes is None:
                self._say(f"a worker could not serve ({why})")
                self._stop(signal.SIGTERM)
            else:
                self._say(f"a worker could not serve ({why}): mend it")
        else:
            is_young = lived < YOUNG_SECONDS
            self._pause = min(self._pause * 2, LONGEST_PAUSE) if is_young else SHORTEST_PAUSE
            self._say(f"a worker has ended ({why}): another starts in {self._pause:.1f} s")
            self._start_at = time.monotonic() + self._pause

    def _send(self, worker: _Worker, number: int) -> None:
        with suppress(ProcessLookupError):
            worker.process.send_signal(number)

    def _kill(self, workers: Sequence[_Worker]) -> None:
        for worker in workers:
            worker.is_retired = True
            self._send(worker, signal.SIGKILL)
            worker.process.wait()

    # What it is told.

    def _obey(self, number: int) -> None:
        match number:
            case signal.SIGHUP:
                self._renew()
            case signal.SIGTERM | signal.SIGINT if self._stops:
                self._kill(self._workers)
            case signal.SIGTERM | signal.SIGINT:
                self._stop(number)
            case _:
                pass  # a worker has ended

    def _renew(self) -> None:
        """Have new workers take over, which read everything anew."""
        if self._stops:
            return
        # What they have read may be older than what is to be taken over now.
        self._is_to_renew = bool(self._new())
        if self._is_to_renew:
            return
        self._failed = False
        self._say("new workers start")
        self._start(self._count, is_new=True)

    def _stop(self, number: int) -> None:
        self._stops = True
        self._start_at = None
        for each in self._bound:
            each.hide()  # who connects from now on would wait for nobody
        for worker in self._workers:
            if not worker.is_retired:  # those end already, and a second signal would cut it short
                self._send(worker, signal.SIGTERM)
        signal.signal(signal.SIGALRM, lambda *_: self._kill(self._workers))
        signal.setitimer(signal.ITIMER_REAL, self._grace + LAST_SECONDS)

    def _look(self, changes: Changes) -> None:
        endings = changes.found()
        if not endings:
            return
        if are_specs(endings) and not _is_generated():
            self._say("the old workers go on, until the spec is mended")
            return
        changes.settle()
        self._renew()

    # Signals.

    @contextmanager
    def _woken_by_signals(self) -> Iterator[None]:
        woken, wakes = os.pipe()
        for end in (woken, wakes):
            os.set_blocking(end, False)
        before = {each: signal.getsignal(each) for each in _WATCHED}
        for each in _WATCHED:
            signal.signal(each, lambda number, _: self._signals.append(number))
        wakeup = signal.set_wakeup_fd(wakes)
        self._selector.register(woken, selectors.EVENT_READ)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for each, handler in before.items():
                signal.signal(each, handler)
            for end in (woken, wakes, self._life, self._held):
                os.close(end)
            self._selector.close()

    def _taken_signals(self) -> list[int]:
        taken = self._signals[:]
        del self._signals[: len(taken)]
        return taken


def _is_generated() -> bool:
    """Whether the packages could be generated anew; what is wrong with the specs is printed."""
    if not Path("pyproject.toml").exists():
        return True
    ran = subprocess.run(
        [sys.executable, "-m", "counterfoil_codegen", "generate"], check=False, stdout=sys.stderr
    )
    return ran.returncode == 0
