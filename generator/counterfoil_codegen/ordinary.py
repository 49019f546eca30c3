"""Opening ordinary files alone: a pipe would never end, and a device could do anything.

What a name leads to may change between a look at it and the moment it is opened. So what was opened
is what is judged, and it is read no further than it may be long, however fast it grows.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 16 * 2**20  # bytes that are read of any file
# Opening a pipe, where there are such, does not wait for somebody to write to it.
_FLAGS: Final[int] = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


class TooLargeError(Exception):
    """A file is larger than `LARGEST`."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size: Final = size


def read(path: Path) -> bytes:
    """The bytes of a file that is no link.

    Raises:
        TooLargeError: it has too many.
        OSError: it is not an ordinary file, or cannot be read.
    """
    data, size = _read(path)
    if len(data) > LARGEST:
        raise TooLargeError(size)
    return data


def beginning(path: Path) -> bytes:
    """As `read`, but of a file that is too large the first part.

    Raises:
        OSError: it is not an ordinary file, or cannot be read.
    """
    return _read(path)[0][:LARGEST]


def _read(path: Path) -> tuple[bytes, int]:
    """One byte more than are read of any file, if there are as many; and how many there are."""
    _refuse_others(path.lstat().st_mode)  # opening a device may be enough to do something
    with open(path, "rb", opener=_open) as file:
        _refuse_others(os.fstat(file.fileno()).st_mode)
        data = file.read(LARGEST + 1)
        return data, max(len(data), os.fstat(file.fileno()).st_size)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _refuse_others(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file")
