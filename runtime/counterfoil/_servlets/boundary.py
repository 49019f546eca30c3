"""The boundary between generated servlets and whatever host they are mounted on.

All that leaves a servlet is what every host with `register_paths` understands: a status and an
object that JSON can hold, or None for an answer that was written to the request here. Our own
resources know more of a servlet, its `Operation`, and take its replies and errors as they are.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Concatenate, TypeAlias, TypeVar

from pydantic_core import to_jsonable_python
from twisted.internet.defer import CancelledError, Deferred

from counterfoil._describe import describe
from counterfoil._errors import ApiError, CodedError, StatusError, error_object
from counterfoil._input.bodies import is_json
from counterfoil._json.encoding import encode
from counterfoil._json.jsonable import jsonable
from counterfoil._options import options_of
from counterfoil._output.connection import abort
from counterfoil._output.headers import set_headers, withdraw_headers
from counterfoil._output.html import set_clickjacking_protection_headers
from counterfoil._output.rendering import Renderer, servlet_of
from counterfoil._output.streams import respond_with_stream
from counterfoil._output.writers import write_response
from counterfoil._replies import Location, Reply
from counterfoil._servlets.limits import check_body, within
from counterfoil._types import Answer, Request

__all__ = ["Operation", "answers", "operation_of"]

logger = logging.getLogger("counterfoil.servlets")

S = TypeVar("S")

Declared: TypeAlias = ApiError[object] | StatusError[object]
_Method: TypeAlias = Callable[
    Concatenate[S, Request, ...], Coroutine[Deferred[object], object, Reply[object]]
]
_Servlet: TypeAlias = Callable[
    Concatenate[S, Request, ...], Coroutine[Deferred[object], object, Answer | None]
]


def answers(
    *replies: type[Reply[object]],
    errors: Sequence[type[ApiError[object]] | type[StatusError[object]]] = (),
    media_type: str = "application/json",
) -> Callable[[_Method[S]], _Servlet[S]]:
    """Declare what a servlet's method answers: the replies it may return, the errors it may raise.

    A declared error, a refused parameter or body, an operation that is not implemented and any
    other `CodedError` become replies. An undeclared reply or error, and every other exception, is
    logged and becomes a 500 without detail. Cancellation is left to the host.

    *media_type* is that of the successes. JSON is handed to the host; anything else must be
    `bytes`, `str` or an asynchronous iterable of `bytes`, and is written to the request here, as
    are replies without content.
    """

    def decorate(method: _Method[S]) -> _Servlet[S]:
        operation = Operation(frozenset(replies), tuple(errors), media_type)

        @wraps(method)
        async def servlet(self: S, request: Request, /, **path: str) -> Answer | None:
            try:
                options = options_of(servlet)
                check_body(request, options.max_body)
                reply = await within(request, options.timeout, method(self, request, **path))
                operation.check(request, reply)
                if operation.hands_on(reply):
                    return operation.handed_on(request, reply)
                await operation.write(request, reply)
            except CancelledError:
                raise
            except Exception as error:
                return operation.refused(request, error, method.__name__)
            return None

        operation.method = method
        vars(servlet)[_ATTRIBUTE] = operation
        return servlet

    return decorate


_ATTRIBUTE = "operation"


def operation_of(callback: object) -> Operation | None:
    """What was declared for *callback*, if it is a generated servlet's."""
    found = getattr(callback, _ATTRIBUTE, None)
    return found if isinstance(found, Operation) else None


class Operation:
    """What one operation may answer."""

    method: Callable[..., Awaitable[Reply[object]]]
    """The servlet's method, as it was before `answers` took hold of it."""

    def __init__(
        self,
        replies: frozenset[type[Reply[object]]],
        errors: tuple[type[ApiError[object]] | type[StatusError[object]], ...],
        media_type: str,
    ) -> None:
        self._replies = replies
        self._errors = errors
        self._media_type = media_type
        self._plain = media_type == "application/json"
        self._json = is_json(media_type)
        self.is_html = media_type.partition(";")[0].strip().lower() == "text/html"

    def check(self, request: Request, reply: Reply[object]) -> None:
        """Hold *reply* against what is declared.

        Raises `TypeError` if it is not, and `RuntimeError` if the handler has written to the
        request itself.
        """
        if request.startedWriting:
            raise RuntimeError("the handler wrote to the request, and returned a reply too")
        if type(reply) not in self._replies:
            raise TypeError(f"the operation does not declare {type(reply).__name__}")
        if isinstance(reply.body, Reply):  # around which the servlet has put the one it declares
            raise TypeError(f"the operation does not declare {type(reply.body).__name__}")

    def hands_on(self, reply: Reply[object]) -> bool:
        """Whether *reply* is JSON, which a host writes."""
        return self._plain and reply.has_content and not isinstance(reply.body, Location)

    def handed_on(self, request: Request, reply: Reply[object]) -> Answer:
        """*reply* for a host. Raises `ValueError` or `TypeError` if JSON cannot hold its body."""
        body = jsonable(reply.body)
        if reply.headers is not None:
            set_headers(request, reply.headers)
        return reply.status, body

    def send(
        self, request: Request, reply: Reply[object], renderer: Renderer
    ) -> Awaitable[None] | None:
        """Answer with a checked *reply*; what is returned must be awaited. Raises as `write`."""
        if self._json and reply.has_content and not isinstance(reply.body, Location):
            return renderer.send_model(
                request, reply.status, reply.body, self._media_type, reply.headers
            )
        return self.write(request, reply)

    async def write(self, request: Request, reply: Reply[object]) -> None:
        """Write *reply*, which is no JSON that a host writes.

        Raises `ValueError` or `TypeError` for a body that cannot be sent as what is declared.
        """
        body = reply.body
        if reply.headers is not None:
            set_headers(request, reply.headers)
        if isinstance(body, Location):
            set_headers(request, {"Location": body})
            write_response(request, reply.status, b"", None)
            return
        if self.is_html:
            set_clickjacking_protection_headers(request)
        if isinstance(body, AsyncIterable) and not self._json:
            await respond_with_stream(request, reply.status, body, self._content_type(body))
            return
        content = self._content(body) if reply.has_content else b""
        content_type = self._content_type(body) if reply.has_content else None
        write_response(request, reply.status, content, content_type)

    def _content(self, body: object) -> bytes:
        if self._json:
            return encode(to_jsonable_python(body))
        if isinstance(body, bytes):
            return body
        if isinstance(body, str):
            return body.encode("utf-8")
        raise TypeError(f"a body of {self._media_type} must be bytes, not {type(body).__name__}")

    def _content_type(self, body: object) -> str:
        """The declared media type; what is encoded here, or made in pieces of text, is UTF-8."""
        encoded = isinstance(body, str) and not self._json
        pieces = isinstance(body, AsyncIterable) and self._media_type.lower().startswith("text/")
        return _in_utf_8(self._media_type) if encoded or pieces else self._media_type

    def declares(self, error: Declared) -> bool:
        """Whether the operation may raise *error*."""
        return isinstance(error, self._errors)

    def refused(self, request: Request, error: Exception, name: str) -> Answer | None:
        """What to hand to a host for *error*, which ended the operation *name*.

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
            body = error_object(status) if error.body is None else jsonable(error.body)
        else:
            return None
        if error.headers is not None:
            set_headers(request, error.headers)
        logger.info("%s: %s: %s %d", describe(request), name, type(error).__name__, status)
        return status, body


def send_declared(request: Request, error: Declared, renderer: Renderer) -> Awaitable[None] | None:
    """Answer with a declared *error*; what is returned must be awaited.

    Raises `CodedError` for one without a body: it has the shape of every other error. Raises
    `ValueError` or `TypeError` if the body cannot be sent.
    """
    if error.body is None:
        body = error_object(error.status)
        raise CodedError(
            error.status, str(body["error"]), str(body["errcode"]), headers=error.headers
        )
    withdraw_headers(request)
    name = type(error).__name__
    logger.info("%s: %s: %s %d", describe(request), servlet_of(request), name, error.status)
    if request.startedWriting:
        abort(request)
        return None
    return renderer.send_model(request, error.status, error.body, error.media_type, error.headers)


def _failed(request: Request, fault: Exception, name: str) -> Answer:
    logger.error("%s: %s failed", describe(request), name, exc_info=fault)
    return 500, error_object(500, "Internal server error")


def _in_utf_8(media_type: str) -> str:
    parameters = [each.strip() for each in media_type.split(";")]
    kept = [each for each in parameters if not each.lower().startswith("charset=")]
    return "; ".join([*kept, "charset=utf-8"])
