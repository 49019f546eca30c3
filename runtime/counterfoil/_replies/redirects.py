"""Replies of the class 3xx (RFC 9110, section 15.4)."""

from __future__ import annotations

from typing import overload

from counterfoil._replies.reply import (
    LEFT_OUT,
    HeaderValues,
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


class MultipleChoices(Reply[T_co]):
    """There are several representations (RFC 9110, section 15.4.1)."""

    __slots__ = ()

    status = 300

    @overload
    def __init__(self: MultipleChoices[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class MovedPermanently(Reply[T_co]):
    """The resource has a new URI (RFC 9110, section 15.4.2)."""

    __slots__ = ()

    status = 301

    @overload
    def __init__(self: MovedPermanently[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class Found(Reply[T_co]):
    """The resource is elsewhere for now (RFC 9110, section 15.4.3)."""

    __slots__ = ()

    status = 302

    @overload
    def __init__(self: Found[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class SeeOther(Reply[T_co]):
    """The answer is to be had by a GET elsewhere (RFC 9110, section 15.4.4)."""

    __slots__ = ()

    status = 303

    @overload
    def __init__(self: SeeOther[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class NotModified(WithoutContent):
    """What the client has is still good (RFC 9110, section 15.4.5)."""

    __slots__ = ()

    status = 304


class UseProxy(Reply[T_co]):
    """Deprecated (RFC 9110, section 15.4.6)."""

    __slots__ = ()

    status = 305

    @overload
    def __init__(self: UseProxy[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class TemporaryRedirect(Reply[T_co]):
    """Elsewhere for now, by the same method (RFC 9110, section 15.4.8)."""

    __slots__ = ()

    status = 307

    @overload
    def __init__(self: TemporaryRedirect[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)


class PermanentRedirect(Reply[T_co]):
    """Elsewhere for good, by the same method (RFC 9110, section 15.4.9)."""

    __slots__ = ()

    status = 308

    @overload
    def __init__(self: PermanentRedirect[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        fill(self, body, headers)
