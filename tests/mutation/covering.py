"""Which tests run which lines, and for how long each test takes."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from pathlib import Path

import coverage
import pytest

__all__ = ["OPTIONS", "Covering", "measure"]

# How many files of either kind are in the first part of the tests of a mutant.
_FIRST = 3

# What is preloaded is not rewritten by pytest, and need not be.
OPTIONS = (
    "-qx",
    *("-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "_hypothesis_pytestplugin"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


@dataclass
class Covering:
    """Tests by module and line, and their durations in seconds."""

    lines: dict[str, Mapping[int, Sequence[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_of(self, module: str, lines: range, budget: float) -> list[list[str]]:
        """Those that run any of *lines*; all of the files concerned where the import alone does.

        They come in two parts: first the files that are most about these lines, and those that are
        most about the module, then the others. Within a part the quickest of each file come first.
        What of a file is over the *budget*, in seconds, is left out.
        """
        by_line = self.lines[module]
        found = {test for line in lines for test in by_line.get(line, ()) if test}
        if not found:
            about = {_file(test) for tests in by_line.values() for test in tests if test}
            found = {test for test in self.seconds if _file(test) in about}
        files: dict[str, list[str]] = {}
        for test in sorted(found & self.seconds.keys(), key=lambda test: self.seconds[test]):
            files.setdefault(_file(test), []).append(test)
        all_of = Counter(map(_file, self.seconds))
        share = {file: len(tests) / all_of[file] for file, tests in files.items()}
        breadth = Counter(file for tests in by_line.values() for file in set(map(_file, tests)))
        order = sorted(files, key=lambda file: (share[file], breadth[file]), reverse=True)
        broad = sorted(files, key=lambda file: breadth[file], reverse=True)
        first = [*dict.fromkeys([*order[:_FIRST], *broad[:_FIRST]])]
        rest = [file for file in order if file not in first]
        return [
            self._within(budget, [files[file] for file in part]) for part in (first, rest) if part
        ]

    def _within(self, budget: float, files: list[list[str]]) -> list[str]:
        """The first test of each file, then the second of each, as long as its *budget* lasts."""
        return [
            test
            for tests in zip_longest(*(self._quickest(budget, tests) for tests in files))
            for test in tests
            if test is not None
        ]

    def _quickest(self, budget: float, tests: list[str]) -> list[str]:
        spent = accumulate(self.seconds[test] for test in tests)
        return [test for test, until_then in zip(tests, spent, strict=True) if until_then <= budget]


def _file(test: str) -> str:
    return test.partition("::")[0]


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
