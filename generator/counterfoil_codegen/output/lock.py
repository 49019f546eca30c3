"""One writer at a time in a folder. The lock ends with its process, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_WAIT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.05

if sys.platform == "win32":

    def _acquire(folder: Path) -> int:
        # The system removes the file with the last handle, even that of a process that died.
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY
        try:
            return os.open(folder / ".counterfoil-lock", flags)
        except (FileExistsError, PermissionError) as error:
            raise BlockingIOError from error

else:
    import errno
    import fcntl

    _NO_LOCKS: Final = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP}

    def _acquire(folder: Path) -> int:
        # The folder itself is locked: no lock file is left behind, and none can be in the way.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS:  # some network file systems lock no folder
                os.close(descriptor)
                raise
        return descriptor


@contextmanager
def exclusive(folder: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold *folder* against every other counterfoil.

    Raises:
        TimeoutError: another one has held it for *wait_seconds*.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            descriptor = _acquire(folder)
            break
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another counterfoil is writing to {folder}") from error
            time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)
