"""Tell whether the generated packages are what the specs ask for. Nothing is written.

If nothing has changed since they were generated, hashes tell so at once. Otherwise, with --full,
and wherever the environment variable CI is set, they are generated again in memory, and every byte
is compared.

examples:
  counterfoil check
  counterfoil check --full --format github
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from importlib import import_module

from counterfoil_codegen.output.fresh import is_fresh
from counterfoil_codegen.reporting import Format
from counterfoil_codegen.target import Target, shown
from counterfoil_codegen.verbs import selection
from counterfoil_codegen.verbs.findings import Findings
from counterfoil_codegen.verbs.selection import Selection, add_arguments, select

__all__ = ["Options", "configure", "run"]


class Options(selection.Options):
    """What `check` takes."""

    def __init__(self) -> None:
        super().__init__()
        self.full: bool = False


def configure(parser: ArgumentParser) -> Options:
    add_arguments(parser, output="the folder that the package's own folder is in")
    parser.add_argument(
        "--full",
        action="store_true",
        help="generate again and compare every byte, even if nothing seems to have changed",
    )
    return Options()


def run(options: Options) -> int:
    selected = select(options)
    stale = [t for t in selected.targets if options.full or _in_ci() or not is_fresh(t)]
    if stale:
        # Imported late: the quick answer is not to wait for YAML, templates and pydantic.
        full = import_module("counterfoil_codegen.verbs.comparing")
        compare: Callable[[Sequence[Target], Selection, Format], int] = full.compare
        return compare(stale, selected, options.format)
    Findings(options.format).write()
    for target in selected.targets:
        sys.stderr.write(f"{shown(target.folder)}: up to date\n")
    return 0


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}
