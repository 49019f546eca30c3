"""Which tests run which lines, and for how long each test takes."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import coverage
import pytest

__all__ = ["OPTIONS", "Covering", "measure"]

# What is preloaded is not rewritten by pytest, and need not be.
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass
class Covering:
    """Tests by module and line, and their durations in seconds."""

    lines: dict[str, Mapping[int, Sequence[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_of(self, module: str, lines: range, budget: float) -> list[str]:
        """Those that run any of *lines*; for lines run by the import alone, those of the module.

        The quickest of each file come first; what is over the *budget*, in seconds, is left out.
        """
        by_line = self.lines[module]
        found = {test for line in lines for test in by_line.get(line, ()) if test}
        if not found:
            found = {test for tests in by_line.values() for test in tests if test}
        ranks: Counter[str] = Counter()
        ranked: list[tuple[int, float, str]] = []
        for seconds, test in sorted(
            (self.seconds[test], test) for test in found & set(self.seconds)
        ):
            file = test.partition("::")[0]
            ranked.append((ranks[file], seconds, test))
            ranks[file] += 1
        chosen = []
        for _, seconds, test in sorted(ranked):
            budget -= seconds
            if budget < 0:
                break
            chosen.append(test)
        return chosen


class _Contexts:
    """Tells coverage which test runs, whatever thread it runs in."""

    def __init__(self, measured: coverage.Coverage, seconds: dict[str, float]) -> None:
        self._coverage = measured
        self._seconds = seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        began = time.monotonic()
        self._coverage.switch_context(item.nodeid)
        result = yield
        self._coverage.switch_context("")
        self._seconds[item.nodeid] = time.monotonic() - began
        return result


def measure(modules: Sequence[Path], tests: Sequence[str]) -> Covering:
    """Run *tests*, in this process, and see what they cover of *modules*.

    Raises `SystemExit` if they do not all pass.
    """
    measured = coverage.Coverage(
        data_file=None, branch=False, include=[str(module) for module in modules], config_file=False
    )
    covering = Covering()
    measured.start()
    contexts = _Contexts(measured, covering.seconds)
    status = pytest.main([*OPTIONS, *tests], plugins=[contexts])
    measured.stop()
    if status != pytest.ExitCode.OK:
        sys.exit("The tests do not pass on the module as it is.")
    data = measured.get_data()
    for module in modules:
        covering.lines[str(module)] = data.contexts_by_lineno(str(module))
    return covering
