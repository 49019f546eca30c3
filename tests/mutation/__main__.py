"""Mutation testing: `python -m tests.mutation [--every N] [--report FILE] [MODULE ...]`.

Changes the modules that `[tool.counterfoil-mutation]` of pyproject.toml lists in one place at a
time, runs the tests that cover the place, and lists the mutants that no test fails on.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from tests.mutation.covering import Covering, measure
from tests.mutation.operators import Mutant, mutants
from tests.mutation.trial import preload, trial

_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class _Settings:
    source: str
    modules: list[str]
    tests: list[str]
    preload: list[str]
    longest: float
    """How long a test may take, in seconds, to be run on mutants."""

    budget: float
    """How long the tests of one file may take, in seconds, for one mutant."""


@dataclass
class _Tally:
    mutants: int = 0
    tried: int = 0
    survived: int = 0


def main() -> int:
    """Status 1 if a mutant survived."""
    arguments = _arguments()
    os.chdir(_ROOT)
    table = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]
    settings = _Settings(**table["counterfoil-mutation"])
    sys.path[:0] = [str(_ROOT / each) for each in ("runtime", "generator", "generated")]
    preload(settings.preload)
    covering = _measured(settings, arguments.covering)
    tallies: dict[str, _Tally] = {}
    with Path(arguments.report).open("w", encoding="utf-8") as report:
        for module in arguments.modules or settings.modules:
            tallies[module] = _try(module, settings, covering, arguments, report)
            print(f"{module}: {tallies[module]}", flush=True)
    return any(tally.survived for tally in tallies.values())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="modules, of those that are listed")
    parser.add_argument("--every", type=int, default=1, help="try one mutant in so many")
    parser.add_argument("--offset", type=int, default=0, help="which of so many")
    parser.add_argument("--report", default="var/mutation.txt", help="what became of each mutant")
    parser.add_argument("--quick", action="store_true", help="run the likeliest tests alone")
    parser.add_argument("--again", help="a report: try only what survived in it")
    parser.add_argument("--covering", help="a file to keep what covers what in, and take it from")
    parser.add_argument("--lines", help="those of some lines only, as 10-20")
    return parser.parse_args()


def _measured(settings: _Settings, kept: str | None) -> Covering:
    """What covers what, found out in a process of its own."""
    file = Path(kept or f"var/covering-{os.getpid()}.json")
    if not file.exists():
        child = os.fork()
        if child == 0:
            modules = [_ROOT / settings.source / module for module in settings.modules]
            found = measure(modules, settings.tests)
            file.write_text(json.dumps(asdict(found)), encoding="utf-8")
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit("The tests do not pass on the modules as they are.")
    text = json.loads(file.read_text(encoding="utf-8"))
    if kept is None:
        file.unlink()
    lines: dict[str, Mapping[int, Sequence[str]]] = {
        name: {int(line): tests for line, tests in found.items()}
        for name, found in text["lines"].items()
    }
    seconds = {name: spent for name, spent in text["seconds"].items() if spent <= settings.longest}
    return Covering(lines, seconds)


def _try(
    module: str,
    settings: _Settings,
    covering: Covering,
    arguments: argparse.Namespace,
    report: TextIO,
) -> _Tally:
    file = _ROOT / settings.source / module
    name = ".".join((Path(settings.source).name, *Path(module).with_suffix("").parts))
    tally = _Tally()
    again = _survivors(arguments.again)
    for mutant in _chosen(mutants(file.read_text(encoding="utf-8"), str(file)), arguments.lines):
        tally.mutants += 1
        line = f"{module}:{mutant.lines.start}: {mutant.change}"
        if tally.mutants % arguments.every != arguments.offset:
            continue
        if again is not None and f"{module}: {mutant.change}" not in again:
            continue
        began = time.monotonic()
        killer = None
        parts = covering.tests_of(str(file), mutant.lines, settings.budget)
        for tests in parts[:1] if arguments.quick else parts:
            allowed = 15 + 5 * sum(covering.seconds[test] for test in tests)
            killer = killer or trial(name, mutant.code, tests, allowed)
        tally.tried += 1
        tally.survived += killer is None
        verdict = "SURVIVED" if killer is None else f"killed by {killer}"
        print(f"{line}: {verdict}, {time.monotonic() - began:.1f} s", file=report, flush=True)
        if killer is None:
            print(f"  {line}", flush=True)
    return tally


def _survivors(report: str | None) -> frozenset[str] | None:
    """What survived, by module and change, for lines move; None without a report."""
    if report is None:
        return None
    text = Path(report).read_text(encoding="utf-8")
    found = re.findall(r"^(.+?):\d+: (.+): SURVIVED", text, re.MULTILINE)
    return frozenset(f"{module}: {change}" for module, change in found)


def _chosen(found: Iterator[Mutant], lines: str | None) -> Iterator[Mutant]:
    if lines is None:
        return found
    first, _, last = lines.partition("-")
    wanted = range(int(first), int(last or first) + 1)
    return (mutant for mutant in found if mutant.lines.start in wanted)


if __name__ == "__main__":
    sys.exit(main())
