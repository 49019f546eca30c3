"""The resource that servlets are registered on, and that answers in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._errors import CodedError, Codes, UnrecognizedRequestError
from counterfoil._input.query import percent_decode
from counterfoil._input.slots import EncodedText
from counterfoil._output.cors import Cors
from counterfoil._output.formats import ErrorFormat
from counterfoil._output.headers import set_headers
from counterfoil._output.html import ErrorPage
from counterfoil._output.html_rendering import HtmlRenderer
from counterfoil._output.prepared import set_prepared
from counterfoil._output.rendering import JsonRenderer
from counterfoil._output.writers import write_response
from counterfoil._resources.execution import Arguments, run
from counterfoil._resources.route import Callback, Route
from counterfoil._routing.router import Found, Router
from counterfoil._server.heads import ANY_BODY, BodyPlan
from counterfoil._server.request import SiteRequest
from counterfoil._servlets.validation import Validation
from counterfoil._types import Request

__all__ = ["JsonResource"]

# A client resolves these before it sends a path (RFC 3986, section 5.2.4); as the value of a
# parameter they can only mean to reach something else.
_DOT_SEGMENTS = frozenset({".", ".."})


class JsonResource(Resource):
    """Answers every path below where it is mounted, by the routes registered on it.

    It matches the whole path of the request, undecoded, wherever it is mounted. Answers are JSON
    with the headers of `Cors`; GET answers HEAD, and every path answers OPTIONS. An unknown path is
    a 404, another method a 405 with `Allow`, both with errcode M_UNRECOGNIZED. Each request is
    answered exactly once, whatever its callback does.
    """

    def __init__(
        self,
        *,
        canonical_json: bool = True,
        cors: Cors | None = None,
        errors: ErrorFormat | None = None,
        error_page: ErrorPage | None = None,
        validation: Validation | None = None,
    ) -> None:
        """*canonical_json* sorts keys and leaves characters unescaped (Matrix, appendix 3.1).

        *errors* is the shape of every error body, `MatrixErrors` unless given; *error_page* is that
        of operations that answer with HTML. A *validation*, a `ResponseValidation` of
        `counterfoil.validation`, holds what handlers answer against the spec.
        """
        Resource.__init__(self)
        self.isLeaf = True
        self._cors = Cors() if cors is None else cors
        self._json = JsonRenderer(canonical=canonical_json, errors=errors)
        self._html = HtmlRenderer(self._json, ErrorPage() if error_page is None else error_page)
        self._validation = validation
        self._routes: Router[Route] = Router()

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: Callback,
        servlet_classname: str,
    ) -> None:
        """Call *callback* for requests of *method* whose undecoded path a pattern matches in full.

        It is called with the request and, by name, the named groups: percent-decoded once, as
        UTF-8, and None for a group that took no part. It returns a status and an object, or an
        awaitable of them, or None if it answers the request itself. What its decorators say
        (`cancellable`, `limits`, `cross_origin`, ...) holds for it, generated or not.

        Raises `ValueError` if a pattern is registered for this method already.
        """
        route = Route.to(callback, servlet_classname)
        for pattern in path_patterns:
            self._routes.add(method, pattern, route)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*, now or later."""
        path = request.path.decode("latin-1")
        found: Found[Route] | frozenset[str] | None = None
        if isinstance(request, SiteRequest):
            request.servlet_name = type(self).__name__
            if request.routed is not None:
                found = self._looked_up(request, *request.routed)
        else:
            request.responseHeaders.setRawHeaders("X-Content-Type-Options", ["nosniff"])
        if not path.isascii() or "\x7f" in path:  # RFC 3986, section 3.3
            self._cors.set_headers(request)
            error = CodedError(400, "The path must be percent-encoded", Codes.INVALID_PARAM)
            self._json.fail(request, error)
            return NOT_DONE_YET
        method = request.method.decode("latin-1")
        if found is None:
            found = self._routes.look_up(method, path)
        if isinstance(found, frozenset):
            self._unrouted(request, method, path, found)
        else:
            self._route(request, *found)
        return NOT_DONE_YET

    def plan_body(self, request: Request) -> BodyPlan:
        """How the body of *request* is to be taken, of which the head has come."""
        found = self._found(request)
        if isinstance(request, SiteRequest):
            request.routed = self, request.path, found  # it is asked for again at once
        return ANY_BODY if found is None else found[0].plan

    def refuse(self, request: Request, error: CodedError) -> None:
        """Answer *error*, as an error of the route that *request* addresses."""
        found = self._found(request)
        if found is None:
            self._cors.set_headers(request)
            self._json.fail(request, error)
            return
        route, _, methods = found
        self._set_headers(request, route, methods)
        renderer = self._html if route.is_html else self._json
        renderer.fail(request, error)

    def _found(self, request: Request) -> Found[Route] | None:
        # A site refuses other targets, and no other server asks.
        return self._routes.find(request.method.decode("latin-1"), request.path.decode("ascii"))

    def _looked_up(
        self, request: Request, resource: object, path: bytes, found: object
    ) -> Found[Route] | None:
        """What `plan_body` has found, unless somebody has changed the path since."""
        is_same = resource is self and path is request.path
        return cast("Found[Route] | None", found) if is_same else None

    def _set_headers(self, request: Request, route: Route, methods: str) -> None:
        options, cors = route.options, self._cors_of(route)
        lines = cors.lines(methods, options.headers, options.exposed)
        if lines is not None and options.lifecycle is None:
            route.policies[methods] = lines
        cors.set_headers(request, methods, options.headers, options.exposed)
        if options.lifecycle is not None:
            options.lifecycle.set_headers(request)

    def _cors_of(self, route: Route) -> Cors:
        return self._cors if route.options.cors is None else route.options.cors

    def _route(
        self, request: Request, route: Route, parameters: Mapping[str, str | None], methods: str
    ) -> None:
        policy = route.policies.get(methods)
        if policy is None:
            self._set_headers(request, route, methods)
        elif isinstance(request, SiteRequest):
            request.given.update(policy)
        else:
            set_prepared(request, policy)
        if isinstance(request, SiteRequest):
            request.operation = route.servlet
        renderer = self._html if route.is_html else self._json
        try:
            arguments = _arguments(parameters) if parameters else parameters
        except CodedError as error:
            renderer.fail(request, error)
        else:
            run(request, route, arguments, renderer, self._validation)

    def _unrouted(self, request: Request, method: str, path: str, known: frozenset[str]) -> None:
        if known:
            self._set_policy_of_path(request, path, known)
        else:
            self._cors.set_headers(request)
            if method != "OPTIONS":
                self._json.fail(request, UnrecognizedRequestError())
                return
            self._cors.set_max_age(request)
        set_headers(request, {"Allow": ", ".join(sorted({*known, "OPTIONS"}))})
        if method != "OPTIONS":
            self._json.fail(request, UnrecognizedRequestError(405))
            return
        write_response(request, 204, b"", None)

    def _set_policy_of_path(self, request: Request, path: str, known: frozenset[str]) -> None:
        """Say what pages of other origins may do on *path*, by the route that they ask for.

        A browser keeps what it is told of each method that is listed, so those of other policies
        are not; one that is not there at all gets no permission to keep.
        """
        asked = request.getHeader(b"Access-Control-Request-Method")
        method = min(known) if asked is None else asked.decode("latin-1")
        found = self._routes.find(method, path)
        if found is None:
            return
        cors = self._cors_of(found[0])
        alike = {each for each in known if self._policy(each, path) == cors}
        listed = ", ".join(sorted({*alike, "OPTIONS"}))
        cors.set_headers(request, listed, found[0].options.headers)
        if request.method == b"OPTIONS":
            cors.set_max_age(request)

    def _policy(self, method: str, path: str) -> Cors | None:
        found = self._routes.find(method, path)
        return None if found is None else self._cors_of(found[0])


def _arguments(parameters: Mapping[str, str | None]) -> Arguments:
    """The parameters of a path, decoded. Raises `CodedError`."""
    return {
        name: text if text is None or text.isalnum() else _decoded(name, text)
        for name, text in parameters.items()
    }


def _decoded(name: str, text: str) -> str:
    try:
        value = percent_decode(text)
    except ValueError as error:
        raise CodedError(400, f"path.{name}: Input {error}", Codes.INVALID_PARAM) from None
    if not _DOT_SEGMENTS.isdisjoint(value.split("/")) or "\0" in value:
        message = f"path.{name}: Input must not hold a dot segment or NUL"
        raise CodedError(400, message, Codes.INVALID_PARAM)
    return EncodedText(value, text) if "%" in text else value
