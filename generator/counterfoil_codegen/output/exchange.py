"""Two folders change places in one step, which no kill can come in between."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

_AT_FDCWD: Final = -100  # from here on, as all of these, as Linux has them: renameat2(2)
_RENAME_EXCHANGE: Final = 2


def exchange(one: Path, other: Path) -> bool:
    """Have two folders of one file system change places; False, and nothing done, if they cannot.

    Linux can do that, on most of its file systems; a folder that something is mounted on stays.
    """
    if sys.platform != "linux":
        return False
    try:
        # Imported late: it opens libraries, which no first `generate` and no `check` needs.
        library = import_module("ctypes").CDLL(None)
        rename: Callable[[int, bytes, int, bytes, int], int] = library.renameat2
    except (ImportError, AttributeError, OSError):  # another C library, or an old one
        return False
    old, new = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    return rename(_AT_FDCWD, old, _AT_FDCWD, new, _RENAME_EXCHANGE) == 0
