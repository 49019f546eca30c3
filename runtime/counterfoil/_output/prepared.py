"""Headers that are the same in many answers, checked and spelled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from twisted.web.http_headers import Headers
from typing_extensions import override

from counterfoil._types import Request

__all__ = ["PreparedHeaders", "PreparedLines", "prepared", "set_prepared"]

PreparedLines: TypeAlias = Mapping[bytes, list[bytes]]
"""Values by the name as it is sent."""


def prepared(lines: Mapping[str, str]) -> PreparedLines:
    """*lines* as they are sent."""
    spelled = Headers({name: [value] for name, value in lines.items()})
    return {name: [*values] for name, values in spelled.getAllRawHeaders()}


class PreparedHeaders(Headers):
    """Headers that take many prepared ones at the price of one.

    Twisted spells and checks each name and value of each answer, which takes longer than a small
    handler. What is prepared is shared by requests, so nothing here changes a list in place.
    """

    __slots__ = ()

    def update(self, lines: PreparedLines) -> None:
        """Set *lines*."""
        self._rawHeaders.update(lines)

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
