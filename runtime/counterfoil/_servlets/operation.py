"""What an operation declares, and what its servlet's replies and errors are held against."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Final

from twisted.internet.defer import Deferred

from counterfoil._describe import describe
from counterfoil._errors import (
    CodedError,
    DeclaredError,
    ErrorClass,
    InvalidResponseError,
    error_object,
)
from counterfoil._input.media_types import is_json
from counterfoil._json.jsonable import jsonable
from counterfoil._output.connection import abort
from counterfoil._output.headers import add_to_vary, set_headers, withdraw_headers
from counterfoil._output.rendering import Renderer, servlet_of
from counterfoil._replies import Location, Redirected, Reply, Successful
from counterfoil._servlets.representations import Alternatives, Content, Representation
from counterfoil._types import Answer, Request

__all__ = ["Operation", "send_declared"]

_NO_JSON: Final = (Reply, Location)

logger = logging.getLogger("counterfoil.servlets")


class Operation:
    """What one operation may answer."""

    method: Callable[..., Coroutine[Deferred[object], object, Reply[object]]]
    """The servlet's method, as it was before `answers` took hold of it."""

    def __init__(
        self,
        replies: Iterable[type[Reply[object]]],
        errors: tuple[ErrorClass, ...],
        media_type: str,
        contents: Iterable[Content] = (),
        statuses: Iterable[int] = (),
    ) -> None:
        usual = Representation(media_type)
        listed = {one.reply: tuple(map(Representation, one.media_types)) for one in contents}
        self._forms: Mapping[type[object], Representation] = {
            **dict.fromkeys(replies, usual),
            **{reply: forms[0] for reply, forms in listed.items()},
        }
        self._alternatives = {
            reply: Alternatives(forms) for reply, forms in listed.items() if len(forms) > 1
        }
        self._errors = errors
        self._statuses = frozenset(statuses)
        self._taken = {vars(reply).get("status") for reply in self._forms}
        forms = [*self._forms.values(), *(form for several in listed.values() for form in several)]
        # What is sent as JSON, whatever was asked for, and may be declared by no other name.
        self._plain: Mapping[type[object], str] = {
            reply: form.media_type
            for reply, form in self._forms.items()
            if form.is_json and not issubclass(reply, Successful | Redirected)
            if not self._alternatives
        }
        self.is_html = bool(forms) and all(form.is_html for form in forms)

    def media_type_of(self, reply: Reply[object]) -> str | None:
        """As what *reply* is sent, if it is a declared one, of JSON and nothing else.

        None if `checked` and `form_of` are to say.
        """
        media_type = self._plain.get(type(reply))
        if media_type is None or not reply.has_content or reply.headers is not None:
            return None
        return None if isinstance(reply.body, _NO_JSON) else media_type

    def checked(self, request: Request, reply: Reply[object]) -> Reply[object]:
        """*reply*, or the one that the servlet has put another around, if it is declared.

        Raises `TypeError` if it is not, and `RuntimeError` if the handler has written to the
        request itself.
        """
        if request.startedWriting:
            raise RuntimeError("the handler wrote to the request, and returned a reply too")
        self.check_kind(reply)
        outer, body = reply, reply.body
        if isinstance(body, Reply):  # around which the servlet has put the one that it knows
            reply = body
        is_another = type(reply) is not type(outer)
        if type(reply) not in self._forms or (
            is_another and not isinstance(reply, Successful | Redirected)
        ):
            raise TypeError(f"the operation does not declare {type(reply).__name__}")
        is_shorthand = is_another and reply.status == outer.status  # as if its body came alone
        if isinstance(reply, Successful | Redirected) and not is_shorthand:
            self._check_status(reply)
        return reply

    def check_kind(self, returned: object) -> None:
        """Raises `TypeError` for what is no reply at all."""
        if not isinstance(returned, Reply):
            replies = " or ".join(reply.__name__ for reply in self._forms)
            kind = None if returned is None else type(returned).__name__
            raise TypeError(f"the handler returned {kind}: it must return {replies}")

    def _check_status(self, reply: Successful[object] | Redirected[object]) -> None:
        status = reply.status
        listed = self._statuses.intersection(reply.statuses)
        if status in self._taken or (listed and status not in listed):
            name = type(reply).__name__
            raise TypeError(f"the operation does not declare {name} with status {status}")

    def form_of(self, request: Request, reply: Reply[object]) -> Representation:
        """How a checked *reply* to *request* is written.

        Raises `TypeError` for a body that is none of what the operation may answer.
        """
        if self._alternatives:
            # Of a reply without content too: 304 says it as 200 would (RFC 9110, 15.4.5).
            add_to_vary(request, "Accept")
            alternatives = self._alternatives.get(type(reply))
            if alternatives is not None and reply.has_content:
                return alternatives.chosen(request, reply.body)
        return self._forms[type(reply)]

    def declares(self, error: DeclaredError) -> bool:
        """Whether the operation may raise *error*."""
        return isinstance(error, self._errors)

    def refused(self, request: Request, error: Exception, name: str) -> Answer | None:
        """What to hand to a host for *error*, which ended the operation *name*.

        None if it was written here, or if a part of another answer has been sent: then the
        connection is cut.
        """
        withdraw_headers(request)
        started = request.startedWriting
        try:
            answer = self._shown(request, error, name)
        except Exception as fault:
            answer = _failed(request, fault, name)
        if started:
            abort(request)
            return None
        return answer

    def _shown(self, request: Request, error: Exception, name: str) -> Answer | None:
        """What a client may see of *error*; None if that was written here."""
        # To raise *error* again instead would tie it to this frame, which only the garbage
        # collector would find.
        answer: Answer | None
        if isinstance(error, CodedError):
            answer = error.code, error.error_dict()
        elif not isinstance(error, self._errors):
            return _failed(request, error, name)
        elif error.body is None:
            answer = error.status, error_object(error.status)
        elif error.media_type == "application/json":
            answer = error.status, jsonable(error.body)
        else:
            answer = None
        if error.headers is not None:
            set_headers(request, error.headers)
        status = error.code if isinstance(error, CodedError) else error.status
        logger.info("%s: %s: %s %d", describe(request), name, type(error).__name__, status)
        if answer is None and not request.startedWriting and not isinstance(error, CodedError):
            Representation(error.media_type).write_body(request, status, error.body)
        return answer


def send_declared(
    request: Request, error: DeclaredError, renderer: Renderer
) -> Awaitable[None] | None:
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
    if not is_json(error.media_type):
        if error.headers is not None:
            set_headers(request, error.headers)
        Representation(error.media_type).write_body(request, error.status, error.body)
        return None
    return renderer.send_model(request, error.status, error.body, error.media_type, error.headers)


def _failed(request: Request, fault: Exception, name: str) -> Answer:
    if isinstance(fault, InvalidResponseError):
        logger.error("%s: %s", describe(request), fault)
    else:
        logger.error("%s: %s failed", describe(request), name, exc_info=fault)
    return 500, error_object(500, "Internal server error")
