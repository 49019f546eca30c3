"""The errors that turn a request away for who sends it."""

from __future__ import annotations

from counterfoil._errors import CodedError, Codes
from counterfoil._replies import HeaderValues

__all__ = ["ForbiddenError", "UnauthorizedError"]


class UnauthorizedError(CodedError):
    """The credentials of a request are missing, or are not accepted (RFC 9110, section 15.5.2).

    An authenticator raises it. The answer, a 401, gets a `WWW-Authenticate` header for each scheme
    that the operation takes, unless *headers* has one.
    """

    def __init__(
        self,
        msg: str = "The credentials are not accepted",
        errcode: str = Codes.UNKNOWN_TOKEN,
        *,
        headers: HeaderValues | None = None,
        debug_context: str | None = None,
    ) -> None:
        super().__init__(401, msg, errcode, headers=headers, debug_context=debug_context)


class ForbiddenError(CodedError):
    """Who sends the request is known, and may not do this (RFC 9110, section 15.5.4): a 403."""

    def __init__(
        self,
        msg: str = "This is not allowed",
        errcode: str = Codes.FORBIDDEN,
        *,
        headers: HeaderValues | None = None,
        debug_context: str | None = None,
    ) -> None:
        super().__init__(403, msg, errcode, headers=headers, debug_context=debug_context)
