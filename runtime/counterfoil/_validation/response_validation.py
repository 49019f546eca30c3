"""Whether handlers keep to the spec, and what becomes of it if they do not."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterable, Callable, Iterable
from functools import wraps
from typing import Final, cast
from weakref import WeakKeyDictionary

from typing_extensions import override

from counterfoil._describe import describe
from counterfoil._errors import ApiError, DeclaredError, InvalidResponseError, StatusError
from counterfoil._replies import Reply
from counterfoil._replies.reply import with_body
from counterfoil._servlets.boundary import hide_operation
from counterfoil._servlets.operation import Operation
from counterfoil._servlets.representations import Representation
from counterfoil._servlets.validation import VALIDATION, Validation
from counterfoil._types import Answer, HttpServer, Request, ServletCallback
from counterfoil._validation.checks import OperationCheck
from counterfoil._validation.described import described

__all__ = ["ResponseValidation"]

logger = logging.getLogger("counterfoil.servlets")

_CHECKS: Final[WeakKeyDictionary[Operation, OperationCheck | None]] = WeakKeyDictionary()


class ResponseValidation(Validation):
    """Holds what handlers answer against the spec: status, media type, headers and body.

        root = JsonResource(validation=ResponseValidation())

    What breaks the spec is not sent: the client gets a 500, or the end of its stream, and the log
    says which operation, which status, where, and what was expected. With `refuse=False` it is sent
    as it is, and the log says the same. *report* is told of each such answer, too.

    Each body is made into JSON once more, and held against its schema in one go, however large it
    is: that costs about as much as the answer itself.
    """

    def __init__(
        self,
        *,
        refuse: bool = True,
        report: Callable[[InvalidResponseError], None] | None = None,
    ) -> None:
        self._refuse = refuse
        self._report = report

    def on(self, server: HttpServer) -> HttpServer:
        """*server*, for the servlets of a package to be registered on: they are looked at.

            diary.register(ResponseValidation().on(resource), pages=Pages())

        For hosts that are not ours; `JsonResource` has its own option.
        """
        return _Validating(server, self)

    @override
    def reply(
        self, request: Request, operation: Operation, given: Reply[object]
    ) -> tuple[Reply[object], Representation]:
        check = _check_of(operation)
        operation.check_kind(given)
        try:
            reply = operation.checked(request, given)
            form = operation.form_of(request, reply)
        except TypeError as error:
            raise self._told(operation, check, given.status, [str(error)]) from error
        if check is None:
            return reply, form

        def tell(status: int, breaches: list[str]) -> None:
            self._tell(request, operation, status, breaches)

        tell(reply.status, list(check.reply(request, reply, form)))
        body = reply.body
        if form.is_sequence and isinstance(body, AsyncIterable):
            reply = with_body(reply, check.items(reply.status, body, form, tell))
        return reply, form

    @override
    def raised(self, request: Request, operation: Operation, error: Exception) -> Exception:
        if not isinstance(error, ApiError | StatusError):
            return error
        declared = cast("DeclaredError", error)
        check = _check_of(operation)
        if not operation.declares(declared):
            what = f"the operation does not declare {type(error).__name__}"
            shown = self._told(operation, check, declared.status, [what])
            shown.__cause__ = error
            return shown
        try:
            if check is not None:
                breaches = list(check.error(request, declared))
                self._tell(request, operation, declared.status, breaches)
        except InvalidResponseError as refused:
            return refused
        return error

    def _tell(
        self, request: Request, operation: Operation, status: int, breaches: list[str]
    ) -> None:
        """Raise, or log, what is wrong with an answer of *status*, if anything is."""
        if not breaches:
            return
        error = self._told(operation, _check_of(operation), status, breaches)
        if self._refuse:
            raise error
        logger.error("%s: %s", describe(request), error)

    def _told(
        self,
        operation: Operation,
        check: OperationCheck | None,
        status: int,
        breaches: list[str],
    ) -> InvalidResponseError:
        name = operation.method.__name__ if check is None else check.name
        error = InvalidResponseError(name, status, breaches)
        if self._report is not None:
            self._report(error)
        return error


class _Validating:
    """A server whose servlets answer in a context that validates."""

    def __init__(self, server: HttpServer, validation: Validation) -> None:
        self._server = server
        self._validation = validation

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: ServletCallback,
        servlet_classname: str,
    ) -> None:
        @wraps(callback)
        async def servlet(request: Request, /, **path: str) -> Answer | None:
            before = VALIDATION.set(self._validation)
            try:
                return await callback(request, **path)
            finally:
                VALIDATION.reset(before)

        hide_operation(servlet)
        self._server.register_paths(method, path_patterns, servlet, servlet_classname)


def _check_of(operation: Operation) -> OperationCheck | None:
    if operation not in _CHECKS:
        spec = described(operation)
        _CHECKS[operation] = None if spec is None else OperationCheck(spec)
    return _CHECKS[operation]
