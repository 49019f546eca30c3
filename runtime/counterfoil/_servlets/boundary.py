"""The boundary between generated servlets and whatever host they are mounted on.

All that leaves a servlet is what every host with `register_paths` understands: a status and an
object that JSON can hold, or None for an answer that was written to the request here.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Concatenate, TypeAlias, TypeVar

from pydantic_core import to_json, to_jsonable_python
from twisted.internet.defer import CancelledError, Deferred

from counterfoil._describe import describe
from counterfoil._errors import ApiError, CodedError, StatusError, error_object
from counterfoil._input.bodies import is_json
from counterfoil._json.coding import encode
from counterfoil._output.writers import (
    INTERNAL_ERROR,
    abort,
    set_headers,
    withdraw_headers,
    write_response,
)
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
        """What to hand to the host for *reply*.

        Raises `TypeError` if it is not declared, `ValueError` or `TypeError` if JSON cannot hold
        its body, and `RuntimeError` if the handler has written to the request itself.
        """
        if request.startedWriting:
            raise RuntimeError("the handler wrote to the request, and returned a reply too")
        if type(reply) not in self._replies:
            raise TypeError(f"the operation does not declare {type(reply).__name__}")
        if not (reply.has_content and self._plain):
            self._write(request, reply)
            return None
        body = _jsonable(reply.body)
        if reply.headers is not None:
            set_headers(request, reply.headers)
        return reply.status, body

    def refuse(self, request: Request, error: Exception, name: str) -> Answer | None:
        """What to hand to the host for *error*, which ended the operation *name*.

        None if a part of another answer has been sent: then the connection is cut.
        """
        withdraw_headers(request)
        try:
            answer = self._shown(request, error, name)
        except Exception as fault:
            answer = _failed(request, fault, name)
        if answer is None:
            answer = _failed(request, error, name)
        if not request.startedWriting:
            return answer
        abort(request)
        return None

    def _shown(self, request: Request, error: Exception, name: str) -> Answer | None:
        """What a client may see of *error*; None if that is nothing."""
        # To raise *error* again instead would tie it to this frame, which only the garbage
        # collector would find.
        body: object
        if isinstance(error, CodedError):
            status, body = error.code, error.error_dict()
        elif isinstance(error, self._errors):
            status = error.status
            body = error_object(status) if error.body is None else _jsonable(error.body)
        else:
            return None
        if error.headers is not None:
            set_headers(request, error.headers)
        logger.info("%s: %s: %s %d", describe(request), name, type(error).__name__, status)
        return status, body

    def _write(self, request: Request, reply: Reply[object]) -> None:
        content, content_type = self._content(reply.body) if reply.has_content else (b"", None)
        if reply.headers is not None:
            set_headers(request, reply.headers)
        write_response(request, reply.status, content, content_type)

    def _content(self, body: object) -> tuple[bytes, str | None]:
        """The bytes of a body, and the media type to send them as."""
        if is_json(self._media_type):
            return encode(to_jsonable_python(body)), self._media_type
        if isinstance(body, bytes):
            return body, self._media_type
        if isinstance(body, str):
            return body.encode("utf-8"), _in_utf_8(self._media_type)
        raise TypeError(f"a body of {self._media_type} must be bytes, not {type(body).__name__}")


def _failed(request: Request, fault: Exception, name: str) -> Answer:
    logger.error("%s: %s failed", describe(request), name, exc_info=fault)
    return 500, error_object(500, INTERNAL_ERROR)


def _jsonable(body: object) -> object:
    """*body* as an object that the encoder of any host takes: one that fails may answer nothing.

    Raises `ValueError` or `TypeError` if JSON cannot hold it.
    """
    value: object = to_jsonable_python(body)
    text = to_json(value, inf_nan_mode="constants")
    if b"NaN" in text or b"Infinity" in text:
        encode(value)  # it tells numbers from strings
    return value


def _in_utf_8(media_type: str) -> str:
    parameters = [each.strip() for each in media_type.split(";")]
    kept = [each for each in parameters if not each.lower().startswith("charset=")]
    return "; ".join([*kept, "charset=utf-8"])
