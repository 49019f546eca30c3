"""Requests for what has changed (RFC 9110, section 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime

from counterfoil._types import Request

__all__ = ["Validators"]


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a file from another: `modified` and `size` in ns and bytes."""

    modified: int
    size: int

    @property
    def etag(self) -> bytes:
        """The value of `ETag`, a strong one."""
        return b'"%x-%x"' % (self.modified, self.size)

    @property
    def last_modified(self) -> bytes:
        """The value of `Last-Modified`."""
        return formatdate(self._seconds, usegmt=True).encode("ascii")

    @property
    def _seconds(self) -> int:
        return self.modified // 1_000_000_000

    def is_known_to(self, request: Request) -> bool:
        """Whether the client has this state: the answer is a 304. A bad date is no condition."""
        tags = request.getHeader(b"If-None-Match")
        if tags is not None:
            known = {each.strip().removeprefix(b"W/") for each in tags.split(b",")}
            return not known.isdisjoint({self.etag, b"*"})
        since = request.getHeader(b"If-Modified-Since")
        return since is not None and self._seconds <= _seconds(since)

    def allow_range(self, request: Request) -> bool:
        """Whether what the client has a part of, if it says so in `If-Range`, is this state."""
        condition = request.getHeader(b"If-Range")
        return condition is None or condition in (self.etag, self.last_modified)


def _seconds(date: bytes) -> float:
    """A date in seconds since 1970; before all others for what is no date."""
    try:
        moment = parsedate_to_datetime(date.decode("latin-1"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (OverflowError, ValueError):
        return float("-inf")
