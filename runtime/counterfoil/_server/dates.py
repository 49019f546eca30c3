"""The `Date` of answers (RFC 9110, section 6.6.1)."""

from __future__ import annotations

import time

from twisted.web.http import datetimeToString

__all__ = ["http_date"]


class _Clock:
    """Writes the date once a second: it takes longer than a short handler."""

    def __init__(self) -> None:
        self._second = 0
        self._date = b""

    def date(self) -> bytes:
        """The date of now."""
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, datetimeToString(second)
        return self._date


http_date = _Clock().date
