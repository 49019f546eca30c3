"""What a load balancer asks a server: whether it lives, and whether it wants requests."""

from __future__ import annotations

import logging
from collections.abc import Callable

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._output.writers import write_response
from counterfoil._server.request import SiteRequest
from counterfoil._server.site import Site
from counterfoil._types import Request

__all__ = ["HealthResource", "ReadinessResource"]

_METHODS = (b"GET", b"HEAD")
_PLAIN = b"text/plain; charset=utf-8"


class HealthResource(Resource):
    """Answers GET and HEAD with 200 and `OK`, as long as the reactor turns.

    Its lines in the access log are at DEBUG: it is asked often.
    """

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        return _answer(request, 200, b"OK")


class ReadinessResource(Resource):
    """Answers GET and HEAD with 200 and `OK`, or with 503 while no requests are welcome."""

    isLeaf = True

    def __init__(self, ready: Site | Callable[[], bool]) -> None:
        """*ready* is the site, which is ready until it drains, or anything that says so."""
        Resource.__init__(self)
        self._ready = ready

    def _is_ready(self) -> bool:
        ready = self._ready
        return ready.is_ready if isinstance(ready, Site) else ready()

    @override
    def render(self, request: Request) -> int:
        """Answer *request*."""
        if self._is_ready():
            return _answer(request, 200, b"OK")
        return _answer(request, 503, b"Not ready")


def _answer(request: Request, status: int, text: bytes) -> int:
    if request.method not in _METHODS:
        request.responseHeaders.setRawHeaders(b"Allow", [b", ".join(_METHODS)])
        status, text = 405, b"Method not allowed"
    if isinstance(request, SiteRequest):
        request.access_level = logging.DEBUG
    request.responseHeaders.setRawHeaders(b"Cache-Control", [b"no-store"])
    write_response(request, status, text, _PLAIN)
    return NOT_DONE_YET
