"""Answers, written to a request.

Each request is answered once: what would write a second answer, or write after the client has
left, does not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

from twisted.web.server import NOT_DONE_YET

from counterfoil._describe import describe
from counterfoil._json.encoding import encode
from counterfoil._output.connection import is_over, send_whole
from counterfoil._output.cors import Cors
from counterfoil._output.headers import set_status
from counterfoil._output.prepared import NO_LINES, PreparedLines, describe_content, prepared
from counterfoil._output.producers import ByteProducer, pieces_of
from counterfoil._types import Request, ResponseWriter

__all__ = [
    "finish_request",
    "respond_with_json",
    "respond_with_json_bytes",
    "respond_with_json_pieces",
    "set_cors_headers",
    "write_head",
    "write_response",
]

_Answers: TypeAlias = Callable[[int, bytes, PreparedLines, PreparedLines], bool]

logger = logging.getLogger("counterfoil.server")

AT_ONCE = 16 * 1024
"""How long a body may be, in bytes, that is written in one piece."""

_WITHOUT_CONTENT = frozenset({204, 304})
_RESET_CONTENT = 205
_ANY_ORIGIN = Cors()
_UNLESS_SAID_OTHERWISE = prepared({"Cache-Control": "no-cache, no-store, must-revalidate"})


def set_cors_headers(request: Request, cors: Cors = _ANY_ORIGIN) -> None:
    """Set the headers that let pages of other origins read the answer."""
    cors.set_headers(request)


def respond_with_json(
    request: Request,
    code: int,
    json_object: object,
    send_cors: bool = False,
    canonical_json: bool = True,
) -> int | None:
    """Answer with *json_object* as JSON, not to be cached unless the handler said otherwise.

    Returns `NOT_DONE_YET`, or None if the client has left.

    Raises `ValueError`, `TypeError` or `RecursionError` for what JSON cannot hold, and then has
    written nothing.
    """
    set_status(request, code)
    if _has_left(request):
        return None
    body = encode(json_object, canonical=canonical_json)
    return respond_with_json_bytes(request, code, body, send_cors)


def respond_with_json_bytes(
    request: Request,
    code: int,
    json_bytes: bytes,
    send_cors: bool = False,
    media_type: str | bytes = b"application/json",
) -> int | None:
    """Answer with *json_bytes*, which are JSON already. Returns as `respond_with_json` does."""
    # A request of our own site can do it in one go, if nothing speaks against it.
    answer: _Answers | None = getattr(request, "answer", None)
    is_usual = answer is not None and code != _RESET_CONTENT and len(json_bytes) <= AT_ONCE
    if answer is not None and is_usual and not send_cors:
        content = _content_type(media_type)
        if answer(code, json_bytes, content, _UNLESS_SAID_OTHERWISE):
            return NOT_DONE_YET
    set_status(request, code)
    if _has_left(request):
        return None
    if send_cors:
        set_cors_headers(request)
    _write(request, code, json_bytes, media_type, _UNLESS_SAID_OTHERWISE)
    return NOT_DONE_YET


def respond_with_json_pieces(
    request: Request, code: int, pieces: Sequence[bytes], media_type: str | bytes
) -> None:
    """The same for JSON in pieces: to join megabytes would hold up others."""
    set_status(request, code)
    if _has_left(request):
        return
    write_head(request, code, media_type, sum(map(len, pieces)), _UNLESS_SAID_OTHERWISE)
    if request.method == b"HEAD" or code in _WITHOUT_CONTENT:
        send_whole(request, b"")
    else:
        ByteProducer(request, chain.from_iterable(map(pieces_of, pieces)))


def write_response(
    request: Request, status: int, body: bytes, content_type: str | bytes | None
) -> None:
    """Answer with *body* as it is, and its length (RFC 9110, section 8.6). HEAD gets the head."""
    set_status(request, status)
    if not _has_left(request):
        _write(request, status, body, content_type)


def _write(
    request: Request,
    status: int,
    body: bytes,
    content_type: str | bytes | None,
    defaults: PreparedLines = NO_LINES,
) -> None:
    if status in _WITHOUT_CONTENT:
        body = b""
    elif status == _RESET_CONTENT:  # it has none, but says its length (RFC 9110, 15.3.6)
        body, content_type = b"", None
    write_head(request, status, content_type, len(body), defaults)
    if len(body) > AT_ONCE and request.method != b"HEAD":
        ByteProducer(request, pieces_of(body))
    else:
        send_whole(request, body)


def write_head(
    request: Request,
    status: int,
    content_type: str | bytes | None,
    length: int | None,
    defaults: PreparedLines = NO_LINES,
) -> None:
    """Set the headers that say what the body is; *length* is None for one that is not known yet.

    *defaults* are set where nothing else is.
    """
    if status in _WITHOUT_CONTENT:
        describe_content(request, NO_LINES, None, defaults)
    else:
        lines = NO_LINES if content_type is None else _content_type(content_type)
        describe_content(request, lines, length, defaults)


@lru_cache(maxsize=256)
def _content_type(content_type: str | bytes) -> PreparedLines:
    given = content_type if isinstance(content_type, str) else content_type.decode("ascii")
    if not (given.isascii() and given.isprintable()):
        raise ValueError(f"{given!r} is not a media type")
    return prepared({"Content-Type": given})


def finish_request(request: Request) -> None:
    """End the answer. That the client has left already is no fault: it is logged."""
    writer: ResponseWriter = request
    try:
        writer.finish()
    except RuntimeError as error:
        logger.info("%s: the connection was lost already: %s", describe(request), error)


def _has_left(request: Request) -> bool:
    if not is_over(request):
        return False
    logger.warning("%s: the client had already disconnected", describe(request))
    return True
