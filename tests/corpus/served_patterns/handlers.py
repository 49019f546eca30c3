"""A handler that takes whatever reaches it."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Things:
    async def keep_thing(self, request: Request, body: models.Thing) -> None:
        return None


HANDLERS = {"things": Things()}
