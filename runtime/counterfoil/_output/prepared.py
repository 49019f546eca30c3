"""Headers that are spelled and checked once, and not with every message.

Twisted spells and checks each name and value of each message, which takes longer than a short
handler does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from twisted.web.http_headers import Headers
from typing_extensions import override

from counterfoil._types import Request

__all__ = [
    "PreparedHeaders",
    "PreparedLines",
    "describe_content",
    "has_control_character",
    "prepared",
    "set_prepared",
    "spelled",
]

PreparedLines: TypeAlias = Mapping[bytes, list[bytes]]
"""Values by the name as it is sent."""

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_A_FIELD = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OFTEN_SEEN = 64
"""How long a name may be, in bytes, that is kept."""


def prepared(lines: Mapping[str, str]) -> PreparedLines:
    """*lines* as they are sent."""
    spelling = Headers({name: [value] for name, value in lines.items()})
    # Tuples, whatever Twisted declares: they are shared, so nobody must be able to change them.
    return {name: cast("list[bytes]", tuple(v)) for name, v in spelling.getAllRawHeaders()}


def has_control_character(value: str | bytes) -> bool:
    """Whether *value* could forge a header: a field may hold the tab alone (RFC 9110, 5.5)."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return _NOT_IN_A_FIELD.search(text) is not None


def spelled(name: bytes) -> bytes | None:
    """*name* as Twisted spells it, `Content-Type`; None if it is no name (RFC 9110, 5.1)."""
    return _spelled(name) if len(name) <= _OFTEN_SEEN else _spelled.__wrapped__(name)


@lru_cache(maxsize=1024)
def _spelled(name: bytes) -> bytes | None:
    if _TOKEN.fullmatch(name) is None:
        return None
    ((spelling, _),) = Headers({name: [b""]}).getAllRawHeaders()
    return spelling


class PreparedHeaders(Headers):
    """Headers that can be read and set by names that are spelled already, and checked values.

    What is prepared is shared by messages, so no list is changed but those that `append` made.
    """

    __slots__ = ()

    def get(self, name: bytes) -> list[bytes] | None:
        """The values of *name*, which is spelled; None if there is none."""
        return self._rawHeaders.get(name)

    def append(self, name: bytes, value: bytes) -> None:
        """Add a checked *value* to those of *name*, which is spelled, and not prepared."""
        self._rawHeaders.setdefault(name, []).append(value)

    def update(self, lines: PreparedLines) -> None:
        """Set *lines*."""
        self._rawHeaders.update(lines)

    def describe_content(self, lines: PreparedLines, defaults: PreparedLines) -> None:
        """For the function of this name."""
        headers = self._rawHeaders
        headers.pop(b"Content-Length", None)
        headers.pop(b"Transfer-Encoding", None)
        for name, values in defaults.items():
            headers.setdefault(name, values)
        headers.update(lines)

    @override
    def setRawHeaders(self, name: str | bytes, values: Sequence[str | bytes]) -> None:
        """Set *values*. Raises `ValueError` for what could forge another header."""
        if any(has_control_character(value) for value in values):
            raise ValueError(f"the header {name!r} holds a control character")
        Headers.setRawHeaders(self, name, values)

    @override
    def addRawHeader(self, name: str | bytes, value: str | bytes) -> None:
        """Add a value to those that *name* has."""
        self.setRawHeaders(name, [*(self.getRawHeaders(name) or ()), value])


def set_prepared(request: Request, lines: PreparedLines) -> None:
    """Set *lines* in the response to *request*, whatever site it is of."""
    headers = request.responseHeaders
    if isinstance(headers, PreparedHeaders):
        headers.update(lines)
        return
    for name, values in lines.items():
        headers.setRawHeaders(name, values)


def describe_content(request: Request, lines: PreparedLines, defaults: PreparedLines) -> None:
    """Set *lines*, and *defaults* where there is nothing, as a new content is described.

    A former `Content-Length` is withdrawn, and so is `Transfer-Encoding`, which is the connection's
    to say.
    """
    headers = request.responseHeaders
    if isinstance(headers, PreparedHeaders):
        headers.describe_content(lines, defaults)
        return
    headers.removeHeader(b"Content-Length")
    headers.removeHeader(b"Transfer-Encoding")
    absent = {name: each for name, each in defaults.items() if not headers.hasHeader(name)}
    set_prepared(request, {**absent, **lines})
