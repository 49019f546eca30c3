"""The verbs of the command, one a module.

Each has `configure(parser) -> Options`, which adds its arguments and gives what they are read into,
and `run(options) -> int`, which returns the exit code. The docstring is its `--help`.
"""

from __future__ import annotations
