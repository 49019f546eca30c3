"""Replies of the class 2xx (RFC 9110, section 15.3, and the IANA registry of statuses)."""

from __future__ import annotations

from typing import overload

from counterfoil._replies.headers import AnyHeaders, NoHeaders
from counterfoil._replies.reply import (
    LEFT_OUT,
    H_co,
    Reply,
    T_co,
    WithoutContent,
    fill,
)

__all__ = [
    "Accepted",
    "AlreadyReported",
    "Created",
    "ImUsed",
    "MultiStatus",
    "NoContent",
    "NonAuthoritativeInformation",
    "Ok",
    "PartialContent",
    "ResetContent",
]


class Ok(Reply[T_co, H_co]):
    """The request has succeeded (RFC 9110, section 15.3.1)."""

    __slots__ = ()

    status = 200

    @overload
    def __init__(self: Ok[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: Ok[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: Ok[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class Created(Reply[T_co, H_co]):
    """Something new exists now (RFC 9110, section 15.3.2)."""

    __slots__ = ()

    status = 201

    @overload
    def __init__(self: Created[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: Created[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: Created[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class Accepted(Reply[T_co, H_co]):
    """The request will be acted upon later (RFC 9110, section 15.3.3)."""

    __slots__ = ()

    status = 202

    @overload
    def __init__(self: Accepted[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: Accepted[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: Accepted[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class NonAuthoritativeInformation(Reply[T_co, H_co]):
    """The answer was changed on its way (RFC 9110, section 15.3.4)."""

    __slots__ = ()

    status = 203

    @overload
    def __init__(
        self: NonAuthoritativeInformation[None, NoHeaders], *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self: NonAuthoritativeInformation[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: NonAuthoritativeInformation[T_co, NoHeaders], body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class NoContent(WithoutContent[H_co]):
    """The request has succeeded, and there is nothing to send (RFC 9110, section 15.3.5)."""

    __slots__ = ()

    status = 204

    @overload
    def __init__(self: NoContent[NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self, *, headers: H_co) -> None: ...

    def __init__(self, *, headers: AnyHeaders | None = None) -> None:
        fill(self, LEFT_OUT, headers)


class ResetContent(WithoutContent[H_co]):
    """The client should reset its view (RFC 9110, section 15.3.6)."""

    __slots__ = ()

    status = 205

    @overload
    def __init__(self: ResetContent[NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self, *, headers: H_co) -> None: ...

    def __init__(self, *, headers: AnyHeaders | None = None) -> None:
        fill(self, LEFT_OUT, headers)


class PartialContent(Reply[T_co, H_co]):
    """The ranges that were asked for (RFC 9110, section 15.3.7)."""

    __slots__ = ()

    status = 206

    @overload
    def __init__(self: PartialContent[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: PartialContent[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: PartialContent[T_co, NoHeaders], body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class MultiStatus(Reply[T_co, H_co]):
    """One status for each of several resources (RFC 4918, section 11.1)."""

    __slots__ = ()

    status = 207

    @overload
    def __init__(self: MultiStatus[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: MultiStatus[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: MultiStatus[T_co, NoHeaders], body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class AlreadyReported(Reply[T_co, H_co]):
    """Members that were listed before (RFC 5842, section 7.1)."""

    __slots__ = ()

    status = 208

    @overload
    def __init__(self: AlreadyReported[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: AlreadyReported[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: AlreadyReported[T_co, NoHeaders], body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class ImUsed(Reply[T_co, H_co]):
    """The result of instance manipulations (RFC 3229, section 10.4.1)."""

    __slots__ = ()

    status = 226

    @overload
    def __init__(self: ImUsed[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: ImUsed[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: ImUsed[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)
