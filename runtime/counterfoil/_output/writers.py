"""Answers, written to a request.

Each request is answered once: what would write a second answer, or write after the client has
left, does not.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from counterfoil._describe import describe
from counterfoil._json.coding import encode
from counterfoil._replies import HeaderValues
from counterfoil._types import Request, ResponseWriter

__all__ = [
    "CLIENT_CLOSED_REQUEST",
    "INTERNAL_ERROR",
    "abort",
    "is_over",
    "respond_with_json",
    "set_headers",
    "set_status",
    "withdraw_headers",
    "write_response",
]

logger = logging.getLogger("counterfoil.server")

CLIENT_CLOSED_REQUEST = 499
"""The status logged for a request that was cancelled; nginx's, in no registry."""

INTERNAL_ERROR = "Internal server error"

_PHRASES: Mapping[int, bytes] = {
    CLIENT_CLOSED_REQUEST: b"Client Closed Request",
    **{status.value: status.phrase.encode("ascii") for status in HTTPStatus},
}
_WITHOUT_CONTENT = frozenset({204, 304})
_RESET_CONTENT = 205

# RFC 9110, section 5.5: of the control characters a field may hold the tab alone.
_NOT_IN_A_FIELD = frozenset(map(chr, (*range(32), 127))) - {"\t"}

# What says something of one content, or of how long it holds (RFC 9110, 8; RFC 9111, 5).
_OF_THE_CONTENT = (
    b"Cache-Control",
    b"Content-Disposition",
    b"Content-Encoding",
    b"Content-Language",
    b"Content-Location",
    b"Content-Range",
    b"ETag",
    b"Expires",
    b"Last-Modified",
    b"Location",
)


def is_over(request: Request) -> bool:
    """Whether the client has left, or the answer was finished."""
    return getattr(request, "channel", None) is None


def set_status(request: Request, status: int) -> None:
    """Set the status that is sent and logged. Raises `ValueError` for what is no final status."""
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not the status of an answer")
    request.setResponseCode(status, _PHRASES.get(status, b"Unknown Status"))


def set_headers(request: Request, headers: HeaderValues) -> None:
    """Set headers of the response to *request*: a name's value, or all of its values.

    For a handler that returns a model. One that returns a `Reply` can give it `headers` instead.

    Raises `ValueError`, and sets none, if a control character could forge another header.
    """
    lines = {name: [value] if isinstance(value, str) else value for name, value in headers.items()}
    for name, values in lines.items():
        if any(not _NOT_IN_A_FIELD.isdisjoint(text) for text in (name, *values)):
            raise ValueError(f"the header {name!r} holds a control character")
    for name, values in lines.items():
        request.responseHeaders.setRawHeaders(name, [*values])


def withdraw_headers(request: Request) -> None:
    """Take back what a handler said of its content, as an error is answered in its place.

    An error that says `gzip` cannot be read, and one that says `max-age` stays when its cause has
    gone.
    """
    for name in _OF_THE_CONTENT:
        request.responseHeaders.removeHeader(name)
    request.etag = request.lastModified = None


def write_response(
    request: Request, status: int, body: bytes, content_type: str | bytes | None
) -> None:
    """Answer with *body* as it is, and its length (RFC 9110, section 8.6). HEAD gets the head."""
    set_status(request, status)
    if is_over(request):
        logger.warning("%s: the client had already disconnected", describe(request))
        return
    headers = request.responseHeaders
    headers.removeHeader(b"Transfer-Encoding")  # the connection's to say, never a handler's
    if status in _WITHOUT_CONTENT:
        headers.removeHeader(b"Content-Length")
        body = b""
    else:
        if status == _RESET_CONTENT:  # it must have none, but for its length (RFC 9110, 15.3.6)
            body, content_type = b"", None
        headers.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
        if content_type is not None:
            headers.setRawHeaders("Content-Type", [content_type])
    writer: ResponseWriter = request
    writer.write(body)
    writer.finish()


def respond_with_json(
    request: Request, status: int, value: object, *, canonical: bool = True
) -> None:
    """Answer with *value* as JSON, not to be cached unless the handler said otherwise.

    Raises as `_json.encode` does for what JSON cannot hold, and then has written nothing.
    """
    set_status(request, status)
    if is_over(request):
        logger.warning("%s: the client had already disconnected", describe(request))
        return
    body = encode(value, canonical=canonical)
    headers = request.responseHeaders
    if not headers.hasHeader(b"Cache-Control"):
        headers.setRawHeaders(b"Cache-Control", [b"no-cache, no-store, must-revalidate"])
    write_response(request, status, body, b"application/json")


def abort(request: Request) -> None:
    """Cut the connection: what was sent is incomplete, and the client must be able to tell."""
    cut = getattr(request.transport, "abortConnection", None)
    if cut is not None and not is_over(request):
        cut()
