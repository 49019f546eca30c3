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

from counterfoil._access import describe
from counterfoil._cancel import is_cancellable
from counterfoil._cors import Cors
from counterfoil._errors import CodedError, Codes, UnrecognizedRequestError, error_object
from counterfoil._query import percent_decode
from counterfoil._rendering import (
    CLIENT_CLOSED_REQUEST,
    INTERNAL_ERROR,
    abort,
    is_over,
    respond_with_json,
    set_headers,
    write_response,
)
from counterfoil._requests import SiteRequest
from counterfoil._routes import Router
from counterfoil._types import Answer, Request

__all__ = ["JsonResource"]

logger = logging.getLogger("counterfoil.server")

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

    isLeaf = True

    def __init__(self, *, canonical_json: bool = True, cors: Cors | None = None) -> None:
        """*canonical_json* sorts keys and leaves characters unescaped (Matrix, appendix 3.1)."""
        super().__init__()
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
        request.responseHeaders.setRawHeaders("X-Content-Type-Options", ["nosniff"])
        method = request.method.decode("latin-1")
        try:
            path = _path(request)
            found = self._routes.find(method, path)
            if found is None:
                self._unrouted(request, method, path)
                return NOT_DONE_YET
            self._cors.set_headers(request, sorted({*found.methods, "OPTIONS"}))
            arguments = _arguments(found.parameters)
        except CodedError as error:
            self._cors.set_headers(request, self._cors.methods)
            self._respond_with_error(request, error)
            return NOT_DONE_YET
        self._start(request, found.target, arguments)
        return NOT_DONE_YET

    def _unrouted(self, request: Request, method: str, path: str) -> None:
        known = self._routes.allowed(path)
        allowed = sorted({*known, "OPTIONS"})
        self._cors.set_headers(request, allowed if known else self._cors.methods)
        if method != "OPTIONS" and not known:
            raise UnrecognizedRequestError
        set_headers(request, {"Allow": ", ".join(allowed)})
        if method != "OPTIONS":
            raise UnrecognizedRequestError(405)
        set_headers(request, {"Access-Control-Max-Age": str(self._cors.max_age)})
        write_response(request, 204, b"", None)
