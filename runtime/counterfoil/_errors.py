"""The errors that become answers.

    Exception
    ├── CodeMessageException        a status and a message
    │   ├── RedirectException       the client is sent elsewhere, from a handler of pages
    │   └── CodedError              and an errcode: answered as it is, from any handler
    │       ├── UnrecognizedRequestError    no such path, or no such method on it
    │       ├── UnimplementedError          the handler lacks the operation
    │       └── InvalidRequestError         a parameter or the body was refused
    ├── ApiError                    declared by the spec, of one status; raised with its body
    │   └── ApiErrorWithHeaders         and with its headers, of which some are required
    ├── StatusError                 the same, for `default` and for ranges such as `4XX`
    │   └── StatusErrorWithHeaders
    └── InvalidResponseError        an answer is not what the spec says, where that is looked at

Every other exception is answered by a 500 that says nothing to the client.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar, Generic, TypeAlias, cast, get_args, overload

from typing_extensions import TypeVar

from counterfoil._replies import AnyHeaders, HeadersByName, HeaderValues, header_values

__all__ = [
    "ApiError",
    "ApiErrorWithHeaders",
    "ClientDisconnectedError",
    "ClientStatusError",
    "ClientStatusErrorWithHeaders",
    "CodeMessageException",
    "CodedError",
    "Codes",
    "DeclaredError",
    "ErrorClass",
    "InvalidRequestError",
    "InvalidResponseError",
    "RedirectException",
    "ServerStatusError",
    "ServerStatusErrorWithHeaders",
    "StatusError",
    "StatusErrorWithHeaders",
    "UnimplementedError",
    "UnrecognizedRequestError",
    "checked_location",
    "error_object",
    "unimplemented",
]

T_co = TypeVar("T_co", covariant=True)
H_co = TypeVar("H_co", bound=AnyHeaders, default=HeadersByName, covariant=True)

_LEFT_OUT = object()


class Codes(StrEnum):
    """Error codes that the runtime itself answers with (Matrix, client-server API, section 2)."""

    BAD_JSON = "M_BAD_JSON"
    FORBIDDEN = "M_FORBIDDEN"
    INVALID_PARAM = "M_INVALID_PARAM"
    LIMIT_EXCEEDED = "M_LIMIT_EXCEEDED"
    MISSING_PARAM = "M_MISSING_PARAM"
    MISSING_TOKEN = "M_MISSING_TOKEN"
    NOT_FOUND = "M_NOT_FOUND"
    NOT_JSON = "M_NOT_JSON"
    TOO_LARGE = "M_TOO_LARGE"
    UNKNOWN = "M_UNKNOWN"
    UNKNOWN_TOKEN = "M_UNKNOWN_TOKEN"
    UNRECOGNIZED = "M_UNRECOGNIZED"


_CODE_OF_STATUS = {
    403: Codes.FORBIDDEN,
    404: Codes.NOT_FOUND,
    413: Codes.TOO_LARGE,
    429: Codes.LIMIT_EXCEEDED,
}


def error_object(status: int, message: str | None = None) -> dict[str, object]:
    """The body of an error that has none of its own: the code and the phrase of its status."""
    if message is None:
        message = HTTPStatus(status).phrase if status in _STATUSES else "Unknown status"
    return {"errcode": _CODE_OF_STATUS.get(status, Codes.UNKNOWN).value, "error": message}


_STATUSES = frozenset(status.value for status in HTTPStatus)


class CodeMessageException(Exception):
    """A status with a message. Where JSON is spoken it is a 500: raise a `CodedError` there."""

    def __init__(self, code: int, msg: str, headers: HeaderValues | None = None) -> None:
        super().__init__(f"{code}: {msg}")
        self.code = int(code)
        self.msg = msg
        self.headers = headers


class RedirectException(CodeMessageException):
    """Sends the client of a page elsewhere (RFC 9110, section 15.4), from wherever it is raised.

    *location* is an absolute URI or a path of this server. `cookies` are the values of `Set-Cookie`
    headers, as `cookie` makes them: they are sent after those that the handler has set, in order.

    Where JSON is spoken it is a 500.

    Raises `ValueError` for a status that is no redirect, and as `checked_location` does.
    """

    def __init__(self, location: bytes, http_code: int = 302) -> None:
        if not 300 <= http_code <= 399:
            raise ValueError(f"{int(http_code)} is not the status of a redirect")
        text = checked_location(location).decode("utf-8", "backslashreplace")
        super().__init__(http_code, f"Redirect to {text}")
        self.location = location
        self.cookies: list[bytes] = []


# A browser reads a backslash as a slash and passes over tabs and line ends, and two slashes at the
# start name another server (RFC 3986, section 4.2).
_NOT_IN_A_LOCATION = re.compile(
    rb"^//|^(?i:javascript|data|vbscript):|^(?i:https?):(?!//)|[\\\x00-\x20\x7f]"
)


def checked_location(location: bytes) -> bytes:
    """*location*, which is safe to send as the header `Location` (RFC 9110, section 10.2.2).

    Raises `ValueError` if it could lead elsewhere than it seems to (`//host`, a backslash), or
    holds a space or a control character.
    """
    if _NOT_IN_A_LOCATION.search(location):
        raise ValueError("a location must be an absolute URI or a path, percent-encoded")
    return location


class CodedError(CodeMessageException):
    """An error answered as `{"errcode": ..., "error": ...}`.

    A handler may raise it for what holds across a whole API and is not declared by each operation:
    a missing token, a rate limit.

    `debug_context` is for the log only.
    """

    def __init__(
        self,
        code: int,
        msg: str,
        errcode: str = Codes.UNKNOWN,
        *,
        headers: HeaderValues | None = None,
        debug_context: str | None = None,
    ) -> None:
        super().__init__(code, msg, headers)
        self.errcode = str(errcode)
        self.debug_context = debug_context

    def error_dict(self) -> dict[str, object]:
        """The body to answer with. A subclass may add to it."""
        return {"errcode": self.errcode, "error": self.msg}


class ClientDisconnectedError(ConnectionError):
    """The client left before its whole request had come. Raised where the body is awaited."""


class UnrecognizedRequestError(CodedError):
    """No route has this path, or none has it with this method (RFC 9110, 15.5.5 and 15.5.6)."""

    def __init__(
        self,
        code: int = 404,
        msg: str = "Unrecognized request",
        *,
        headers: HeaderValues | None = None,
    ) -> None:
        super().__init__(code, msg, Codes.UNRECOGNIZED, headers=headers)


class UnimplementedError(CodedError):
    """The handler does not implement the operation."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(501, f"{operation_id} is not implemented", Codes.UNRECOGNIZED)


class InvalidRequestError(CodedError):
    """A parameter or the body does not fit what the operation declares.

    `problems` holds the faults with their locations, of a body the first 20; the message joins
    them, within bounds.
    """

    def __init__(self, errcode: str, problems: Sequence[str], msg: str | None = None) -> None:
        super().__init__(400, "; ".join(problems) if msg is None else msg, errcode)
        self.problems = tuple(problems)


class InvalidResponseError(AssertionError):
    """An answer is not what the spec says of it: a 500, or the end of a stream that has begun.

    Raised only where responses are validated: in tests, and with `counterfoil.validation`.
    `operation` is its `operationId`, `status` that of the answer, and `breaches` say where it is
    wrong and what was expected. They quote the spec, and nothing of the answer.
    """

    def __init__(self, operation: str, status: int, breaches: Sequence[str]) -> None:
        super().__init__(f"{operation} answered {status}, but {'; '.join(breaches)}")
        self.operation = operation
        self.status = status
        self.breaches = tuple(breaches)


def unimplemented(operation_id: str) -> Exception:
    """What a generated handler raises for an operation that nobody has written: a 501."""
    return UnimplementedError(operation_id)


class ApiError(Exception, Generic[T_co, H_co]):
    """An error that an operation declares. Each declared (status, schema) is a subclass.

    Raised from a handler with the body to answer with. An error whose type parameter is None has
    no content in the spec; it is raised bare, and answered in the common error shape.

    Raises `TypeError` if the body is left out where one is declared.
    """

    status: ClassVar[int]

    media_type: ClassVar[str] = "application/json"
    """What its body is sent as."""

    body: T_co

    @overload
    def __init__(self: ApiError[None, H_co], *, headers: H_co | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co | None = None) -> None: ...

    def __init__(
        self,
        body: object = _LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        self.body = cast("T_co", _declared_body(type(self), body))
        self.headers = header_values(headers)

    def __str__(self) -> str:
        return f"{self.status}: {self.body!r}"


class StatusError(Exception, Generic[T_co, H_co]):
    """A declared error whose status the handler chooses: `default`, or a range such as `4XX`.

    Raises `ValueError` for a status outside `statuses`, and `TypeError` as `ApiError` does.
    """

    statuses: ClassVar[range] = range(400, 600)

    media_type: ClassVar[str] = "application/json"
    """What its body is sent as."""

    status: int

    body: T_co

    headers: HeaderValues | None

    @overload
    def __init__(
        self: StatusError[None, H_co], status: int, *, headers: H_co | None = None
    ) -> None: ...

    @overload
    def __init__(self, status: int, body: T_co, *, headers: H_co | None = None) -> None: ...

    def __init__(
        self,
        status: int,
        body: object = _LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        _fill(self, status, body, headers)

    def __str__(self) -> str:
        return f"{self.status}: {self.body!r}"


class ClientStatusError(StatusError[T_co, H_co]):
    """A declared error of the range `4XX`."""

    statuses = range(400, 500)


class ServerStatusError(StatusError[T_co, H_co]):
    """A declared error of the range `5XX`."""

    statuses = range(500, 600)


class ApiErrorWithHeaders(ApiError[T_co, H_co]):
    """An `ApiError` of which a header is required: it is raised with its headers."""

    @overload
    def __init__(self: ApiErrorWithHeaders[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: AnyHeaders) -> None:
        self.body = cast("T_co", _declared_body(type(self), body))
        self.headers = header_values(headers)


class StatusErrorWithHeaders(StatusError[T_co, H_co]):
    """A `StatusError` of which a header is required: it is raised with its headers."""

    @overload
    def __init__(
        self: StatusErrorWithHeaders[None, H_co], status: int, *, headers: H_co
    ) -> None: ...

    @overload
    def __init__(self, status: int, body: T_co, *, headers: H_co) -> None: ...

    def __init__(self, status: int, body: object = _LEFT_OUT, *, headers: AnyHeaders) -> None:
        _fill(self, status, body, headers)


class ClientStatusErrorWithHeaders(StatusErrorWithHeaders[T_co, H_co]):
    """The same for the range `4XX`."""

    statuses = range(400, 500)


class ServerStatusErrorWithHeaders(StatusErrorWithHeaders[T_co, H_co]):
    """The same for the range `5XX`."""

    statuses = range(500, 600)


DeclaredError: TypeAlias = ApiError[object, AnyHeaders] | StatusError[object, AnyHeaders]
"""Any error that an operation declares."""

ErrorClass: TypeAlias = type[ApiError[object, AnyHeaders]] | type[StatusError[object, AnyHeaders]]
"""The class of any of them."""


def _fill(
    error: StatusError[object, AnyHeaders],
    status: int,
    body: object,
    headers: AnyHeaders | None,
) -> None:
    """Set what an error of a chosen status is made of. Raises as `StatusError` does."""
    if status not in error.statuses:
        allowed = f"{error.statuses.start} to {error.statuses.stop - 1}"
        raise ValueError(f"{type(error).__name__} is declared for {allowed}, not for {status}")
    error.status = int(status)
    error.body = _declared_body(type(error), body)
    error.headers = header_values(headers)


def _declared_body(error: type[object], body: object) -> object:
    """*body*, or None if it was left out of an *error* declared to have none.

    A type checker cannot be relied on here: mypy does not carry over to a subclass what an overload
    says of the type of `self`.
    """
    if body is not _LEFT_OUT:
        return body
    arguments = (
        get_args(base)
        for ancestor in error.__mro__
        for base in vars(ancestor).get("__orig_bases__", ())
    )
    if all(each[:1] != (type(None),) for each in arguments):
        raise TypeError(f"{error.__name__} needs the body that is declared for it")
    return None
