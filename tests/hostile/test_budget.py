"""C14: what one API may ask of the machine has limits, which the configuration may raise."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_codegen import pipeline
from counterfoil_codegen.budget import USUAL, Budget, BudgetError, Meter
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.target import Target

from tests.hostile.documents import Json

SPAN = Span("spec.json", 1, 1)


def found(
    folder: Path, document: Json, budget: Budget = USUAL, waived: frozenset[str] = frozenset()
) -> list[str]:
    """The rules of what is wrong with a document."""
    spec = folder / "spec.json"
    spec.write_text(json.dumps(document))
    reading = pipeline.read(
        Target("api", (spec,), folder / "out", folder, folder, budget=budget), waived
    )
    built = pipeline.build(reading)
    errors = [one.rule.id for one in reading.diagnostics if one.severity.value == "error"]
    assert (built is None) == bool(errors)
    return errors


def operations(count: int) -> Json:
    one: Json = {"get": {"responses": {"204": {"description": "Done"}}}}
    return {**HEAD, "paths": {f"/a{number}": one for number in range(count)}}


def schemas(count: int) -> Json:
    one: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
    return {**HEAD, "paths": {}, "components": {"schemas": {f"S{n}": one for n in range(count)}}}


HEAD: dict[str, Json] = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}}


def test_c14_the_usual_limits() -> None:
    assert Budget(operations=2_000, schemas=10_000, seconds=60, memory=1_024) == USUAL


def test_c14_operations_past_the_limit(tmp_path: Path) -> None:
    assert found(tmp_path, operations(2_001)) == ["CF171"]
    assert found(tmp_path, operations(3), replace(USUAL, operations=2)) == ["CF171"]
    assert found(tmp_path, operations(3), replace(USUAL, operations=3)) == []
    assert found(tmp_path, operations(3), replace(USUAL, operations=2), frozenset({"CF171"})) == []


def test_c14_webhooks_and_callbacks_count_as_operations(tmp_path: Path) -> None:
    document = operations(1)
    assert isinstance(document, dict)
    sent: Json = {"post": {"responses": {"204": {"description": "Done"}}}}
    document["webhooks"] = {"one": sent, "two": sent}
    assert found(tmp_path, document, replace(USUAL, operations=2)) == ["CF171"]
    assert found(tmp_path, document, replace(USUAL, operations=3)) == []


def test_c14_schemas_past_the_limit(tmp_path: Path) -> None:
    assert found(tmp_path, schemas(10_001)) == ["CF172"]
    assert found(tmp_path, schemas(3), replace(USUAL, schemas=2)) == ["CF172"]
    assert found(tmp_path, schemas(3), replace(USUAL, schemas=3)) == []
    assert found(tmp_path, schemas(3), replace(USUAL, schemas=2), frozenset({"CF172"})) == []


def spend(meter: Meter) -> None:
    with meter.watch():
        work()


def work() -> None:
    """Work without an end, but for the budget's, as a library that catches every error."""
    while time.monotonic() > 0:
        with contextlib.suppress(Exception):
            sum(range(10_000))


def test_c14_time_ends_whatever_is_being_done() -> None:
    diagnostics = Diagnostics()
    meter = Meter(replace(USUAL, seconds=1), diagnostics, SPAN)
    before = signal.getsignal(signal.SIGPROF)
    spend(meter)
    (finding,) = diagnostics
    assert (finding.rule.id, finding.span) == ("CF173", SPAN)
    assert "seconds = under [tool.counterfoil.limits]" in finding.help
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_c14_time_adds_up_over_the_stretches() -> None:
    diagnostics = Diagnostics()
    meter = Meter(replace(USUAL, seconds=1), diagnostics, SPAN)
    spend(meter)
    spend(meter)
    assert len(diagnostics) == 1


def test_c14_what_is_taken_back_is_not_interrupted() -> None:
    """Leaving may take longer than a tick; nothing is raised on the way, or in what comes after."""
    diagnostics = Diagnostics()
    taken_back: list[float] = []
    watched = Meter(replace(USUAL, seconds=1), diagnostics, SPAN).watch()
    with watched, contextlib.ExitStack() as stack:
        stack.callback(lambda: taken_back.append(spent(0.5)))
        work()
    assert len(taken_back) == 1
    assert len(diagnostics) == 1


def spent(seconds: float) -> float:
    """Take so many seconds of the processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        sum(range(1_000))
    return seconds


def test_c14_memory_ends_whatever_is_being_done() -> None:
    diagnostics = Diagnostics()
    kept: list[bytes] = []
    with Meter(replace(USUAL, memory=64), diagnostics, SPAN).watch():
        kept.extend(b"x" * (2**16 + number) for number in range(2**15))
    assert [one.rule.id for one in diagnostics] == ["CF174"]
    kept.clear()


class Last:
    """What takes too much while it is freed, where what is raised ends nothing."""

    def __del__(self) -> None:
        spent(2)


def test_c14_what_is_passed_where_nothing_can_be_raised_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    diagnostics = Diagnostics()
    with Meter(replace(USUAL, seconds=0), diagnostics, SPAN).watch():
        Last()
    assert len(ignored) == 1
    ignored.clear()
    assert [one.rule.id for one in diagnostics] == ["CF173"]


def starve() -> None:
    raise MemoryError


def test_c14_a_system_without_memory_is_told_as_what_it_is() -> None:
    diagnostics = Diagnostics()
    with Meter(USUAL, diagnostics, SPAN).watch():
        starve()
    (one,) = diagnostics
    assert one.rule.id == "CF174"
    assert "ulimit" in one.help


def test_c14_what_is_waived_has_no_limit() -> None:
    every = frozenset({"CF171", "CF172", "CF173", "CF174"})
    lifted = USUAL.without(every)
    assert lifted.operations > 10**9
    assert lifted.schemas > 10**9
    assert lifted.seconds > 10**9
    assert lifted.memory > 10**9
    assert USUAL.without(frozenset({"CF406"})) == USUAL


def test_c14_outside_the_main_thread_counts_are_still_held() -> None:
    """There Python hears no signals: time and memory are not watched."""
    diagnostics = Diagnostics()

    def run() -> None:
        with Meter(replace(USUAL, operations=1), diagnostics, SPAN).watch():
            USUAL.check_operations(2_001, _Here())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert [one.rule.id for one in diagnostics] == ["CF171"]


class _Here:
    span = SPAN


def test_c14_an_error_of_a_budget_is_none_that_libraries_catch() -> None:
    assert not issubclass(BudgetError, Exception)


@pytest.fixture(autouse=True)
def _no_timer_is_left() -> Iterator[None]:
    yield
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
