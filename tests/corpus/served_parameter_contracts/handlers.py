"""Answers with what it was given."""

from __future__ import annotations

import datetime
from uuid import UUID

from api import models
from counterfoil import Request


class Things:
    async def get_thing(
        self,
        request: Request,
        id_: int,
        *,
        tags: list[str] | None,
        sizes: list[int] | None,
        word: str | None,
        level: models.GetThingLevel | None,
        filter_: models.GetThingFilter | None,
        at: datetime.datetime | None,
        x_mark: str | None,
        session: str | None,
    ) -> list[object]:
        return [id_, tags, sizes, word, level, filter_, at and at.hour, x_mark, session]

    async def get_word(self, request: Request, word: str) -> str:
        return word

    async def add_moment(
        self,
        request: Request,
        body: datetime.date | UUID | str | None,
        *,
        until: datetime.date | datetime.datetime | None,
        by: str | None,
    ) -> list[str]:
        return [type(each).__name__ for each in (body, until, by)]


HANDLERS = {"spec": Things()}
