"""The boundary between generated servlets and whatever host they are mounted on.

All that leaves a servlet is what every host with `register_paths` understands: a status and an
object that JSON can hold, or None for an answer that was written to the request here. Our own
resources know more of a servlet, its `Operation`, and take its replies and errors as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Concatenate, TypeAlias, TypeVar

from twisted.internet.defer import CancelledError, Deferred

from counterfoil._errors import ErrorClass
from counterfoil._input.uploads import close_uploads
from counterfoil._json.jsonable import jsonable
from counterfoil._options import options_of
from counterfoil._output.headers import set_headers
from counterfoil._replies import Reply
from counterfoil._servlets.limits import check_body, within
from counterfoil._servlets.operation import Operation
from counterfoil._servlets.representations import Content
from counterfoil._servlets.validation import VALIDATION
from counterfoil._types import Answer, Request

__all__ = ["answers", "hide_operation", "operation_of"]

S = TypeVar("S")

_Method: TypeAlias = Callable[
    Concatenate[S, Request, ...], Coroutine[Deferred[object], object, Reply[object]]
]
_Servlet: TypeAlias = Callable[
    Concatenate[S, Request, ...], Coroutine[Deferred[object], object, Answer | None]
]


def answers(
    *replies: type[Reply[object]],
    errors: Sequence[ErrorClass] = (),
    media_type: str = "application/json",
    contents: Sequence[Content] = (),
    statuses: Sequence[int] = (),
) -> Callable[[_Method[S]], _Servlet[S]]:
    """Declare what a servlet's method answers: the replies it may return, the errors it may raise.

    A declared error, a refused parameter or body, an operation that is not implemented and any
    other `CodedError` become replies. An undeclared reply or error, and every other exception, is
    logged and becomes a 500 without detail. Cancellation is left to the host.

    *media_type* is that of the successes, but for those of which *contents* says another. JSON is
    handed to the host; anything else must be `bytes`, `str` or an asynchronous iterable of `bytes`,
    and is written to the request here, as are replies without content.

    *statuses* are those that `Successful` and `Redirected` may have; one of which none is listed
    may have any that no other reply stands for.
    """

    def decorate(method: _Method[S]) -> _Servlet[S]:
        operation = Operation(replies, tuple(errors), media_type, contents, statuses)

        @wraps(method)
        async def servlet(self: S, request: Request, /, **path: str) -> Answer | None:
            validation = VALIDATION.get()
            try:
                options = options_of(servlet)
                if options.lifecycle is not None:
                    options.lifecycle.set_headers(request)
                check_body(request, options.max_body)
                given = await within(request, options.timeout, method(self, request, **path))
                if validation is None:
                    reply = operation.checked(request, given)
                    form = operation.form_of(request, reply)
                else:
                    reply, form = validation.reply(request, operation, given)
                if form.hands_on(reply):
                    return _handed_on(request, reply)
                await form.write(request, reply)
            except CancelledError:
                raise
            except Exception as error:
                shown = (
                    error if validation is None else validation.raised(request, operation, error)
                )
                return operation.refused(request, shown, method.__name__)
            finally:
                close_uploads(request)
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


def hide_operation(callback: object) -> None:
    """Have *callback*, which wraps a generated servlet, called by our own resources too.

    They would go around it to the method that the servlet has of its operation.
    """
    vars(callback).pop(_ATTRIBUTE, None)


def _handed_on(request: Request, reply: Reply[object]) -> Answer:
    """*reply* for a host. Raises `ValueError` or `TypeError` if JSON cannot hold its body."""
    body = jsonable(reply.body)
    if reply.headers is not None:
        set_headers(request, reply.headers)
    return reply.status, body
