"""The resource that servlets are registered on, and that answers in JSON."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeAlias

from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._cancel import is_cancellable
from counterfoil._describe import describe, printable
from counterfoil._errors import CodedError, Codes, UnrecognizedRequestError, error_object
from counterfoil._input.query import percent_decode
from counterfoil._output.cors import Cors
from counterfoil._output.writers import (
    CLIENT_CLOSED_REQUEST,
    INTERNAL_ERROR,
    abort,
    is_over,
    respond_with_json,
    set_headers,
    set_status,
    withdraw_headers,
    write_response,
)
from counterfoil._routing.router import Router
from counterfoil._server.request import SiteRequest
from counterfoil._types import Answer, Request

__all__ = ["JsonResource"]

logger = logging.getLogger("counterfoil.server")

# A client resolves these before it sends a path (RFC 3986, section 5.2.4); as the value of a
# parameter they can only mean to reach something else.
_DOT_SEGMENTS = frozenset({".", ".."})

_Arguments: TypeAlias = dict[str, str | None]

Callback: TypeAlias = Callable[..., Awaitable[Answer | None] | Answer | None]
"""A servlet's callback here may be synchronous too."""


@dataclass(frozen=True, slots=True)
class _Route:
    """What is called, and how the log names it."""

    callback: Callback
    servlet: str
    cancellable: bool


class JsonResource(Resource):
    """Answers every path below where it is mounted, by the routes registered on it.

    It matches the whole path of the request, undecoded, wherever it is mounted. Answers are JSON
    with the headers of `Cors`; GET answers HEAD, and every path answers OPTIONS. An unknown path is
    a 404, another method a 405 with `Allow`, both with errcode M_UNRECOGNIZED. Each request is
    answered exactly once, whatever its callback does.
    """

    def __init__(self, *, canonical_json: bool = True, cors: Cors | None = None) -> None:
        """*canonical_json* sorts keys and leaves characters unescaped (Matrix, appendix 3.1)."""
        Resource.__init__(self)
        self.isLeaf = True
        self._canonical = canonical_json
        self._cors = Cors() if cors is None else cors
        self._routes: Router[_Route] = Router()

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
        awaitable of them, or None if it answers the request itself.

        Raises `ValueError` if a pattern is registered for this method already.
        """
        route = _Route(callback, servlet_classname, is_cancellable(callback))
        for pattern in path_patterns:
            self._routes.add(method, pattern, route)

    @override
    def render(self, request: Request) -> int:
        """Answer *request*, now or later."""
        if isinstance(request, SiteRequest):
            request.servlet_name = type(self).__name__
        else:
            request.responseHeaders.setRawHeaders("X-Content-Type-Options", ["nosniff"])
        try:
            self._route(request)
        except CodedError as error:
            if not request.responseHeaders.hasHeader("Access-Control-Allow-Origin"):
                self._cors.set_headers(request)
            self._respond_with_error(request, error)
        return NOT_DONE_YET

    def _route(self, request: Request) -> None:
        method, path = request.method.decode("latin-1"), _path(request)
        found = self._routes.find(method, path)
        if found is None:
            self._unrouted(request, method, path)
            return
        route, parameters, methods = found
        self._cors.set_headers(request, methods)
        self._start(request, route, _arguments(parameters))

    def _unrouted(self, request: Request, method: str, path: str) -> None:
        known = self._routes.allowed(path)
        if method != "OPTIONS" and not known:
            raise UnrecognizedRequestError
        allowed = ", ".join(sorted({*known, "OPTIONS"}))
        self._cors.set_headers(request, allowed if known else None)
        set_headers(request, {"Allow": allowed})
        if method != "OPTIONS":
            raise UnrecognizedRequestError(405)
        set_headers(request, {"Access-Control-Max-Age": str(self._cors.max_age)})
        write_response(request, 204, b"", None)

    def _start(self, request: Request, route: _Route, arguments: _Arguments) -> None:
        if isinstance(request, SiteRequest):
            request.servlet_name = route.servlet
            request.is_render_cancellable = route.cancellable
        rendering = Deferred.fromCoroutine(self._answer(request, route, arguments))
        if isinstance(request, SiteRequest):
            request.render_deferred = rendering
        if route.cancellable and not rendering.called:
            request.notifyFinish().addErrback(lambda _: rendering.cancel())

    async def _answer(self, request: Request, route: _Route, arguments: _Arguments) -> None:
        processing = request.processing() if isinstance(request, SiteRequest) else nullcontext()
        with processing:
            try:
                answer = route.callback(request, **arguments)
                if not isinstance(answer, tuple) and isinstance(answer, Awaitable):
                    answer = await _for_coroutine(answer)
                self._send(request, route, answer)
            except (CancelledError, asyncio.CancelledError):
                self._cancelled(request, route)
            except CodedError as error:
                self._refused(request, route, error)
            except BaseException:
                # SystemExit and its like end here too: the Deferred would only keep them.
                self._failed(request, route)

    def _send(self, request: Request, route: _Route, answer: Answer | None) -> None:
        if answer is None:
            return
        if not _is_pair(answer):
            raise TypeError(f"{route.servlet} returned a {type(answer).__name__}, not an answer")
        if request.startedWriting:
            raise RuntimeError(f"{route.servlet} wrote to the request, and returned an answer too")
        status, value = answer
        if is_over(request):
            set_status(request, status)
            logger.warning(
                "%s: %s answered after its client had left", describe(request), route.servlet
            )
            return
        respond_with_json(request, status, value, canonical=self._canonical)

    def _refused(self, request: Request, route: _Route, error: CodedError) -> None:
        try:
            self._respond_with_error(request, error)
        except Exception:
            self._failed(request, route)

    def _respond_with_error(self, request: Request, error: CodedError) -> None:
        for text in (str(error), error.debug_context):
            if text is not None:
                logger.info("%s: %s", describe(request), printable(text.encode("utf-8", "replace")))
        if request.startedWriting:
            abort(request)
            return
        withdraw_headers(request)
        if error.headers is not None:
            set_headers(request, error.headers)
        respond_with_json(request, error.code, error.error_dict(), canonical=self._canonical)

    def _failed(self, request: Request, route: _Route) -> None:
        """Log the exception that is being handled, and answer without a word of it."""
        logger.exception("%s: %s failed", describe(request), route.servlet)
        self._end(request, 500, INTERNAL_ERROR)

    def _cancelled(self, request: Request, route: _Route) -> None:
        if not is_over(request):
            logger.exception(
                "%s: %s was cancelled before its client left", describe(request), route.servlet
            )
        self._end(request, CLIENT_CLOSED_REQUEST, "Request cancelled")

    def _end(self, request: Request, status: int, message: str) -> None:
        if request.startedWriting:
            abort(request)
        elif is_over(request):
            set_status(request, status)
        else:
            withdraw_headers(request)
            respond_with_json(request, status, error_object(status, message))


def _is_pair(answer: object) -> bool:
    """Whether *answer* is what its type promises; callbacks need not be type-checked."""
    return isinstance(answer, tuple) and len(answer) == 2


def _path(request: Request) -> str:
    """The undecoded path. Raises `CodedError` for bytes that it must not hold (RFC 3986, 3.3)."""
    raw = request.path
    if not raw.isascii() or b"\x7f" in raw:
        raise CodedError(400, "The path must be percent-encoded", Codes.INVALID_PARAM)
    return raw.decode("ascii")


def _arguments(parameters: Mapping[str, str | None]) -> _Arguments:
    """The parameters of a path, decoded. Raises `CodedError`."""
    return {
        name: None if text is None else _decoded(name, text) for name, text in parameters.items()
    }


def _decoded(name: str, text: str) -> str:
    try:
        value = percent_decode(text)
    except ValueError as error:
        raise CodedError(400, f"path.{name}: Input {error}", Codes.INVALID_PARAM) from None
    if value in _DOT_SEGMENTS or "\0" in value:
        message = f"path.{name}: Input must not be a dot segment or hold NUL"
        raise CodedError(400, message, Codes.INVALID_PARAM)
    return value


def _for_coroutine(answer: Awaitable[Answer | None]) -> Awaitable[Answer | None]:
    """What a coroutine that a Deferred drives can await in place of *answer*."""
    return Deferred.fromFuture(answer) if asyncio.isfuture(answer) else answer
