"""Redirects that a handler writes by itself."""

from __future__ import annotations

import logging

from counterfoil._describe import describe, printable
from counterfoil._errors import RedirectException
from counterfoil._output.connection import is_over
from counterfoil._output.writers import set_cors_headers, write_response
from counterfoil._types import Request

__all__ = ["respond_with_redirect"]

logger = logging.getLogger("counterfoil.server")


def respond_with_redirect(
    request: Request, url: bytes, statusCode: int = 302, cors: bool = False
) -> None:
    """Send the client to *url*, without a body (RFC 9110, section 15.4).

    With *cors*, pages of other origins may follow. If the client has left it is logged, and nothing
    is sent. The status is set in any case.

    Raises `ValueError` as `RedirectException` does, and then has set nothing.
    """
    redirect = RedirectException(url, statusCode)
    logger.debug("%s: redirect to %s", describe(request), printable(url))
    if not is_over(request):
        request.responseHeaders.setRawHeaders(b"Location", [redirect.location])
        if cors:
            set_cors_headers(request)
    write_response(request, redirect.code, b"", None)
