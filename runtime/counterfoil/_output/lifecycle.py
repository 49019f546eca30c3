"""When an operation becomes deprecated, and when it will be gone (RFC 9745, RFC 8594)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

from counterfoil._output.prepared import PreparedLines, prepared, set_prepared
from counterfoil._types import Request

__all__ = ["Lifecycle"]

# RFC 3339: fromisoformat takes more, such as weeks.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_URI_REFERENCE = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")  # RFC 3986, appendix A


class Lifecycle:
    """The headers `Deprecation`, `Sunset` and `Link` that every answer of an operation has."""

    __slots__ = ("lines",)

    def __init__(
        self,
        deprecation: str | None,
        sunset: str | None,
        deprecation_link: str | None,
        sunset_link: str | None,
    ) -> None:
        """Dates are as RFC 3339 writes them, with or without a time; links are URI references.

        Raises `ValueError` for anything else, and for an operation that would be gone before it
        became deprecated (RFC 9745, section 4).
        """
        since, until = _instant(deprecation), _instant(sunset)
        if since is not None and until is not None and until < since:
            raise ValueError(f"a sunset, {sunset}, is not before the deprecation, {deprecation}")
        self.lines: PreparedLines = _lines(since, until, deprecation_link, sunset_link)
        """What is sent, checked and spelled."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the headers."""
        return tuple(name.decode("ascii") for name in self.lines.by_name)

    def set_headers(self, request: Request) -> None:
        """Set the headers. What the handler sets besides takes their place, but for links."""
        set_prepared(request, self.lines)


def _lines(
    since: datetime | None,
    until: datetime | None,
    deprecation_link: str | None,
    sunset_link: str | None,
) -> PreparedLines:
    fields: dict[str, str] = {}
    if since is not None:
        fields["Deprecation"] = f"@{math.floor(since.timestamp())}"
    if until is not None:
        fields["Sunset"] = format_datetime(until, usegmt=True)
    links = [*_link(deprecation_link, "deprecation"), *_link(sunset_link, "sunset")]
    if links:
        fields["Link"] = ", ".join(links)
    return prepared(fields)


def _link(uri: str | None, relation: str) -> Iterator[str]:
    if uri is None:
        return
    if _URI_REFERENCE.fullmatch(uri) is None:
        raise ValueError(f"{uri!r:.80} is no URI reference")
    yield f'<{uri}>; rel="{relation}"'


def _instant(text: str | None) -> datetime | None:
    """The instant that *text* is; of a day, its beginning in UTC. Raises `ValueError`."""
    if text is None:
        return None
    if _DATE.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if _DATE_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except OverflowError:
            pass  # in the year 10000, or before the first, as UTC counts
    raise ValueError(f"{text!r:.80} is neither 2026-11-27 nor 2026-11-27T12:00:00Z")
