"""The resource for paths that nobody answers."""

from __future__ import annotations

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._errors import UnrecognizedRequestError
from counterfoil._output.cors import Cors
from counterfoil._output.formats import ErrorFormat
from counterfoil._output.rendering import JsonRenderer
from counterfoil._resources.arrival import arrived
from counterfoil._types import Request

__all__ = ["UnrecognizedRequestResource"]


class UnrecognizedRequestResource(Resource):
    """Answers 404 in JSON (RFC 9110, section 15.5.5): where it is mounted, and below.

    It takes the place of Twisted's own page, which quotes the request.
    """

    def __init__(self, *, cors: Cors | None = None, errors: ErrorFormat | None = None) -> None:
        """*errors* is the shape of the body, Matrix's by default."""
        Resource.__init__(self)
        self.isLeaf = True
        self._cors = Cors() if cors is None else cors
        self._renderer = JsonRenderer(canonical=True, errors=errors)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        arrived(request, self)
        self._cors.set_headers(request)
        self._renderer.fail(request, UnrecognizedRequestError())
        return NOT_DONE_YET
