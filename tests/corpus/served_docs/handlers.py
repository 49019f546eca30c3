"""Serves one tea."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Teas:
    async def read_tea(
        self, request: Request, tea: str, *, strength: int | None, x_cup: str | None
    ) -> models.Tea:
        return models.Tea(name=tea, leaves=strength)

    async def brew_tea(self, request: Request, tea: str, body: models.Tea | None) -> None:
        return None


HANDLERS = {"teas": Teas()}
