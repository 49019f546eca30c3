"""What every answer says: who answers, when, and that browsers are to believe its type."""

from __future__ import annotations

import time

from twisted.web.http import datetimeToString

from counterfoil._output.prepared import NO_LINES, PreparedLines, prepared

__all__ = ["UsualHeaders"]


class UsualHeaders:
    """The headers of every answer, written once a second: the date takes longer than a handler."""

    def __init__(self, server: str) -> None:
        """*server* is the value of the header `Server` (RFC 9110, section 10.2.4)."""
        self._server = server
        self._second = 0
        self._lines = NO_LINES

    def lines(self) -> PreparedLines:
        """The headers of now."""
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._lines = prepared(
                {
                    "Server": self._server,
                    "Date": datetimeToString(second).decode("ascii"),
                    "X-Content-Type-Options": "nosniff",
                }
            )
        return self._lines
