"""The noticeboard, as every host mounts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import noticeboard
from counterfoil import HttpServer, Request
from noticeboard import models
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from typing_extensions import override

from examples.noticeboard.bell import Bell
from examples.noticeboard.handlers import Boards, Notices, Search
from examples.noticeboard.store import Store


class Said(Bell):
    """Says when a handler begins to wait, and when its `finally` has run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say

    @override
    @contextmanager
    def listen(self, board_id: str) -> Iterator[Deferred[None]]:
        with super().listen(board_id) as rung:
            self._say(f"waiting at {board_id}")
            try:
                yield rung
            finally:
                self._say(f"left {board_id}")


class Faulty(Boards):
    """Has a board that breaks its handler, and one whose operation is not implemented."""

    @override
    async def get_board(self, request: Request, board_id: models.BoardId) -> models.Board:
        if board_id == "broken":
            raise LookupError("a detail that no client may see")
        if board_id == "later":
            return await Unfinished().get_board(request, board_id)
        return await super().get_board(request, board_id)


class Unfinished(noticeboard.BoardsHandler):
    """Implements nothing."""


def mount(
    store: Store, clock: IReactorTime, say: Callable[[str], None]
) -> Callable[[HttpServer], None]:
    """What registers the servlets, unchanged, on a host."""

    def register(server: HttpServer) -> None:
        noticeboard.register(
            server,
            boards=Faulty(store),
            notices=Notices(store, clock, Said(say)),
            search=Search(store),
        )

    return register
