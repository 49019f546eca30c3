"""The access log: one line for each request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from counterfoil._describe import client_address, describe, printable

if TYPE_CHECKING:
    from twisted.web.server import Request

__all__ = ["log_access"]

logger = logging.getLogger("counterfoil.access")


def log_access(request: Request, seconds: float, servlet: str, *, complete: bool) -> None:
    """Write the access line of a request; `!` marks an answer that was not sent in full.

    OPTIONS is logged at DEBUG.
    """
    logger.log(
        logging.DEBUG if request.method == b"OPTIONS" else logging.INFO,
        '%s - {%s} %.3fs %dB %d%s "%s %s" "%s"',
        client_address(request),
        servlet,
        seconds,
        request.sentLength,
        request.code,
        "" if complete else "!",
        describe(request),
        printable(request.clientproto),
        printable(request.getHeader(b"User-Agent") or b"-"),
    )
