"""Answers as what the client accepts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from api import errors, models
from counterfoil import Binary, Created, Event, Events, NotModified, Ok, Request, Text, set_headers


class Reports:
    async def read_report(
        self,
        request: Request,
        year: int,
        *,
        accepted_: bool | None,
        accepted: Literal["application/json", "text/csv", "text/html", "application/pdf"],
    ) -> Ok[models.Report | Text | Binary] | NotModified:
        if year == 404:
            raise errors.NotFoundProblem(models.Problem(error="no such year"))
        if year == 304:
            return NotModified(headers={"ETag": '"1"'})
        if accepted_:  # what is accepted may be disregarded
            return Ok(models.Report(year=year))
        match accepted:
            case "application/json":
                return Ok(models.Report(year=year), headers={"Vary": "Cookie, accept"})
            case "text/csv":
                return Ok(f"year\r\n{year}\r\n")
            case "text/html":
                return Ok(f"<p>{year}</p>")
            case "application/pdf":
                return Ok(b"%PDF")

    async def write_report(
        self, request: Request, year: int, body: models.Report, *, accepted_: bool | None
    ) -> Ok[models.Report] | Created[models.Report]:
        return Ok(body) if year == body.year else Created(body)

    async def read_ticks(
        self, request: Request, *, accepted: Literal["application/json", "text/event-stream"]
    ) -> models.Tick | Events[Event[models.Tick]]:
        return ticks() if accepted == "text/event-stream" else models.Tick(tick=3)

    async def read_picture(
        self, request: Request, *, accepted: Literal["image/*", "text/plain; charset=utf-8"]
    ) -> Binary | Text:
        if accepted == "image/*":
            set_headers(request, {"Content-Type": "image/png"})
            return b"\x89PNG"
        return "A picture\u2026"

    async def read_any(self, request: Request) -> models.Report:
        return models.Report(year=1)

    async def read_same(self, request: Request) -> models.Report:
        return models.Report(year=2)


async def ticks() -> AsyncIterator[Event[models.Tick]]:
    for number in (1, 2):
        yield Event(models.Tick(tick=number))


HANDLERS = {"spec": Reports()}
