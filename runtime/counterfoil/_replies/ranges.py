"""Replies whose status the handler chooses: of a range such as `2XX`, or one that has no class."""

from __future__ import annotations

from typing import ClassVar, overload

from counterfoil._replies.headers import AnyHeaders, NoHeaders
from counterfoil._replies.reply import LEFT_OUT, H_co, Reply, T_co, fill

__all__ = ["Redirected", "StatusReply", "Successful"]


class StatusReply(Reply[T_co, H_co]):
    """A reply of the status that it is made with (OpenAPI 3.1, "Responses Object": `2XX`, `3XX`).

    Raises `ValueError` for a status outside `statuses`, and for 304, 204 and 205 with a body.
    """

    __slots__ = ()

    statuses: ClassVar[range] = range(200, 400)


class Successful(StatusReply[T_co, H_co]):
    """A reply of the range `2XX`."""

    __slots__ = ()

    statuses = range(200, 300)

    # Not in the base: a `self` of `StatusReply[None]` leaves open what `Successful(204)` is of.

    @overload
    def __init__(
        self: Successful[None, NoHeaders], status: int, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self: Successful[None, H_co], status: int, *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: Successful[T_co, NoHeaders], status: int, body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, status: int, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        status: int,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        _fill(self, status, body, headers)


class Redirected(StatusReply[T_co, H_co]):
    """A reply of the range `3XX`."""

    __slots__ = ()

    statuses = range(300, 400)

    @overload
    def __init__(
        self: Redirected[None, NoHeaders], status: int, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self: Redirected[None, H_co], status: int, *, headers: H_co) -> None: ...

    @overload
    def __init__(
        self: Redirected[T_co, NoHeaders], status: int, body: T_co, *, headers: None = None
    ) -> None: ...

    @overload
    def __init__(self, status: int, body: T_co, *, headers: H_co) -> None: ...

    def __init__(
        self,
        status: int,
        body: object = LEFT_OUT,
        *,
        headers: AnyHeaders | None = None,
    ) -> None:
        _fill(self, status, body, headers)


def _fill(
    reply: StatusReply[object, AnyHeaders],
    status: int,
    body: object,
    headers: AnyHeaders | None,
) -> None:
    name, statuses = type(reply).__name__, reply.statuses
    if status not in statuses:
        allowed = f"{statuses.start} to {statuses.stop - 1}"
        raise ValueError(f"{name} is declared for {allowed}, not for {status}")
    if status in _WITHOUT_CONTENT and body is not LEFT_OUT:
        raise ValueError(f"an answer of status {status} has no body")
    object.__setattr__(reply, "status", int(status))
    fill(reply, body, headers)


_WITHOUT_CONTENT = frozenset({204, 205, 304})  # RFC 9110, sections 15.3.5, 15.3.6, 15.4.5
