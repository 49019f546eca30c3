"""What the mutated requests are sent to: generated servlets, and routes written by hand."""

from __future__ import annotations

import enum
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final, NamedTuple, cast

import noticeboard
from counterfoil import (
    Created,
    Deadlines,
    JsonResource,
    NoContent,
    Ok,
    Reply,
    Request,
    Site,
    stream_of,
)
from counterfoil._server.llhttp import HeadReader
from counterfoil.stub import answers, at_head, path
from noticeboard import models
from noticeboard.errors import NoticeNotFound
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.web.resource import Resource
from twisted.web.server import Request as TwistedRequest
from typing_extensions import override

__all__ = [
    "MAX_BODY",
    "Accepted",
    "Calls",
    "Engine",
    "Recorder",
    "Watch",
    "board",
    "site_for",
    "use",
]

MAX_BODY: Final = 2000
DEADLINES: Final = Deadlines(head=2, body=2, idle=2, handler=60)

_ACCESS: Final = logging.getLogger("counterfoil.access")

_TEA: Final = models.Notice(
    id=7, board_id="lobby", text="Tea", colour="pink", posted_at=datetime(2026, 1, 2, tzinfo=UTC)
)


class Engine(enum.Enum):
    """What reads heads."""

    HTTPTOOLS = enum.auto()
    LINES = enum.auto()


def site_for(resource: Resource, engine: Engine, timers: object) -> Site:
    """A site with *resource*, whose heads are read by *engine*."""
    site = Site(
        resource,
        max_request_body_size=MAX_BODY,
        deadlines=DEADLINES,
        reactor=cast("IReactorTime", timers),
    )
    use(engine, site)
    return site


def use(engine: Engine, site: Site) -> None:
    """Have *site* read heads with *engine*."""
    site.heads = HeadReader() if engine is Engine.HTTPTOOLS else None


class Calls:
    """How many handlers have come to their end."""

    def __init__(self) -> None:
        self.count = 0


class _Boards:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get_board(self, request: Request, board_id: models.BoardId) -> models.Board:
        self._calls.count += 1
        return models.Board(id=board_id, title="Lobby", notices=0)

    async def put_board(
        self, request: Request, board_id: models.BoardId, body: models.BoardDetails
    ) -> Ok[models.Board] | Created[models.Board]:
        self._calls.count += 1
        return Created(models.Board(id=board_id, title=body.title, notices=0))


class _Notices(noticeboard.NoticesHandler):
    def __init__(self, calls: Calls, timers: IReactorTime) -> None:
        self._calls = calls
        self._timers = timers

    @override
    async def list_notices(
        self, request: Request, board_id: models.BoardId, *, limit: int, from_: str | None
    ) -> models.NoticePage:
        self._calls.count += 1
        return models.NoticePage(notices=[_TEA] * min(limit, 3))

    @override
    async def post_notice(
        self,
        request: Request,
        board_id: models.BoardId,
        body: models.NewNotice,
        *,
        idempotency_key: str,
    ) -> Ok[models.Notice] | Created[models.Notice]:
        self._calls.count += 1
        return Created(_TEA.model_copy(update={"text": body.text}))

    @override
    async def get_notice(
        self, request: Request, board_id: models.BoardId, notice_id: models.NoticeId
    ) -> models.Notice:
        raise NoticeNotFound(models.Problem(errcode="M_NOT_FOUND", error="none"))

    @override
    async def delete_notice(
        self, request: Request, board_id: models.BoardId, notice_id: models.NoticeId
    ) -> None:
        await deferLater(self._timers, 0)

    @override
    async def await_notice(
        self, request: Request, board_id: models.BoardId, *, after: int, timeout: int
    ) -> Ok[models.Notice] | NoContent:
        await deferLater(self._timers, 0)
        self._calls.count += 1
        return Ok(_TEA)


class _Search:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def search_notices(
        self,
        request: Request,
        *,
        text: str,
        board: list[models.BoardId] | None,
        colour: list[models.Colour] | None,
        order: models.SearchNoticesOrder,
        limit: int,
    ) -> models.SearchResults:
        self._calls.count += 1
        return models.SearchResults(notices=[_TEA], more=False)


def board(calls: Calls, timers: object) -> JsonResource:
    """The noticeboard, with an upload and an answer that come in pieces beside it."""

    @at_head
    async def upload(request: Request) -> tuple[int, object]:
        size = 0
        async for piece in stream_of(request):
            size += len(piece)
        calls.count += 1
        return 200, size

    root = JsonResource()
    clock = cast("IReactorTime", timers)
    noticeboard.register(
        root, boards=_Boards(calls), notices=_Notices(calls, clock), search=_Search(calls)
    )
    root.register_paths("POST", [path("/upload")], upload, "Upload")
    root.register_paths("GET", [path("/pieces")], _Pieces(calls).get, "Pieces")
    return root


class _Pieces:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @answers(Ok, media_type="application/octet-stream")
    async def get(self, request: Request, **path: str) -> Reply[object]:
        self._calls.count += 1
        return Ok(_pieces())


async def _pieces() -> AsyncIterator[bytes]:
    for number in range(3):
        yield b"piece %d\n" % number


class Accepted(NamedTuple):
    """A request, as a server or a referee has understood it."""

    method: bytes
    target: bytes
    body: bytes


class Recorder(Resource):
    """Answers everything, and notes it."""

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)
        self.accepted: list[Accepted] = []

    @override
    def render(self, request: TwistedRequest) -> bytes:
        body = b"" if request.content is None else request.content.read()
        self.accepted.append(Accepted(request.method, request.uri, body))
        return b"taken"


class Watch(logging.Handler):
    """Keeps the access lines, and all that tells of an error."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.errors: list[str] = []
        # Twisted's interfaces are not written for type checkers.
        self._observer = cast("ILogObserver", self._note)

    def __enter__(self) -> Watch:
        self._before = (_ACCESS.level, _ACCESS.propagate)
        _ACCESS.setLevel(logging.DEBUG)
        _ACCESS.propagate = False
        for logger in (_ACCESS, logging.getLogger()):
            logger.addHandler(self)
        globalLogPublisher.addObserver(self._observer)
        return self

    def __exit__(self, *_: object) -> None:
        level, _ACCESS.propagate = self._before
        _ACCESS.setLevel(level)
        for logger in (_ACCESS, logging.getLogger()):
            logger.removeHandler(self)
        globalLogPublisher.removeObserver(self._observer)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _ACCESS.name:
            self.lines.append(record.getMessage())
        elif record.levelno >= logging.WARNING:
            self.errors.append(f"{record.name}: {record.getMessage()} {record.exc_info or ''}")

    def _note(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            self.errors.append(failure.getTraceback())
