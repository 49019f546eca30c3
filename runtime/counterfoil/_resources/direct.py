"""Resources that answer by themselves, without routes: a subclass has a method for each method.

    class Greeting(DirectServeHtmlResource):
        async def _async_render_GET(self, request: Request) -> tuple[int, bytes]:
            return 200, b"<p>Hello!</p>"

The methods may be synchronous too, and may be `cancellable` and have `limits`.
"""

from __future__ import annotations

from typing import ClassVar

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._errors import CodedError, UnrecognizedRequestError
from counterfoil._output.cors import Cors
from counterfoil._output.formats import ErrorFormat
from counterfoil._output.headers import set_headers
from counterfoil._output.html import ErrorPage
from counterfoil._output.html_rendering import HtmlRenderer
from counterfoil._output.rendering import JsonRenderer, Renderer
from counterfoil._output.writers import write_response
from counterfoil._resources.execution import run
from counterfoil._resources.route import Callback, Route
from counterfoil._server.heads import ANY_BODY, BodyPlan
from counterfoil._types import Request

__all__ = ["DirectServeHtmlResource", "DirectServeJsonResource"]

# What a name after `_async_render_` may be: any other token of a request is never looked up.
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")


class _DirectServeResource(Resource):
    """Calls `_async_render_GET` and its like; each is found when the resource is made."""

    renderer: Renderer

    _prefix: ClassVar[str] = "_async_render_"

    def __init__(self) -> None:
        Resource.__init__(self)
        self.isLeaf = True
        name = type(self).__name__
        self._route_of_method: dict[bytes, Route] = {}
        for method in _METHODS:
            callback: Callback | None = getattr(self, f"{self._prefix}{method}", None)
            if callback is not None:
                self._route_of_method[method.encode("ascii")] = Route.to(callback, name)
        if b"GET" in self._route_of_method:
            self._route_of_method.setdefault(b"HEAD", self._route_of_method[b"GET"])
        names = {name.decode("ascii") for name in self._route_of_method}
        self._allowed = ", ".join(sorted({*names, "OPTIONS"}))

    @override
    def render(self, request: Request) -> int:
        """Answer *request*, now or later."""
        request.responseHeaders.setRawHeaders("X-Content-Type-Options", ["nosniff"])
        self.set_headers(request)
        route = self._route_of_method.get(request.method)
        if route is None:
            self._unrouted(request)
        else:
            _announce(request, route)
            run(request, route, {}, self.renderer)
        return NOT_DONE_YET

    def set_headers(self, request: Request) -> None:
        """Set the headers that every answer has."""

    def plan_body(self, request: Request) -> BodyPlan:
        """How the body of *request* is to be taken, of which the head has come."""
        route = self._route_of_method.get(request.method)
        return ANY_BODY if route is None else route.plan

    def refuse(self, request: Request, error: CodedError) -> None:
        """Answer *error* as every other error here."""
        self.set_headers(request)
        _announce(request, self._route_of_method.get(request.method))
        self.renderer.fail(request, error)

    def _unrouted(self, request: Request) -> None:
        set_headers(request, {"Allow": self._allowed})
        if request.method == b"OPTIONS":
            write_response(request, 204, b"", None)
        else:
            self.renderer.fail(request, UnrecognizedRequestError(405))


def _announce(request: Request, route: Route | None) -> None:
    """Say what the lifecycle of *route* is, if it has one."""
    if route is not None and route.options.lifecycle is not None:
        route.options.lifecycle.set_headers(request)


class DirectServeJsonResource(_DirectServeResource):
    """Its methods return a status and an object that JSON can hold."""

    def __init__(
        self,
        *,
        canonical_json: bool = False,
        cors: Cors | None = None,
        errors: ErrorFormat | None = None,
    ) -> None:
        """The options are those of `JsonResource`."""
        super().__init__()
        self._cors = Cors() if cors is None else cors
        self.renderer = JsonRenderer(canonical=canonical_json, errors=errors)

    @override
    def set_headers(self, request: Request) -> None:
        self._cors.set_headers(request)


class DirectServeHtmlResource(_DirectServeResource):
    """Its methods return a status and a page, in bytes. Errors are pages too.

    One that raises `RedirectException` sends the client elsewhere.
    """

    def __init__(self, error_page: ErrorPage | None = None) -> None:
        super().__init__()
        json = JsonRenderer(canonical=False)
        self.renderer = HtmlRenderer(json, ErrorPage() if error_page is None else error_page)
