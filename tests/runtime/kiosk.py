"""A package as the generator writes it, in one module and by hand, for tests of the runtime."""

from __future__ import annotations

from typing import Annotated, Protocol

from counterfoil.stub import (
    Absent,
    ApiError,
    Body,
    Cookie,
    Created,
    Header,
    HttpServer,
    Model,
    NoContent,
    Ok,
    Path,
    Query,
    Reply,
    Request,
    StatusError,
    answers,
    cancellable,
    path,
    read,
    unimplemented,
)
from pydantic import Field
from twisted.internet.defer import CancelledError, Deferred

NOTICES = path("/boards/{board_id}/notices")
NOTICE = path("/boards/{board_id}/notices/{noticeId}", "board_id", "notice_id")
NEXT = path("/boards/{board_id}/next")
PICTURE = path("/boards/{board_id}/picture")
SEARCH = path("/search")


class Notice(Model):
    id: int
    text: Annotated[str, Field(max_length=280)]
    colour: Absent[str] = None


class NewNotice(Model):
    txn_id: Annotated[str, Field(alias="txnId")]
    text: Annotated[str, Field(max_length=280)]
    colour: Absent[str] = None


class Problem(Model):
    error: str


class BoardNotFound(ApiError[Problem]):
    """There is no such board."""

    status = 404


class Gone(ApiError[None]):
    """There was one."""

    status = 410


class Undeclared(ApiError[Problem]):
    """No operation declares it."""

    status = 402


class DefaultProblem(StatusError[Problem]):
    """Something else went wrong."""


class KioskHandler(Protocol):
    """Implement this."""

    async def get_notice(self, request: Request, board_id: str, notice_id: int) -> Notice:
        raise unimplemented("getNotice")

    async def post_notice(
        self, request: Request, board_id: str, body: NewNotice
    ) -> Ok[Notice] | Created[Notice]:
        raise unimplemented("postNotice")

    async def delete_notice(self, request: Request, board_id: str, notice_id: int) -> None:
        raise unimplemented("deleteNotice")

    async def next_notice(self, request: Request, board_id: str) -> Notice:
        raise unimplemented("nextNotice")

    async def get_picture(self, request: Request, board_id: str) -> bytes:
        raise unimplemented("getPicture")

    async def put_picture(self, request: Request, board_id: str, body: bytes) -> Created[None]:
        raise unimplemented("putPicture")

    async def search(
        self,
        request: Request,
        *,
        words: list[str],
        sizes: list[int],
        exact: bool,
        session: str | None,
    ) -> dict[str, object]:
        raise unimplemented("search")


class GetNoticeInput:
    board_id: Annotated[str, Path()]
    notice_id: Annotated[int, Path("noticeId")]


class PostNoticeInput:
    board_id: Annotated[str, Path()]
    body: Annotated[NewNotice, Body()]


class BoardInput:
    board_id: Annotated[str, Path()]


class PutPictureInput:
    board_id: Annotated[str, Path()]
    body: Annotated[bytes, Body("image/png")]


class SearchInput:
    words: Annotated[list[str], Query("word")]
    sizes: Annotated[list[int], Query(explode=False)]
    exact: Annotated[bool, Header("X-Exact")] = False
    session: Annotated[str | None, Cookie()] = None


SearchInput.sizes = [1, 2]


class KioskServlet:
    """Reads each request, asks the handler, writes its reply."""

    def __init__(self, handler: KioskHandler) -> None:
        self._handler = handler

    def register(self, server: HttpServer) -> None:
        server.register_paths("GET", [NOTICE], self.get_notice, "getNotice")
        server.register_paths("POST", [NOTICES], self.post_notice, "postNotice")
        server.register_paths("DELETE", [NOTICE], self.delete_notice, "deleteNotice")
        server.register_paths("GET", [NEXT], self.next_notice, "nextNotice")
        server.register_paths("GET", [PICTURE], self.get_picture, "getPicture")
        server.register_paths("PUT", [PICTURE], self.put_picture, "putPicture")
        server.register_paths("GET", [SEARCH], self.search, "search")

    @answers(Ok, errors=[BoardNotFound, Gone, DefaultProblem])
    async def get_notice(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, GetNoticeInput, path)
        return Ok(await self._handler.get_notice(request, given.board_id, given.notice_id))

    @answers(Ok, Created, errors=[BoardNotFound])
    async def post_notice(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, PostNoticeInput, path)
        return await self._handler.post_notice(request, given.board_id, given.body)

    @answers(NoContent)
    async def delete_notice(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, GetNoticeInput, path)
        await self._handler.delete_notice(request, given.board_id, given.notice_id)
        return NoContent()

    @cancellable
    @answers(Ok)
    async def next_notice(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, BoardInput, path)
        return Ok(await self._handler.next_notice(request, given.board_id))

    @answers(Ok, media_type="image/png")
    async def get_picture(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, BoardInput, path)
        return Ok(await self._handler.get_picture(request, given.board_id))

    @answers(Created)
    async def put_picture(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, PutPictureInput, path)
        return await self._handler.put_picture(request, given.board_id, given.body)

    @answers(Ok)
    async def search(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, SearchInput, path)
        reply = await self._handler.search(
            request,
            words=given.words,
            sizes=given.sizes,
            exact=given.exact,
            session=given.session,
        )
        return Ok(reply)


class Kiosk(KioskHandler):
    """A handler whose boards' names say what happens on them. It leaves `put_picture` unwritten."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[Notice]] = []
        self.cancelled = 0

    async def get_notice(self, request: Request, board_id: str, notice_id: int) -> Notice:
        match board_id:
            case "missing":
                raise BoardNotFound(Problem(error="no such board"), headers={"X-Hint": "none"})
            case "gone":
                raise Gone
            case "teapot":
                raise DefaultProblem(418, Problem(error="short and stout"))
            case "undeclared":
                raise Undeclared(Problem(error="secret"))
            case "broken":
                raise RuntimeError("secret")
            case _:
                return Notice(id=notice_id, text=board_id)

    async def post_notice(
        self, request: Request, board_id: str, body: NewNotice
    ) -> Ok[Notice] | Created[Notice]:
        notice = Notice(id=1, text=body.text, colour=body.colour)
        if body.txn_id == "again":
            return Ok(notice)
        return Created(notice, headers={"Location": f"/boards/{board_id}/notices/1"})

    async def delete_notice(self, request: Request, board_id: str, notice_id: int) -> None:
        return None

    async def next_notice(self, request: Request, board_id: str) -> Notice:
        waiter: Deferred[Notice] = Deferred()
        self.waiting.append(waiter)
        try:
            return await waiter
        except CancelledError:
            self.cancelled += 1
            raise

    async def get_picture(self, request: Request, board_id: str) -> bytes:
        return b"\x89PNG"

    async def search(
        self,
        request: Request,
        *,
        words: list[str],
        sizes: list[int],
        exact: bool,
        session: str | None,
    ) -> dict[str, object]:
        return {"words": words, "sizes": sizes, "exact": exact, "session": session}
