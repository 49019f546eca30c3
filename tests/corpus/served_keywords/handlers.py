"""Takes what fits."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Values:
    async def put_value(self, request: Request, body: models.Value) -> None:
        return None

    async def search(self, request: Request, by: list[int] | None) -> None:
        return None

    async def put_form(self, request: Request, body: models.PutFormForm) -> None:
        return None


HANDLERS = {"spec": Values()}
