"""What a route asks of the server that runs it, beside being called.

Each decorator sets one attribute of the function and nothing else, as `cancellable` does; it is
seen through bound methods and through wrappers that copy attributes, as `functools.wraps` does. A
host that does not know the attributes serves the route without them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from counterfoil._output.lifecycle import Lifecycle

if TYPE_CHECKING:
    from counterfoil._output.cors import Cors

__all__ = [
    "RouteOptions",
    "at_head",
    "cross_origin",
    "exposes_headers",
    "lifecycle",
    "limits",
    "options_of",
    "takes_headers",
]

_ATTRIBUTE = "route_options"

_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOptions:
    """What was asked for one route; None is left to the server."""

    timeout: float | None = None
    """How long its handler may take, in seconds."""

    max_body: int | None = None
    """How long its body may be, in bytes."""

    cors: Cors | None = None
    """Its policy for pages of other origins."""

    lifecycle: Lifecycle | None = None
    """Since when it is deprecated, and until when it is there."""

    headers: tuple[str, ...] = ()
    """The request headers that it reads: a preflight request is told of them."""

    exposed: tuple[str, ...] = ()
    """The headers of its answers that pages of other origins may read."""

    at_head: bool = False
    """Whether it is called when the head has come, and awaits the body itself."""


_NONE = RouteOptions()


def options_of(callback: object) -> RouteOptions:
    """What was asked for *callback*, or for the function that a partial object wraps."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    found = getattr(callback, _ATTRIBUTE, _NONE)
    return found if isinstance(found, RouteOptions) else _NONE


def limits(
    *, timeout: float | None = None, max_body: int | None = None
) -> Callable[[_Function], _Function]:
    """Bound a route: its handler to *timeout* seconds, its body to *max_body* bytes.

    A handler that takes longer is cancelled, and answered for with a 503; a longer body is answered
    with a 413 before it is read. Both stand in place of what the server has for all routes.

    Raises `ValueError` for a bound that is not positive.
    """
    if (timeout is not None and not timeout > 0) or (max_body is not None and max_body < 0):
        raise ValueError("a timeout must be more than 0 seconds, and max_body at least 0 bytes")

    def mark(function: _Function) -> _Function:
        return _with(function, replace(options_of(function), timeout=timeout, max_body=max_body))

    return mark


def cross_origin(cors: Cors) -> Callable[[_Function], _Function]:
    """Give a route its own policy for pages of other origins."""

    def mark(function: _Function) -> _Function:
        return _with(function, replace(options_of(function), cors=cors))

    return mark


def lifecycle(
    *,
    deprecation: str | None = None,
    sunset: str | None = None,
    deprecation_link: str | None = None,
    sunset_link: str | None = None,
) -> Callable[[_Function], _Function]:
    """Have each answer of a route say since when it is deprecated, and when it will be gone.

    *deprecation* and *sunset* are dates as RFC 3339 writes them, `2026-11-27`, which begins at
    midnight UTC, or `2026-11-27T12:00:00Z`; they may be in the future. The links lead to where
    people can read more. They are sent as `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`.

    Raises `ValueError` for what is no date or no URI reference, and for a sunset that comes before
    the deprecation.
    """
    headers = Lifecycle(deprecation, sunset, deprecation_link, sunset_link)

    def mark(function: _Function) -> _Function:
        options = options_of(function)
        exposed = (*options.exposed, *headers.names)
        return _with(function, replace(options, lifecycle=headers, exposed=exposed))

    return mark


def takes_headers(*names: str) -> Callable[[_Function], _Function]:
    """Say which request headers a route reads, so that a preflight request can be told."""

    def mark(function: _Function) -> _Function:
        return _with(function, replace(options_of(function), headers=names))

    return mark


def exposes_headers(*names: str) -> Callable[[_Function], _Function]:
    """Let pages of other origins read these headers of the answers of a route.

    They are named beside those that its `Cors` exposes, where that lets the page in at all. Who
    reads an answer's body may read all of its `Cache-Control`, `Content-Type` and their like.
    """

    def mark(function: _Function) -> _Function:
        options = options_of(function)
        return _with(function, replace(options, exposed=(*options.exposed, *names)))

    return mark


def at_head(function: _Function) -> _Function:
    """Have a route called when the head of its request has come; it awaits the body itself.

    So a request can be refused before its body is read, and a large body read as it arrives. Where
    the server cannot do it, the route is called with the whole body there.
    """
    return _with(function, replace(options_of(function), at_head=True))


def _with(function: _Function, options: RouteOptions) -> _Function:
    vars(function)[_ATTRIBUTE] = options
    return function
