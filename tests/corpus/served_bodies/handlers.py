"""Answers with what it was given."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Bodies:
    async def put_thing(self, request: Request, body: models.Thing) -> models.Thing:
        return body

    async def patch_thing(self, request: Request, body: dict[str, int | None] | None) -> int:
        return -1 if body is None else len(body)

    async def post_things(
        self, request: Request, body: models.PostThingsRequest
    ) -> list[models.Shape]:
        return body


HANDLERS = {"spec": Bodies()}
