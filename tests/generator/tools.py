"""Runs the tools of this environment on what a test has made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import counterfoil


def runs_clean(tool: str, *arguments: str) -> None:
    """Assert that *tool*, run in the working folder, finds nothing."""
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "MYPYPATH": str(Path(counterfoil.__file__).parent.parent)},
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
