"""Answers that the spec does not let pass, and the types do, or are told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Literal, cast
from uuid import UUID

from counterfoil import CodedError, Comment, Request, set_headers
from counterfoil.stub import Binary, Event, Events, NoContent, Ok, Successful, Text

from api import errors, headers, models

MADE = datetime(2026, 11, 27, 12, tzinfo=UTC)
WRONG: Mapping[str, Mapping[str, object]] = {
    "title": {"title": ""},
    "pattern": {"title": "lobby"},
    "missing": {"id": None},
    "uuid": {"id": "no uuid"},
    "time": {"made": "2026-11-27T12:00:00"},
    "unique": {"tags": ["a", "a"]},
    "many": {"tags": ["a", "b", "c", "d"]},
    "empty": {"limits": {}},
    "value": {"limits": {"notices": "many"}},
    "neither": {"shape": {}},
    "both": {"shape": {"side": 1, "radius": 1}},
    "enum": {"colour": "mauve"},
    "not": {"tags": ["a"], "limits": {"a": 1}},
    "secret": {"token": "hunter2"},
    "null": {"colour": None, "tags": [None]},
    "deep": {"parent": {"title": "Hall", "made": MADE.isoformat()}},
}


def board(**other: object) -> models.Board:
    made = models.Board.model_construct(id=UUID(int=7), made=MADE, title="Lobby")
    return made.model_copy(update=other)


def problem(more: str | None = None) -> models.Problem:
    return models.Problem(error="none", more=more)


class Spec:
    async def get_board(
        self, request: Request, fault: str
    ) -> Ok[models.Board, headers.GetBoardResponse200Headers]:
        total = headers.GetBoardResponse200Headers(x_total=1)
        match fault:
            case "mutated":
                given = board()
                given.title = ""
                return Ok(given, headers=total)
            case "extra":
                return Ok(board(more="is allowed"), headers=total)
            case "total":
                return Ok(board(), headers=headers.GetBoardResponse200Headers(x_total=-1))
            case "headers":
                wrong = headers.GetBoardResponse200Headers(
                    x_total=0,
                    x_tags=["long one", "b", "c"],
                    x_page=models.GetBoardResponse200XPage.model_construct(),
                )
                return Ok(board(), headers=wrong)
            case "no-header":
                return Ok(board(), headers=cast("headers.GetBoardResponse200Headers", {}))
            case "404":
                raise errors.NotFoundProblem(
                    problem(more="is enough"),
                    headers=headers.NotFoundProblemHeaders(retry_after=1),
                )
            case "404-few":
                raise errors.NotFoundProblem(
                    problem(), headers=headers.NotFoundProblemHeaders(retry_after=1)
                )
            case "410":
                raise errors.GetBoardClientError(410, models.GetBoardResponse4XX.model_construct(code=15))
            case "404-as-410":
                raise errors.GetBoardClientError(404, models.GetBoardResponse4XX(code=10))
            case "undeclared":
                raise errors.DefaultProblem(500, problem())
            case "of-all":
                raise CodedError(429, "Slow down")
        return Ok(board(**WRONG.get(fault, {})), headers=total)

    async def post_board(
        self, request: Request, fault: str
    ) -> NoContent | Successful[Text]:
        match fault:
            case "text":
                return Successful(200, "Done!")
            case "none":
                return cast("Successful[Text]", Successful(202))
            case "fault":
                raise errors.DefaultProblem(503, problem(more="is enough"))
            case "few":
                raise errors.DefaultProblem(503, problem())
        return NoContent() if fault == "204" else Successful(200, "done")

    async def get_picture(self, request: Request, fault: str) -> Binary:
        set_headers(request, {"Content-Type": fault.replace(".", "/")})
        return b"GIF89a"

    async def get_ticks(self, request: Request, fault: str) -> AsyncIterator[models.Tick]:
        return ticks(fault)

    async def get_events(
        self, request: Request, fault: str
    ) -> Events[Event[models.Tick, Literal["tick"]]]:
        return events(fault)


async def ticks(fault: str) -> AsyncIterator[models.Tick]:
    yield models.Tick(at=[1, 2])
    yield models.Tick(at=[1, 1] if fault == "unique" else [3])


async def events(fault: str) -> AsyncIterator[Event[models.Tick, Literal["tick"]] | Comment]:
    yield Comment("hello")
    yield Event(models.Tick(at=[1]), "tick", id="long" if fault == "id" else "1")
    yield Event(models.Tick(at=[2, 2] if fault == "data" else [2]), "tick")


HANDLERS = {"spec": Spec()}
