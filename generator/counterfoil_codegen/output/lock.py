"""One writer at a time in a folder. The lock ends with its process, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_WAIT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.05

if sys.platform == "win32":

    def _lock(folder: Path) -> int:
        # The system removes the file with the last handle, even that of a process that died.
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY
        try:
            return os.open(folder / ".counterfoil-lock", flags)
        except (FileExistsError, PermissionError) as error:
            raise BlockingIOError from error

    def _share(folder: Path) -> int | None:
        return None  # who only reads writes no file, not even one to lock with

else:
    import errno
    import fcntl

    _NO_LOCKS: Final = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP}

    def _lock(folder: Path) -> int | None:
        return _flock(folder, fcntl.LOCK_EX)

    def _share(folder: Path) -> int | None:
        return _flock(folder, fcntl.LOCK_SH)

    def _flock(folder: Path, kind: int) -> int | None:
        # The folder itself is locked: no lock file is left behind, and none can be in the way.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _NO_LOCKS:  # some network file systems lock no folder
                return None
            raise
        return descriptor


@contextmanager
def exclusive(folder: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[bool]:
    """Hold *folder* against every other counterfoil. What is given is whether that was possible.

    Raises:
        TimeoutError: another one has held it for *wait_seconds*.
    """
    descriptor = _acquired(_lock, folder, wait_seconds)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def shared(folder: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Keep every other counterfoil from writing in *folder*, if it is there and can be read.

    Raises:
        TimeoutError: another one has been writing for *wait_seconds*.
    """
    descriptor = None
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        descriptor = _acquired(_share, folder, wait_seconds)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquired(
    acquire: Callable[[Path], int | None], folder: Path, wait_seconds: float
) -> int | None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return acquire(folder)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another counterfoil is writing to {folder}") from error
            time.sleep(_POLL_SECONDS)
