"""Files that come in a form: in memory while they are small, and else on disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from pydantic_core import CoreSchema, core_schema

from counterfoil._threads import defer_to_thread
from counterfoil._types import Request

__all__ = ["Spool", "Upload", "close_uploads", "keep_until_answered"]

IN_MEMORY: Final = 1024 * 1024
"""How many bytes of the files of one form are kept in memory."""

_PIECE: Final = 256 * 1024
"""How many bytes are written to a file, or read from it, by one call in a thread."""


class Upload:
    """A file of a form (RFC 7578), which is there until the request has been answered.

    What is to last longer is saved: `await body.photo.save(path)`.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        size: int,
        filename: str | None = None,
        media_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.file = file
        """For reading in a thread; it stands at the beginning."""

        self.size = size
        """In bytes."""

        self.filename = filename
        """As the client calls it, without folders: no path, and not to be trusted as one."""

        self.media_type = media_type
        """As the client says: nothing has looked into the file."""

        self.headers: Mapping[str, str] = {} if headers is None else headers
        """Those of its part, by name in lower case."""

    @classmethod
    def of(cls, content: bytes, filename: str | None = None, media_type: str = "") -> Upload:
        """A file that holds *content*, for tests."""
        kind = media_type or "application/octet-stream"
        return cls(BytesIO(content), size=len(content), filename=filename, media_type=kind)

    async def read(self) -> bytes:
        """All of it, in one piece."""
        return b"".join([piece async for piece in self.pieces()])

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it, from the beginning, in pieces of a bounded size."""
        if isinstance(self.file, BytesIO):
            yield self.file.getvalue()
            return
        offset = 0
        while piece := await defer_to_thread(self._piece, offset):
            offset += len(piece)
            yield piece

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a new file at *path*.

        Raises `FileExistsError` if there is one, and `OSError` for what else goes wrong: then
        nothing half-written stays.
        """
        await defer_to_thread(self._save, path)

    def close(self) -> None:
        """Delete it."""
        self.file.close()

    def _piece(self, offset: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(_PIECE)

    def _save(self, path: str | os.PathLike[str]) -> None:
        self.file.seek(0)
        with Path(path).open("xb") as saved:
            try:
                shutil.copyfileobj(self.file, saved, _PIECE)
            except BaseException:
                Path(path).unlink()
                raise

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


class Budget:
    """How much memory the files of one form take together."""

    def __init__(self) -> None:
        self.used = 0


class Spool:
    """A file that grows: in memory at first, and on disk when *budget* is used up."""

    def __init__(self, budget: Budget) -> None:
        self.size = 0
        self._budget = budget
        self._waiting = bytearray()
        self._file: BinaryIO | None = None

    def add(self, data: bytes) -> None:
        """Add *data*; `settle` comes before the next."""
        self.size += len(data)
        self._waiting += data
        if self._file is None:
            self._budget.used += len(data)

    async def settle(self) -> None:
        """Bring to disk what is not to stay in memory. Raises `OSError` if that fails."""
        if self._file is None and self._budget.used > IN_MEMORY:
            self._budget.used -= self.size
            # It has no name, so nothing of it stays, whatever ends the process.
            self._file = await defer_to_thread(tempfile.TemporaryFile, prefix="counterfoil-")
        if self._file is not None and len(self._waiting) >= _PIECE:
            await self._write(self._file)

    async def finish(self) -> BinaryIO:
        """The file, at its beginning. Raises `OSError` as `settle` does."""
        if self._file is None:
            return BytesIO(bytes(self._waiting))
        await self._write(self._file)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Delete what there is."""
        if self._file is not None:
            self._file.close()

    async def _write(self, file: BinaryIO) -> None:
        data, self._waiting = self._waiting, bytearray()
        await defer_to_thread(file.write, bytes(data))


def keep_until_answered(request: Request, uploads: list[Upload]) -> None:
    """Leave it to `close_uploads` to delete *uploads*."""
    vars(request)[_ATTRIBUTE] = uploads


def close_uploads(request: Request) -> None:
    """Delete the files that came with *request*, if any did."""
    for upload in vars(request).pop(_ATTRIBUTE, ()):
        upload.close()


_ATTRIBUTE: Final = "counterfoil_uploads"
