"""The factory of the server's connections."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web import http, server
from twisted.web.resource import IResource
from typing_extensions import override

from counterfoil._server.request import SiteRequest
from counterfoil._types import AnyResource, Request

__all__ = ["DEFAULT_MAX_BODY_SIZE", "Site"]

DEFAULT_MAX_BODY_SIZE = 50 * 1024 * 1024
"""How long a body may be, in bytes."""


class Site(server.Site):
    """Serves a tree of resources: hand it to an endpoint's `listen`.

    It differs from Twisted's own in its requests, see `SiteRequest`: bodies are bounded and never
    parsed as forms, and the access log goes to the logger `counterfoil.access`.
    """

    def __init__(
        self,
        resource: AnyResource,
        *,
        server_header: str = "counterfoil",
        max_request_body_size: int = DEFAULT_MAX_BODY_SIZE,
        timeout: float = 60.0,
        reactor: IReactorTime | None = None,
    ) -> None:
        """*timeout*, in seconds, is how long a connection may be idle between requests.

        *max_request_body_size*, in bytes, is the longest body that is read; a longer one is
        answered 413 once it has come, without being kept.
        """
        server.Site.__init__(
            self,
            resource,
            SiteRequest,
            parsePOSTFormSubmission=False,
            timeout=timeout,
            reactor=reactor,
        )
        self.max_request_body_size = max_request_body_size
        self.server_header = server_header.encode("ascii")

    @override
    def getResourceFor(self, request: Request) -> IResource:
        """The resource that *request* addresses."""
        request.responseHeaders.setRawHeaders(b"Server", [self.server_header])
        found: IResource = server.Site.getResourceFor(self, request)
        return found

    @override
    def startFactory(self) -> None:
        """There is no log file to open, nor a clock for its lines to keep."""

    @override
    def stopFactory(self) -> None:
        """There is no log file to close."""

    @override
    def log(self, request: http.Request) -> None:
        """The access line is the request's own: it waits for the handler's end."""
