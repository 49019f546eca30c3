"""Boards and notices in SQLite, which Twisted's `adbapi` reads and writes in threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from noticeboard import models
from twisted.enterprise.adbapi import ConnectionPool

from examples.noticeboard import queries

T = TypeVar("T")
P = ParamSpec("P")

READ: Final = "BEGIN"
"""A transaction that sees one state of the database throughout."""

WRITE: Final = "BEGIN IMMEDIATE"
"""A transaction that holds SQLite's one write lock from its start: what it saw stays true."""


class Store:
    """All boards and notices. Each method is one transaction."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, reactor: object, path: str) -> Self:
        """Open the database at *path*; make it, if it is not there.

        The pool closes by itself when the reactor stops.
        """
        store = cls(
            ConnectionPool(
                "sqlite3",
                path,
                timeout=10.0,  # seconds to wait for the write lock
                isolation_level=None,  # transactions begin where `_run` says so
                check_same_thread=False,  # the pool closes its connections from the main thread
                cp_openfun=queries.set_up,
                cp_reactor=reactor,
            )
        )
        await store._run(WRITE, queries.create)
        return store

    async def board(self, board_id: str) -> models.Board | None:
        """Find a board."""
        return await self._run(READ, queries.board, board_id)

    async def put_board(self, board_id: str, title: str) -> tuple[models.Board, bool]:
        """Put up a board, or change its title. The second value: whether it is new."""
        return await self._run(WRITE, queries.put_board, board_id, title)

    async def notice(self, board_id: str, notice_id: int) -> models.Notice | None:
        """Find a notice."""
        return await self._run(READ, queries.notice, board_id, notice_id)

    async def page(
        self, board_id: str, *, before: int | None, limit: int
    ) -> list[models.Notice] | None:
        """List a board's newest notices that are older than *before*. None: no such board."""
        return await self._run(READ, queries.page, board_id, before, limit)

    async def next(self, board_id: str, *, after: int) -> models.Notice | None:
        """Find the first notice of a board that is newer than *after*."""
        return await self._run(READ, queries.next_notice, board_id, after)

    async def post(
        self, board_id: str, key: str, new: models.NewNotice
    ) -> tuple[models.Notice, bool] | None:
        """Pin a notice, or find the one that *key* pinned before. None: no such board.

        The second value: whether it is new.
        """
        return await self._run(WRITE, queries.post, board_id, key, new)

    async def delete(self, board_id: str, notice_id: int) -> bool:
        """Take a notice down. False: it was not there."""
        return await self._run(WRITE, queries.delete, board_id, notice_id)

    async def search(
        self,
        text: str,
        *,
        boards: Sequence[str],
        colours: Sequence[str],
        oldest_first: bool,
        limit: int,
    ) -> list[models.Notice]:
        """Find the notices that hold *text*. No boards or no colours: all of them."""
        return await self._run(READ, queries.search, text, boards, colours, oldest_first, limit)

    async def _run(
        self,
        begin: str,
        query: Callable[Concatenate[sqlite3.Cursor, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        def transaction(cursor: sqlite3.Cursor) -> T:
            cursor.execute(begin)
            return query(cursor, *args, **kwargs)

        result: T = await self._pool.runInteraction(transaction)
        return result
