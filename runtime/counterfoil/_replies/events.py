"""What a stream of events is made of (WHATWG HTML, section 9.2: server-sent events)."""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Generic, TypeAlias, overload

from typing_extensions import TypeVar

__all__ = ["Comment", "Event", "Events"]

T = TypeVar("T")
D_co = TypeVar("D_co", covariant=True)
N_co = TypeVar("N_co", bound=str | None, default=str | None, covariant=True)


@dataclass(frozen=True, init=False)
class Event(Generic[D_co, N_co]):
    """One event, with data of a known type, and a name of a known type: `Event[Tick]`.

    Data that is a `str` is sent as it stands, but that a client sees each of its line ends as LF;
    anything else is sent as JSON. An event whose data is None reaches no listener, and sets no
    more than `id` and `retry`.
    """

    __slots__ = ("data", "event", "id", "retry")  # by hand, as of `Reply`

    data: D_co

    event: N_co
    """Which listeners it is for; without a name, those of `message`."""

    id: str | None
    """What a client that connects anew sends back as `Last-Event-ID`."""

    retry: int | None
    """How long a client is to wait before it connects anew, in milliseconds."""

    @overload
    def __init__(
        self: Event[D_co, None], data: D_co, *, id: str | None = None, retry: int | None = None
    ) -> None: ...

    @overload
    def __init__(
        self, data: D_co, event: N_co, *, id: str | None = None, retry: int | None = None
    ) -> None: ...

    def __init__(
        self,
        data: object,
        event: str | None = None,
        *,
        id: str | None = None,
        retry: int | None = None,
    ) -> None:
        """Raises `ValueError` for what a field of the format cannot hold.

        These are line ends in *event* and *id*, a NUL in *id*, and a *retry* below zero.
        """
        for name, value, refused in (("event", event, "\r\n"), ("id", id, "\r\n\0")):
            if value is not None and not set(refused).isdisjoint(value):
                raise ValueError(f"the {name} of an event holds a line end or a NUL")
        if retry is not None and retry < 0:
            raise ValueError("the retry of an event is less than zero")
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "event", event)
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "retry", retry)


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that no listener sees: it opens a stream before its first event, or keeps it open."""

    text: str = ""


Events: TypeAlias = AsyncIterable[T | Comment]
"""A stream of events as they come: `Events[Event[Tick]]`."""
