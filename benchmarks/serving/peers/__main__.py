"""Serve as one of the peers on one core: `python -m benchmarks.serving.peers NAME CORE`."""

from __future__ import annotations

import os
import sys
from importlib import import_module

if __name__ == "__main__":
    name, core = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    import_module(f"benchmarks.serving.peers.{name}").serve()
