"""Run the benchmarks: `python -m benchmarks [NAME ...]`, with the names in `BENCHMARKS`.

Without a name it runs those that need nothing but this project. `serving` and `bounds` need other
servers, which `make bench-serving` fetches.
"""

from __future__ import annotations

import sys

from benchmarks import dispatch, encoding, generation, serving
from benchmarks.machine import describe
from benchmarks.serving import bounds

BENCHMARKS = {
    "generation": generation.main,
    "dispatch": dispatch.main,
    "encoding": encoding.main,
    "serving": serving.main,
    "bounds": bounds.main,
}
BY_DEFAULT = ["generation", "dispatch", "encoding"]


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"{__doc__}\nThere is no {', '.join(unknown)}, but {', '.join(BENCHMARKS)}.")
        raise SystemExit(2)
    print(describe())
    for name in names or BY_DEFAULT:
        print()
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
