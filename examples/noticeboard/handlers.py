"""What the noticeboard answers: one handler class for each tag of the spec."""

from __future__ import annotations

from counterfoil import Created, NoContent, Ok, Request
from noticeboard import models
from noticeboard.errors import BoardNotFound, KeyReused, NoticeNotFound, UnknownCursor
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TimedOut
from twisted.internet.interfaces import IReactorTime

from examples.noticeboard import cursor
from examples.noticeboard.bell import Bell
from examples.noticeboard.store import Store


class Boards:
    """Boards, where notices hang. Implements `noticeboard.BoardsHandler`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_board(self, request: Request, board_id: models.BoardId) -> models.Board:
        board = await self._store.board(board_id)
        if board is None:
            raise no_board(board_id)
        return board

    async def put_board(
        self, request: Request, board_id: models.BoardId, body: models.BoardDetails
    ) -> Ok[models.Board] | Created[models.Board]:
        board, new = await self._store.put_board(board_id, body.title)
        return Created(board) if new else Ok(board)


class Notices:
    """Notices, which people pin to a board. Implements `noticeboard.NoticesHandler`."""

    def __init__(self, store: Store, clock: IReactorTime, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    async def list_notices(
        self, request: Request, board_id: models.BoardId, *, limit: int, from_: str | None
    ) -> models.NoticePage:
        before = None if from_ is None else read_cursor(board_id, from_)
        # One more than asked for tells whether there is a next page.
        notices = await self._store.page(board_id, before=before, limit=limit + 1)
        if notices is None:
            raise no_board(board_id)
        page = notices[:limit]
        more = len(notices) > limit
        return models.NoticePage(
            notices=page, next=cursor.encode(board_id, page[-1].id) if more else None
        )

    async def post_notice(
        self,
        request: Request,
        board_id: models.BoardId,
        body: models.NewNotice,
        *,
        idempotency_key: str,
    ) -> Ok[models.Notice] | Created[models.Notice]:
        posted = await self._store.post(board_id, idempotency_key, body)
        if posted is None:
            raise no_board(board_id)
        notice, new = posted
        if new:
            self._bell.ring(board_id)
            return Created(notice)
        if not same(notice, body):
            raise KeyReused(
                models.Conflict(
                    errcode="M_DUPLICATE",
                    error="the transaction id belongs to another notice",
                    notice_id=notice.id,
                )
            )
        return Ok(notice)

    async def get_notice(
        self, request: Request, board_id: models.BoardId, notice_id: models.NoticeId
    ) -> models.Notice:
        notice = await self._store.notice(board_id, notice_id)
        if notice is None:
            raise no_notice(notice_id)
        return notice

    async def delete_notice(
        self, request: Request, board_id: models.BoardId, notice_id: models.NoticeId
    ) -> None:
        if not await self._store.delete(board_id, notice_id):
            raise no_notice(notice_id)

    async def await_notice(
        self, request: Request, board_id: models.BoardId, *, after: int, timeout: int
    ) -> Ok[models.Notice] | NoContent:
        if await self._store.board(board_id) is None:
            raise no_board(board_id)
        notice = await self._store.next(board_id, after=after)
        if notice is not None:
            return Ok(notice)
        coming = Deferred.fromCoroutine(self._next_notice(board_id, after))
        try:
            return Ok(await coming.addTimeout(timeout / 1000, self._clock))
        except TimedOut:
            return NoContent()

    async def _next_notice(self, board_id: models.BoardId, after: int) -> models.Notice:
        """Wait until there is a notice newer than *after*."""
        while True:
            # A ring says that there is news, not which: of two notices pinned at the same time, the
            # newer may ring first. So ask the store; and listen before that, to miss no ring.
            with self._bell.listen(board_id) as rung:
                notice = await self._store.next(board_id, after=after)
                if notice is not None:
                    return notice
                await rung


class Search:
    """Search in the notices of every board. Implements `noticeboard.SearchHandler`."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
        found = await self._store.search(
            text,
            boards=board or [],
            colours=colour or [],
            oldest_first=order == "oldest",
            limit=limit + 1,
        )
        return models.SearchResults(notices=found[:limit], more=len(found) > limit)


def read_cursor(board_id: models.BoardId, text: str) -> int:
    """Return the id of the notice that a page ended with.

    Raises:
        UnknownCursor: *text* is no cursor of this board.
    """
    last_id = cursor.decode(board_id, text)
    if last_id is None:
        raise UnknownCursor(
            models.Problem(errcode="M_INVALID_PARAM", error="from: not the next of a page")
        )
    return last_id


def same(notice: models.Notice, new: models.NewNotice) -> bool:
    return (notice.text, notice.colour, notice.author) == (new.text, new.colour, new.author)


def no_board(board_id: models.BoardId) -> BoardNotFound:
    return BoardNotFound(models.Problem(errcode="M_NOT_FOUND", error=f"no board {board_id!r}"))


def no_notice(notice_id: models.NoticeId) -> NoticeNotFound:
    return NoticeNotFound(models.Problem(errcode="M_NOT_FOUND", error=f"no notice {notice_id}"))
