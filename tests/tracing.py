"""What is measured is the coverage of the runtime; here, nothing is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """Nothing measures coverage meanwhile.

    It is that of the runtime; to look at the generator takes as long again as generating does, and
    a test that has it write a million lines takes twenty times as long.
    """
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
