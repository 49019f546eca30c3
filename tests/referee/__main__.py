"""Twisted's own tests of twisted.web as a referee: `python -m tests.referee [--without-httptools]`.

They are taken from the package that is installed, and run with our channel, request and site in
place of Twisted's (`tests.referee.ours`). What fails is held against `expected.toml`, which says
why. A failure that is not there, and a test there that passes, fail the run.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import tomllib
import unittest
from collections.abc import Callable, Iterable, Mapping
from os import geteuid
from pathlib import Path
from typing import Final, TextIO, TypeAlias, cast

from twisted.python.log import LogPublisher
from twisted.trial.itrial import IReporter
from twisted.trial.reporter import Reporter
from twisted.trial.runner import TestLoader, TrialRunner
from typing_extensions import override

from tests.referee.ours import install

MODULES: Final = (
    "test_cgi", "test_distrib", "test_http", "test_httpauth", "test_pages", "test_proxy",
    "test_resource", "test_script", "test_static", "test_template", "test_util", "test_vhost",
    "test_web", "test_webclient", "test_websocket", "test_wsgi", "test_xmlrpc",
)  # fmt: skip
"""Of `twisted.web.test`: those whose tests speak to a server, or to its resources."""

Makes: TypeAlias = Callable[[TextIO, str, bool, LogPublisher], IReporter]
"""What `TrialRunner` wants, and Twisted does not say of its own reporters."""

PREFIX: Final = "twisted.web.test."
EXPECTED: Final = Path(__file__).with_name("expected.toml")


class Noting(Reporter):
    """Says nothing, and notes what failed, and how."""

    failed: Final[dict[str, str]] = {}

    @override
    def addError(self, test: unittest.TestCase, error: object) -> None:
        Reporter.addError(self, test, error)
        self.failed[test.id().removeprefix(PREFIX)] = told(error)

    @override
    def addFailure(self, test: unittest.TestCase, fail: object) -> None:
        Reporter.addFailure(self, test, fail)
        self.failed[test.id().removeprefix(PREFIX)] = told(fail)

    @override
    def _write(self, *_: object) -> None: ...

    @override
    def _writeln(self, *_: object) -> None: ...


def told(error: object) -> str:
    """What went wrong, in a line."""
    value = error[1] if isinstance(error, tuple) else getattr(error, "value", error)
    return f"{type(value).__name__}: {value}".replace("\n", " ")[:200]


def expected() -> dict[str, str]:
    """The tests that fail, each with the reason."""
    read = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    reasons = [each for each in read["reason"] if geteuid() == 0 or not each.get("only-as-root")]
    return {test: each["why"] for each in reasons for test in each["tests"]}


def run() -> tuple[int, int]:
    """Run the tests; returns how many there were, and how many of them were skipped."""
    loaded = TestLoader().loadByNames([PREFIX + each for each in MODULES])
    with tempfile.TemporaryDirectory() as folder:
        # What tests write, and the log of the run, is left nowhere.
        result = TrialRunner(cast("Makes", Noting), workingDirectory=f"{folder}/trial").run(loaded)
    return int(result.testsRun), len(result.skips)


def differences(failed: Mapping[str, str], reasons: Iterable[str]) -> list[str]:
    """What is not as it was expected."""
    known = set(reasons)
    unexpected = [f"fails: {name}: {failed[name]}" for name in sorted(failed.keys() - known)]
    return unexpected + [f"passes: {name}" for name in sorted(known - failed.keys())]


def main(*options: str) -> int:
    """Run, compare, tell; returns 1 if anything is not as it was expected."""
    install(without_httptools="--without-httptools" in options)
    logging.getLogger("counterfoil").addHandler(logging.NullHandler())
    count, skipped = run()
    reasons = expected()
    found = differences(Noting.failed, reasons)
    for line in found:
        sys.stdout.write(f"{line}\n")
    for why in sorted(set(reasons.values())):
        sys.stdout.write(f"{sum(each == why for each in reasons.values()):4} fail: {why}\n")
    passed = count - skipped - len(Noting.failed)
    counted = f"{count} tests: {passed} pass, {len(Noting.failed)} fail, {skipped} are skipped"
    sys.stdout.write(f"{counted}; {len(found)} are not as expected\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
