"""Replies of the class 3xx (RFC 9110, section 15.4)."""

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
    "Found",
    "MovedPermanently",
    "MultipleChoices",
    "NotModified",
    "PermanentRedirect",
    "SeeOther",
    "TemporaryRedirect",
    "UseProxy",
]


class MultipleChoices(Reply[T_co, H_co]):
    """There are several representations (RFC 9110, section 15.4.1)."""

    __slots__ = ()

    status = 300

    @overload
    def __init__(self: MultipleChoices[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: MultipleChoices[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: MultipleChoices[T_co, NoHeaders], body: T_co, *, headers: None = None
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


class MovedPermanently(Reply[T_co, H_co]):
    """The resource has a new URI (RFC 9110, section 15.4.2)."""

    __slots__ = ()

    status = 301

    @overload
    def __init__(self: MovedPermanently[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: MovedPermanently[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: MovedPermanently[T_co, NoHeaders], body: T_co, *, headers: None = None
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


class Found(Reply[T_co, H_co]):
    """The resource is elsewhere for now (RFC 9110, section 15.4.3)."""

    __slots__ = ()

    status = 302

    @overload
    def __init__(self: Found[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: Found[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: Found[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class SeeOther(Reply[T_co, H_co]):
    """The answer is to be had by a GET elsewhere (RFC 9110, section 15.4.4)."""

    __slots__ = ()

    status = 303

    @overload
    def __init__(self: SeeOther[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: SeeOther[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: SeeOther[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class NotModified(WithoutContent[H_co]):
    """What the client has is still good (RFC 9110, section 15.4.5)."""

    __slots__ = ()

    status = 304

    @overload
    def __init__(self: NotModified[NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self, *, headers: H_co) -> None: ...

    def __init__(self, *, headers: AnyHeaders | None = None) -> None:
        fill(self, LEFT_OUT, headers)


class UseProxy(Reply[T_co, H_co]):
    """Deprecated (RFC 9110, section 15.4.6)."""

    __slots__ = ()

    status = 305

    @overload
    def __init__(self: UseProxy[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: UseProxy[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(self: UseProxy[T_co, NoHeaders], body: T_co, *, headers: None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        fill(self, body, headers)


class TemporaryRedirect(Reply[T_co, H_co]):
    """Elsewhere for now, by the same method (RFC 9110, section 15.4.8)."""

    __slots__ = ()

    status = 307

    @overload
    def __init__(self: TemporaryRedirect[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: TemporaryRedirect[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: TemporaryRedirect[T_co, NoHeaders], body: T_co, *, headers: None = None
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


class PermanentRedirect(Reply[T_co, H_co]):
    """Elsewhere for good, by the same method (RFC 9110, section 15.4.9)."""

    __slots__ = ()

    status = 308

    @overload
    def __init__(self: PermanentRedirect[None, NoHeaders], *, headers: None = None) -> None: ...

    @overload
    def __init__(self: PermanentRedirect[None, H_co], *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: PermanentRedirect[T_co, NoHeaders], body: T_co, *, headers: None = None
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
