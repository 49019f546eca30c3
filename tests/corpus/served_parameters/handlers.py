"""Answers with what it was given."""

from __future__ import annotations

import datetime
from uuid import UUID

from api import models
from counterfoil import Request


class Things:
    async def get_part(
        self,
        request: Request,
        thing_id: int,
        name: str,
        format_: models.GetPartFormat,
        *,
        thing_id_query: str | None,
        since: datetime.date | None,
        from_: float,
        deep: bool,
        tag: list[models.GetPartTagItem] | None,
        size: list[int] | None,
        order: models.Order | None,
        x_request_id: UUID | None,
        session: str,
    ) -> dict[str, object]:
        return {
            "path": [thing_id, name, format_],
            "query": [thing_id_query, since, from_, deep, tag, size, order],
            "rest": [x_request_id, session],
        }

    async def all_parts(self, request: Request, name: str) -> str:
        return name


HANDLERS = {"things": Things()}
