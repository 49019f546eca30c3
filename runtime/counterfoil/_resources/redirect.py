"""The resource that sends a server's front page elsewhere."""

from __future__ import annotations

from html import escape

from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._errors import UnrecognizedRequestError, checked_location
from counterfoil._output.headers import set_headers
from counterfoil._output.html import respond_with_html
from counterfoil._output.rendering import JsonRenderer
from counterfoil._resources.arrival import arrived
from counterfoil._resources.unrecognized import UnrecognizedRequestResource
from counterfoil._types import Request

__all__ = ["RootRedirect"]

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Moved</title>
</head>
<body>
<p><a href="{url}">{url}</a></p>
</body>
</html>
"""


class RootRedirect(Resource):
    """Answers GET and HEAD of `/` with a redirect to *path* (RFC 9110, section 15.4.3).

    Its children are found as those of any resource; what is none of them is a 404 in JSON.
    """

    def __init__(self, path: str) -> None:
        """*path* is a path of this server, or an absolute URI.

        Raises `ValueError` if it is not ASCII, and as `RedirectException` does.
        """
        Resource.__init__(self)
        self._location = checked_location(path.encode("ascii"))
        self._page = _PAGE.format(url=escape(path))
        self._renderer = JsonRenderer(canonical=True)

    @override
    def getChild(self, path: bytes, request: Request) -> IResource | Resource:
        """This resource for `/`; a 404 for all that was not put here as a child."""
        return UnrecognizedRequestResource() if path or request.postpath else self

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        arrived(request, self)
        if request.method in (b"GET", b"HEAD"):
            request.responseHeaders.setRawHeaders(b"Location", [self._location])
            respond_with_html(request, 302, self._page)
        else:
            set_headers(request, {"Allow": "GET, HEAD"})
            self._renderer.fail(request, UnrecognizedRequestError(405))
        return NOT_DONE_YET
