"""Runs counterfoil where every folder lists its files in an order of its own.

Usage: python generate_shuffled.py SEED ARGUMENT...
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from importlib import import_module

order = random.Random(int(sys.argv[1]))
scandir, listdir = os.scandir, os.listdir
listed: list[str] = []


class Shuffled(Iterator[object]):
    """What `os.scandir` returns, in another order."""

    def __init__(self, folder: str = ".") -> None:
        listed.append(os.fspath(folder))
        with scandir(folder) as entries:
            found: list[object] = list(entries)
        order.shuffle(found)
        self._left = iter(found)

    def __next__(self) -> object:
        return next(self._left)

    def __enter__(self) -> Shuffled:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open."""


def shuffled(folder: str = ".") -> list[str]:
    found = listdir(folder)
    order.shuffle(found)
    return found


# Before anything is imported that keeps them under other names.
vars(os).update(scandir=Shuffled, listdir=shuffled)

code = import_module("counterfoil_codegen.cli").main(sys.argv[2:])
sys.exit(code or not listed)
