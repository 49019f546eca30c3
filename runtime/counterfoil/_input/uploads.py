"""Files that come in a form."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from pydantic_core import CoreSchema, core_schema

from counterfoil._input.spooling import PIECE, Store
from counterfoil._threads import defer_to_thread
from counterfoil._types import Request

__all__ = ["Upload", "close_uploads", "keep_until_answered"]


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
        """For reading in a thread; it stands at the beginning.

        It has one position: threads that are to read at once use `pieces`, `read` or `save`.
        """

        self.size = size
        """In bytes."""

        self.filename = filename
        """As the client calls it, without folders: no path, and not to be trusted as one."""

        self.media_type = media_type
        """As the client says: nothing has looked into the file."""

        self.headers: Mapping[str, str] = {} if headers is None else headers
        """Those of its part, by name in lower case."""

        self._lock = threading.Lock()

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
        with self._lock:
            position = self.file.tell()
            self.file.seek(offset)
            try:
                return self.file.read(PIECE)
            finally:
                self.file.seek(position)

    def _save(self, path: str | os.PathLike[str]) -> None:
        offset = 0
        with Path(path).open("xb") as saved:
            try:
                while piece := self._piece(offset):
                    offset += saved.write(piece)
            except BaseException:
                Path(path).unlink()
                raise

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


def keep_until_answered(request: Request, uploads: list[Upload], store: Store) -> None:
    """Leave it to `close_uploads` to delete *uploads*, and what is in *store*."""
    vars(request)[_ATTRIBUTE] = (*uploads, store)


def close_uploads(request: Request) -> None:
    """Delete the files that came with *request*, if any did."""
    uploads: Sequence[Upload | Store] | None = getattr(request, _ATTRIBUTE, None)
    if uploads:
        vars(request)[_ATTRIBUTE] = ()
        for one in uploads:
            one.close()


_ATTRIBUTE: Final = "counterfoil_uploads"
