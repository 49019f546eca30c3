"""One mutant against the tests that cover it, in a process of its own.

The process is forked from one that has imported all that the tests need but for the project and the
reactor, so that it starts in no time. The mutant is never written anywhere: its code object is what
the import system runs in the place of the module.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import select
import signal
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

import pytest
from _pytest.config import default_plugins

from tests.mutation.covering import OPTIONS

__all__ = ["ERROR", "TIMEOUT", "preload", "trial"]

ERROR = "an error before any test"
TIMEOUT = "the timeout"

# What the tests wait for on a socket, in seconds; a mutant that does not answer is waited for.
_DEADLINE = 4.0


def preload(names: Sequence[str]) -> None:
    """Import what each trial would import.

    The reactor is left out: what it is made of would be shared with every fork.
    """
    for name in (*(f"_pytest.{each}" for each in default_plugins), *names):
        importlib.import_module(name)
    if "twisted.internet.reactor" in sys.modules:
        sys.exit("What is preloaded has imported the reactor.")


def trial(module: str, code: CodeType, tests: Sequence[str], timeout: float) -> str | None:
    """What killed the mutant *code* of *module*: a test, or `ERROR`, or `TIMEOUT`; None if nothing.

    *timeout* is in seconds.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run(module, code, tests, writing)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], timeout)
        said = os.read(reading, 4096).decode() if ready else TIMEOUT
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return None if said == "survived" else said or ERROR


def _run(module: str, code: CodeType, tests: Sequence[str], writing: int) -> None:
    """Say what killed it, and end the process."""
    said = ERROR
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        sys.meta_path.insert(0, _Finder(module, code))
        vars(importlib.import_module("tests.serving"))["DEADLINE"] = _DEADLINE
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        options = [*OPTIONS, "--hypothesis-seed=0", *files]
        status = pytest.main(options, plugins=[_Chosen(tests, writing)])
        said = "survived" if status == pytest.ExitCode.OK else ERROR
    finally:
        os.write(writing, said.encode())
        os._exit(0)


class _Chosen:
    """Runs some of the tests that are collected, in their order, until one fails."""

    def __init__(self, tests: Sequence[str], writing: int) -> None:
        self._rank = {test: rank for rank, test in enumerate(tests)}
        self._writing = writing

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._rank]
        items.sort(key=lambda item: self._rank[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self._writing, report.nodeid.encode())
            os._exit(0)  # a server that does not work any more would not stop either


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, and has it loaded from a code object."""

    def __init__(self, module: str, code: CodeType) -> None:
        self._module = module
        self._code = code

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        loader = _Loader(fullname, self._code)
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, module: str, code: CodeType) -> None:
        super().__init__(module, code.co_filename)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code
