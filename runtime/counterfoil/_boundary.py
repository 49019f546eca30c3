"""The boundary between generated servlets and whatever host they are mounted on.

All that leaves a servlet is what every host with `register_paths` understands: a status and an
object that JSON can hold, or None for an answer that was written to the request here.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Concatenate, TypeAlias, TypeVar

from pydantic_core import to_jsonable_python
from twisted.internet.defer import CancelledError, Deferred

from counterfoil._access import describe
from counterfoil._bodies import is_json
from counterfoil._errors import ApiError, CodedError, StatusError, error_object
from counterfoil._json import encode
from counterfoil._rendering import INTERNAL_ERROR, set_headers, write_response
from counterfoil._replies import Reply
from counterfoil._types import Answer, Request

__all__ = ["answers"]

logger = logging.getLogger("counterfoil.servlets")

S = TypeVar("S")

_Declared: TypeAlias = type[ApiError[object]] | type[StatusError[object]]
_Method: TypeAlias = Callable[Concatenate[S, Request, ...], Awaitable[Reply[object]]]
_Servlet: TypeAlias = Callable[
    Concatenate[S, Request, ...], Coroutine[Deferred[object], object, Answer | None]
]


def answers(
    *replies: type[Reply[object]],
    errors: Sequence[_Declared] = (),
    media_type: str = "application/json",
) -> Callable[[_Method[S]], _Servlet[S]]:
    """Declare what a servlet's method answers: the replies it may return, the errors it may raise.

    A declared error, a refused parameter or body, an operation that is not implemented and any
    other `CodedError` become replies. An undeclared reply or error, and every other exception, is
    logged and becomes a 500 without detail. Cancellation is left to the host.

    *media_type* is that of the successes. JSON is handed to the host; anything else must be `bytes`
    or `str`, and is written to the request here, as are replies without content.
    """
    boundary = _Boundary(frozenset(replies), tuple(errors), media_type)

    def decorate(method: _Method[S]) -> _Servlet[S]:
        name = method.__name__

        @wraps(method)
        async def servlet(self: S, request: Request, /, **path: str) -> Answer | None:
            try:
                return boundary.answer(request, await method(self, request, **path))
            except CancelledError:
                raise
            except Exception as error:
                return boundary.refuse(request, error, name)

        return servlet

    return decorate


class _Boundary:
    """What one operation may answer."""

    def __init__(
        self,
        replies: frozenset[type[Reply[object]]],
        errors: tuple[_Declared, ...],
        media_type: str,
    ) -> None:
        self._replies = replies
        self._errors = errors
        self._media_type = media_type
        self._plain = media_type == "application/json"

    def answer(self, request: Request, reply: Reply[object]) -> Answer | None:
        """What to hand to the host for *reply*. Raises `TypeError` if it is not declared."""
        if type(reply) not in self._replies:
            raise TypeError(f"the operation does not declare {type(reply).__name__}")
        if reply.body is None or not self._plain:
            self._write(request, reply)
            return None
        body = to_jsonable_python(reply.body)
        if reply.headers is not None:
            set_headers(request, reply.headers)
        return reply.status, body

    def refuse(self, request: Request, error: Exception, name: str) -> Answer:
        """What to hand to the host for *error*, which ended the operation *name*."""
        try:
            return self._refused(request, error, name)
        except Exception as fault:
            logger.exception("%s: %s failed", describe(request), name, exc_info=fault)
            return 500, error_object(500, INTERNAL_ERROR)

    def _refused(self, request: Request, error: Exception, name: str) -> Answer:
        """Raises *error* again if it is not to be shown to a client."""
        if isinstance(error, CodedError):
            status, body = error.code, error.error_dict()
        elif isinstance(error, self._errors):
            status = error.status
            body = error_object(status) if error.body is None else to_jsonable_python(error.body)
        else:
            raise error
        if error.headers is not None:
            set_headers(request, error.headers)
        logger.info("%s: %s: %s %d", describe(request), name, type(error).__name__, status)
        return status, body

    def _write(self, request: Request, reply: Reply[object]) -> None:
        content, content_type = self._content(reply.body)
        if reply.headers is not None:
            set_headers(request, reply.headers)
        write_response(request, reply.status, content, content_type)

    def _content(self, body: object) -> tuple[bytes, str | None]:
        """The bytes of a body, and the media type to send them as."""
        if body is None:
            return b"", None
        if is_json(self._media_type):
            return encode(to_jsonable_python(body)), self._media_type
        if isinstance(body, bytes):
            return body, self._media_type
        if isinstance(body, str):
            return body.encode("utf-8"), f"{self._media_type}; charset=utf-8"
        raise TypeError(f"a body of {self._media_type} must be bytes, not {type(body).__name__}")
