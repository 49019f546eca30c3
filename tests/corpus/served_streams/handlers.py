"""Sends a few items, each in the form that its media type has."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Literal

from api import errors, models
from counterfoil import Comment, Event, Request
from counterfoil.stub import Accepted, Binary, Events, Ok, Text


TickEvent = Event[models.Tick, Literal["tick"]]
PlaceEvent = Event[models.WatchTicksResponse200PlaceData, Literal["place"]]
OtherEvent = Event[str | None, models.WatchTicksResponse200Event]


class Streams:
    async def list_lines(self, request: Request, *, until: int) -> AsyncIterable[models.Tick]:
        return ticks(until)

    async def list_numbers(self, request: Request) -> Ok[AsyncIterable[int]] | Accepted[None]:
        return Ok(numbers())

    async def list_records(self, request: Request) -> AsyncIterable[models.ListRecordsResponse200Item]:
        async def records() -> AsyncIterator[models.ListRecordsResponse200Item]:
            yield models.ListRecordsResponse200Item(name="a\nb")

        return records()

    async def read_raw(self, request: Request) -> Binary:
        return b"1\n2\n"

    async def watch_ticks(
        self, request: Request, *, last_event_id: int
    ) -> Events[TickEvent | PlaceEvent | OtherEvent]:
        return happenings(last_event_id)

    async def watch_chunks(self, request: Request) -> Events[Event[models.Tick]]:
        async def chunks() -> AsyncIterator[Event[models.Tick] | Comment]:
            yield Comment("two\nlines")
            yield Event(models.Tick(number=1))

        return chunks()

    async def watch_envelopes(self, request: Request) -> Events[Event[models.Tick]]:
        async def events() -> AsyncIterator[Event[models.Tick]]:
            yield Event(models.Tick(number=1), id="7", retry=1000)

        return events()

    async def watch_texts(self, request: Request) -> Text:
        async def texts() -> AsyncIterator[bytes]:
            yield b"data: by hand\n\n"

        return texts()


async def ticks(until: int) -> AsyncIterator[models.Tick]:
    if until == 0:
        raise errors.NoTicks(models.Problem(error="none"))
    for number in range(1, until + 1):
        yield models.Tick(number=number, note="é\u2028" if number == 2 else None)


async def numbers() -> AsyncIterator[int]:
    yield 1
    yield 2


async def happenings(after: int) -> AsyncIterator[TickEvent | PlaceEvent | OtherEvent]:
    if after == 9:
        raise errors.NoTicks(models.Problem(error="none"))
    yield TickEvent(models.Tick(number=after + 1), "tick", id=str(after + 1))
    yield PlaceEvent(models.WatchTicksResponse200PlaceData(x=1.5), "place")
    yield OtherEvent("one\r\ntwo\rthree\n", "text")
    yield OtherEvent(None, "end", retry=0)


HANDLERS = {"spec": Streams()}
