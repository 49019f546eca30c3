"""What is not well-formed in a schema counts for nothing; all that is well-formed beside it counts."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Things:
    async def add_thing(
        self,
        request: Request,
        body: models.Thing,
        *,
        size: models.AddThingSize | None,
        kind: models.AddThingKind | None,
    ) -> models.Thing:
        return body

    async def get_answer(self, request: Request) -> models.Word:
        return models.Word(word="yes")

    async def post_answer(self, request: Request, body: models.Word) -> models.Word:
        return body

    async def put_answer(self, request: Request) -> None:
        return None


HANDLERS = {"spec": Things()}
