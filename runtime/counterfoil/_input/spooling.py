"""Where the files of a form are until it has been answered: in memory, and in one file on disk."""

from __future__ import annotations

import io
import tempfile
import threading
from io import BytesIO
from typing import BinaryIO, Final

from typing_extensions import Buffer, override

from counterfoil._threads import defer_to_thread

__all__ = ["IN_MEMORY", "PIECE", "Spool", "Store"]

IN_MEMORY: Final = 1024 * 1024
"""How many bytes of the files of one form are kept in memory."""

PIECE: Final = 256 * 1024
"""How many bytes are written to a file, or read from it, by one call in a thread."""


class Store:
    """The files of one form. However many they are, at most one descriptor is open for them."""

    def __init__(self) -> None:
        self.in_memory = 0
        self._lock = threading.Lock()  # threads read and write by one position
        self._file: BinaryIO | None = None
        self._size = 0
        self._is_closed = False

    def open(self) -> int:
        """Make the file, if there is none; where in it the next one begins. Raises `OSError`."""
        with self._lock:
            if self._is_closed:
                raise ValueError("the form is over")
            if self._file is None:
                self._file = _temporary_file()
            return self._size

    def append(self, data: bytes) -> None:
        """Write *data* at the end. Raises `OSError`, and `ValueError` when the form is over."""
        with self._lock:
            file = self._opened()
            file.seek(self._size)
            file.write(data)
            self._size += len(data)

    def read(self, start: int, size: int) -> bytes:
        """*size* bytes. Raises `OSError`, and `ValueError` when the form is over."""
        with self._lock:
            file = self._opened()
            file.seek(start)
            return file.read(size)

    def close(self) -> None:
        """Delete it all."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()

    def _opened(self) -> BinaryIO:
        if self._file is None or self._is_closed:
            raise ValueError("the form is over")
        return self._file


class Spool:
    """A file that grows: in memory at first, and on disk when the memory of *store* is used up.

    It is settled and finished before another one of the same store is settled.
    """

    def __init__(self, store: Store) -> None:
        self.size = 0
        self._store = store
        self._waiting = bytearray()
        self._start: int | None = None

    def add(self, data: bytes) -> None:
        """Add *data*; `settle` comes before the next."""
        self.size += len(data)
        self._waiting += data
        if self._start is None:
            self._store.in_memory += len(data)

    async def settle(self) -> None:
        """Bring to disk what is not to stay in memory. Raises `OSError` if that fails."""
        if self._start is None and self._store.in_memory > IN_MEMORY:
            self._store.in_memory -= self.size
            self._start = await defer_to_thread(self._store.open)
        if self._start is not None and len(self._waiting) >= PIECE:
            await self._write()

    async def finish(self) -> BinaryIO:
        """The file, at its beginning. Raises `OSError` as `settle` does."""
        if self._start is None:
            return BytesIO(bytes(self._waiting))
        await self._write()
        return io.BufferedReader(_Part(self._store, self._start, self.size), PIECE)

    async def _write(self) -> None:
        data, self._waiting = self._waiting, bytearray()
        await defer_to_thread(self._store.append, bytes(data))


class _Part(io.RawIOBase):
    """A part of the file of a store, as a file of its own."""

    def __init__(self, store: Store, start: int, size: int) -> None:
        self._store = store
        self._start = start
        self._size = size
        self._position = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._position

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError("a position is not negative")
        self._position = origin + offset
        return self._position

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        into = memoryview(buffer).cast("B")
        data = self._store.read(self._start + self._position, min(len(into), self._left()))
        into[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _left(self) -> int:
        return max(0, self._size - self._position)


def _temporary_file() -> BinaryIO:
    """A file that has no name, so nothing of it stays, whatever ends the process."""
    return tempfile.TemporaryFile(prefix="counterfoil-")
