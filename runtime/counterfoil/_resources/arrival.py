"""What every resource does first with a request, wherever it is mounted."""

from __future__ import annotations

from twisted.web.resource import Resource

from counterfoil._server.request import SiteRequest
from counterfoil._types import Request

__all__ = ["arrived"]


def arrived(request: Request, resource: Resource) -> None:
    """*request* has come to *resource*: the log names it, and no browser guesses types of it."""
    if isinstance(request, SiteRequest):
        request.servlet_name = type(resource).__name__
    request.responseHeaders.setRawHeaders(b"X-Content-Type-Options", [b"nosniff"])
