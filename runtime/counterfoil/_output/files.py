"""Files as bodies: whole or in parts, or not again if the client has them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, TypeAlias

from counterfoil._errors import CodedError, UnrecognizedRequestError
from counterfoil._output.conditions import Validators
from counterfoil._output.headers import set_status
from counterfoil._output.producers import ByteProducer
from counterfoil._output.ranges import Multipart, UnsatisfiableError, byte_ranges, content_range
from counterfoil._output.writers import finish_request, write_head, write_response
from counterfoil._types import Request

__all__ = ["send_file"]

_PIECE = 64 * 1024
"""How many bytes are read at once."""

_Parts: TypeAlias = tuple[tuple[bytes, range], ...]
"""What to send: bytes, then a part of the file; and again."""


def send_file(request: Request, path: Path, media_type: bytes) -> None:
    """Answer with the file at *path*, or with the parts of it that are asked for.

    Raises `CodedError`, and has written nothing, for what is no file or cannot be read (a 404), and
    for parts that it does not have (a 416).
    """
    with ExitStack() as opened:
        file = opened.enter_context(_opened(path))
        status = os.fstat(file.fileno())
        validators = Validators(status.st_mtime_ns, status.st_size)
        headers = request.responseHeaders
        headers.setRawHeaders(b"ETag", [validators.etag])
        headers.setRawHeaders(b"Last-Modified", [validators.last_modified])
        if validators.is_known_to(request):
            write_response(request, 304, b"", None)
            return
        headers.setRawHeaders(b"Accept-Ranges", [b"bytes"])
        parts, end = _begin(request, validators, media_type)
        if request.method == b"HEAD":
            finish_request(request)
            return
        opened.pop_all()
        ByteProducer(request, _pieces(file, parts, end))


def _opened(path: Path) -> BinaryIO:
    """Raises `CodedError`: what is no regular file may never end, or block whoever opens it."""
    try:
        if S_ISREG(path.stat().st_mode):
            return path.open("rb")
    except OSError:
        pass
    raise UnrecognizedRequestError


def _begin(request: Request, validators: Validators, media_type: bytes) -> tuple[_Parts, bytes]:
    """Set the head of the answer; what comes after it. Raises `CodedError`."""
    size = validators.size
    ranges = _asked_for(request, validators)
    set_status(request, 206 if ranges else 200)
    if len(ranges) > 1:
        body = Multipart.of(ranges, size, media_type)
        write_head(request, 206, body.media_type, len(body))
        return body.parts, body.end
    part = ranges[0] if ranges else range(size)
    if ranges:
        request.responseHeaders.setRawHeaders(b"Content-Range", [content_range(part, size)])
    write_head(request, request.code, media_type, len(part))
    return ((b"", part),), b""


def _asked_for(request: Request, validators: Validators) -> list[range]:
    """The parts to send; none for the whole (RFC 9110, section 14.2)."""
    header = request.getHeader(b"Range")
    if header is None or request.method != b"GET" or not validators.allow_range(request):
        return []
    try:
        return byte_ranges(header, validators.size)
    except UnsatisfiableError:
        whole = {"Content-Range": f"bytes */{validators.size}"}
        raise CodedError(416, "The file has no such range", headers=whole) from None


def _pieces(file: BinaryIO, parts: _Parts, end: bytes) -> Iterator[bytes]:
    """The body. Raises `EOFError` if the file has become shorter than was promised."""
    with file:
        for head, part in parts:
            yield head
            file.seek(part.start)
            left = len(part)
            while left:
                data = file.read(min(left, _PIECE))
                if not data:
                    raise EOFError("the file was cut short while it was sent")
                left -= len(data)
                yield data
        yield end
