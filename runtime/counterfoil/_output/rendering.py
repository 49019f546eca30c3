"""What becomes of a handler's outcome on the wire: of its answer, and of its fault."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterator
from typing import Protocol

from pydantic_core import to_jsonable_python
from twisted.internet.defer import CancelledError
from twisted.internet.task import Cooperator
from twisted.python.failure import Failure

from counterfoil._describe import describe, printable
from counterfoil._errors import ClientDisconnectedError, CodedError, InvalidResponseError
from counterfoil._json.conversion import body_in_slices
from counterfoil._json.encoding import encode
from counterfoil._json.slices import encoded_in_slices, is_large
from counterfoil._json.writing import small_text
from counterfoil._output.connection import abort, is_over
from counterfoil._output.formats import ErrorFormat, MatrixErrors
from counterfoil._output.headers import (
    CLIENT_CLOSED_REQUEST,
    set_headers,
    set_status,
    withdraw_headers,
)
from counterfoil._output.writers import respond_with_json_bytes, respond_with_json_pieces
from counterfoil._replies import HeaderValues
from counterfoil._types import Request

__all__ = [
    "INTERNAL",
    "JsonRenderer",
    "Renderer",
    "logged",
    "raised_by",
    "return_json_error",
    "servlet_of",
]

logger = logging.getLogger("counterfoil.server")

STEP = 0.001
"""How long a step of a large answer is to take, in seconds: it ends with the piece that is made."""

# One step of one of the tasks in each turn of the reactor: what comes meanwhile waits for a step.
_COOPERATOR = Cooperator(terminationPredicateFactory=lambda: lambda: True)


class Renderer(Protocol):
    """Writes what handlers return and raise. A resource has one."""

    def send(self, request: Request, status: int, value: object) -> Awaitable[None] | None:
        """Answer with *value*. What it returns must be awaited: the rest of a long answer.

        Raises an exception, and has written nothing, if *value* cannot be sent.
        """

    def send_model(
        self,
        request: Request,
        status: int,
        body: object,
        media_type: str,
        headers: HeaderValues | None,
    ) -> Awaitable[None] | None:
        """The same for a *body* that pydantic turns into JSON, whatever else is answered here."""

    def fail(self, request: Request, error: BaseException) -> None:
        """Answer for a handler that raised *error*, and log it; raises nothing."""


class JsonRenderer:
    """Answers are JSON; errors have the shape of an `ErrorFormat`."""

    def __init__(self, *, canonical: bool, errors: ErrorFormat | None = None) -> None:
        self.canonical = canonical
        self.errors: ErrorFormat = MatrixErrors() if errors is None else errors

    def send(self, request: Request, status: int, value: object) -> Awaitable[None] | None:
        """Answer with *value*; a large one is encoded in steps, with other work between them."""
        if is_large(value):
            pieces = encoded_in_slices(value, canonical=self.canonical)
            return _send_in_steps(request, status, pieces, "application/json", None)
        body = encode(value, canonical=self.canonical)
        respond_with_json_bytes(request, status, body)
        return None

    def send_model(
        self,
        request: Request,
        status: int,
        body: object,
        media_type: str,
        headers: HeaderValues | None,
    ) -> Awaitable[None] | None:
        """Answer with *body*, a model or what may hold models; a large one in steps, too."""
        text = small_text(body) if self.canonical else None
        if text is not None:
            if headers is not None:
                set_headers(request, headers)
            respond_with_json_bytes(request, status, text, media_type=media_type)
            return None
        if is_large(body):
            pieces = body_in_slices(body, canonical=self.canonical)
            return _send_in_steps(request, status, pieces, media_type, headers)
        text = encode(to_jsonable_python(body), canonical=self.canonical)
        if headers is not None:
            set_headers(request, headers)
        respond_with_json_bytes(request, status, text, media_type=media_type)
        return None

    def fail(self, request: Request, error: BaseException) -> None:
        """Answer for a handler that raised *error*."""
        refusal = logged(request, error)
        if request.startedWriting:
            abort(request)
            return
        if is_over(request):
            set_status(request, refusal.code)
            return
        withdraw_headers(request)
        try:
            self._refuse(request, refusal)
        except Exception:
            logger.exception("%s: %s failed to refuse", describe(request), servlet_of(request))
            withdraw_headers(request)
            respond_with_json_bytes(request, 500, encode(INTERNAL.error_dict()))

    def _refuse(self, request: Request, error: CodedError) -> None:
        """Answer *error*.

        Raises `ValueError` or `TypeError`, and has written nothing, if it cannot be sent.
        """
        body = encode(self.errors.body(error), canonical=self.canonical)
        set_status(request, error.code)
        if error.headers is not None:
            set_headers(request, error.headers)
        respond_with_json_bytes(
            request, error.code, body, media_type=self.errors.media_type.encode("ascii")
        )


def return_json_error(
    failure: Failure,
    request: Request,
    errors: ErrorFormat | None = None,
    canonical_json: bool = True,
) -> None:
    """Answer *request* for a handler that failed, and log why.

    A `CodedError` is answered as it is, a cancellation with 499, and everything else with a 500
    that says nothing. If a part of an answer has been sent the connection is cut.
    """
    JsonRenderer(canonical=canonical_json, errors=errors).fail(request, raised_by(failure))


def raised_by(failure: Failure) -> BaseException:
    """What was raised."""
    error: BaseException | None = failure.value
    return RuntimeError("a failure without an exception") if error is None else error


INTERNAL = CodedError(500, "Internal server error")
_CANCELLED = CodedError(CLIENT_CLOSED_REQUEST, "Request cancelled")


def logged(request: Request, error: BaseException) -> CodedError:
    """What a client may see of *error*; the rest goes to the log."""
    if isinstance(error, CodedError):
        if logger.isEnabledFor(logging.INFO):
            for text in (str(error), error.debug_context):
                if text is not None:
                    shown = printable(text.encode("utf-8", "replace"))
                    logger.info("%s: %s", describe(request), shown)
        return error
    if isinstance(error, CancelledError | asyncio.CancelledError):
        if not is_over(request):
            logger.error(
                "%s: %s was cancelled before its client left",
                describe(request),
                servlet_of(request),
                exc_info=error,
            )
        return _CANCELLED
    if isinstance(error, ClientDisconnectedError):
        return _CANCELLED
    if isinstance(error, InvalidResponseError):
        logger.error("%s: %s", describe(request), error)
    else:
        logger.error("%s: %s failed", describe(request), servlet_of(request), exc_info=error)
    return INTERNAL


def servlet_of(request: Request) -> str:
    """What answers *request*, for the log."""
    return str(getattr(request, "servlet_name", "a handler"))


async def _send_in_steps(
    request: Request,
    status: int,
    pieces: Iterator[bytes],
    media_type: str,
    headers: HeaderValues | None,
) -> None:
    made: list[bytes] = []
    task = _cooperator(request).cooperate(_until_over(request, pieces, made))
    try:
        await task.whenDone()
    except CancelledError:
        task.stop()
        raise
    if headers is not None:
        set_headers(request, headers)
    respond_with_json_pieces(request, status, made, media_type)


def _until_over(request: Request, pieces: Iterator[bytes], kept: list[bytes]) -> Iterator[None]:
    began = time.perf_counter()
    for piece in pieces:
        kept.append(piece)
        if time.perf_counter() - began > STEP:
            yield None
            if is_over(request):
                return
            began = time.perf_counter()


def _cooperator(request: Request) -> Cooperator:
    site = getattr(request.channel, "site", None)
    return getattr(site, "cooperator", _COOPERATOR)
