"""Run the benchmarks: `python -m benchmarks [generation | dispatch ...]`, all by default."""

from __future__ import annotations

import sys

from benchmarks import dispatch, generation
from benchmarks.machine import describe

BENCHMARKS = {"generation": generation.main, "dispatch": dispatch.main}


def main(names: list[str]) -> None:
    print(describe())
    for name in names or list(BENCHMARKS):
        print()
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
