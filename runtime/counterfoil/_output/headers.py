"""The head of an answer: its status and its headers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus

from counterfoil._output.prepared import GivenHeaders, has_control_character, spelled
from counterfoil._replies import HeaderValues
from counterfoil._types import Request

__all__ = [
    "CLIENT_CLOSED_REQUEST",
    "add_to_vary",
    "phrase_of",
    "set_headers",
    "set_status",
    "withdraw_headers",
]

CLIENT_CLOSED_REQUEST = 499
"""The status logged for a request that was cancelled; nginx's, in no registry."""

_PHRASES: Mapping[int, bytes] = {
    CLIENT_CLOSED_REQUEST: b"Client Closed Request",
    **{status.value: status.phrase.encode("ascii") for status in HTTPStatus},
}

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

_OF_THE_LIFECYCLE = (b'; rel="deprecation"', b'; rel="sunset"')


def phrase_of(status: int) -> bytes:
    """What is sent beside *status*. Raises `ValueError` for what is no final status."""
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not the status of an answer")
    return _PHRASES.get(status, b"Unknown Status")


def set_status(request: Request, status: int) -> None:
    """Set the status that is sent and logged. Raises `ValueError` for what is no final status."""
    request.setResponseCode(status, phrase_of(status))


def set_headers(request: Request, headers: HeaderValues) -> None:
    """Set headers of the response to *request*: a name's value, or all of its values.

    For a handler that returns a model. One that returns a `Reply` can give it `headers` instead.
    What was set before under the same name is replaced, but `Vary` is added to: what an answer
    depends on for the sake of other origins, it still depends on.

    Raises `ValueError`, and sets none, if one cannot be sent: for a name that is none (RFC 9110,
    section 5.1), for a control character, which could forge another header, and for half of a
    surrogate pair.
    """
    lines: dict[bytes, list[bytes]] = {}
    for name, given in headers.items():
        values = [given] if isinstance(given, str) else given
        if any(has_control_character(text) for text in (name, *values)):
            raise ValueError(f"the header {name!r} holds a control character")
        known = spelled(name.encode("utf-8"))
        if known is None:
            raise ValueError(f"{name!r} is not the name of a header")
        lines[known] = [value.encode("utf-8") for value in values]
    if b"Link" in lines:
        lines[b"Link"] += _links_of_the_lifecycle(request, lines[b"Link"])
    if b"Vary" in lines:
        lines[b"Vary"] += _varies_already(request, lines[b"Vary"])
    for known, encoded in lines.items():
        request.responseHeaders.setRawHeaders(known, encoded)
    if b"Set-Cookie" in lines and request.cookies:
        # Twisted sends its list of cookies in place of the header, if there is any.
        request.cookies += lines[b"Set-Cookie"]
        request.responseHeaders.removeHeader(b"Set-Cookie")


def _links_of_the_lifecycle(request: Request, given: Collection[bytes]) -> list[bytes]:
    """The links that the answers of an operation have beside those *given*: see `Lifecycle`."""
    kept = request.responseHeaders.getRawHeaders(b"Link", [])
    return [line for line in kept if line.endswith(_OF_THE_LIFECYCLE) and line not in given]


def _varies_already(request: Request, given: Collection[bytes]) -> list[bytes]:
    """What the answer was said to depend on, beside what is *given* (RFC 9110, 12.5.5)."""
    named = {each.strip().lower() for line in given for each in line.split(b",")}
    kept = request.responseHeaders.getRawHeaders(b"Vary", [])
    return [line for line in kept if line.strip().lower() not in named] if b"*" not in named else []


def add_to_vary(request: Request, name: str) -> None:
    """Say that the answer depends on the header *name* of the request (RFC 9110, 12.5.5)."""
    given = request.responseHeaders.getRawHeaders("Vary", [])
    known = {each.strip().lower() for line in given for each in line.split(",")}
    if name.lower() not in known and "*" not in known:
        request.responseHeaders.addRawHeader("Vary", name)


def withdraw_headers(request: Request) -> None:
    """Take back what a handler said of its content, as an error is answered in its place.

    An error that says `gzip` cannot be read, and one that says `max-age` stays when its cause has
    gone.
    """
    given: GivenHeaders | None = getattr(request, "given", None)
    if given is not None:  # a request of our own site
        given.withdraw(_OF_THE_CONTENT)
    else:
        for name in _OF_THE_CONTENT:
            request.responseHeaders.removeHeader(name)
    held = vars(request)
    held.pop("etag", None)
    held.pop("lastModified", None)
