"""How errors look to a client.

Whatever refuses a request (its framing, its parameters, its credentials, the routes, a handler, a
fault of the server), it does so with a `CodedError`, and one `ErrorFormat` says what is sent.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from counterfoil._errors import CodedError, InvalidRequestError

__all__ = ["ErrorFormat", "MatrixErrors", "ProblemDetails"]


class ErrorFormat(Protocol):
    """The shape of every error body. Subclass it or match it: two members are all of it."""

    @property
    def media_type(self) -> str:
        """What the bodies are sent as, such as `application/json`."""

    def body(self, error: CodedError) -> object:
        """What to send for *error*: an object that JSON can hold."""


class MatrixErrors:
    """`{"errcode": "M_NOT_FOUND", "error": "..."}` (Matrix, client-server API, section 2)."""

    media_type = "application/json"

    def body(self, error: CodedError) -> object:
        """The error's own dictionary: subclasses of `CodedError` add to it."""
        return error.error_dict()


class ProblemDetails:
    """RFC 9457: `{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "..."}`.

    `errcode`, and whatever else a subclass of `CodedError` adds, are extension members (section
    3.2); the faults of a refused request are listed in `errors`.
    """

    media_type = "application/problem+json"

    def body(self, error: CodedError) -> object:
        """The problem that *error* is."""
        known = error.code in _PHRASES
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": _PHRASES[error.code] if known else "Unknown status",
            "status": error.code,
            "detail": error.msg,
        }
        if isinstance(error, InvalidRequestError):
            problem["errors"] = list(error.problems)
        problem.update(
            (name, value)
            for name, value in error.error_dict().items()
            if name != "error" and name not in problem
        )
        return problem


_PHRASES = {status.value: status.phrase for status in HTTPStatus}
