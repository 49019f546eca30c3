"""Answers with what it was given."""

from __future__ import annotations

from api import models
from counterfoil import ApiKey, Request, UnauthorizedError


class Doorkeeper:
    async def key(self, request: Request, credentials: ApiKey) -> str:
        if not credentials.matches("k1"):
            raise UnauthorizedError
        return "somebody"


class Pages:
    async def list_pages(self, request: Request, principal: str) -> list[str]:
        return [principal]

    async def read_page(
        self, request: Request, name: str, extension: models.ReadPageExtension
    ) -> list[object]:
        return [name, extension]

    async def read_any(self, request: Request, name: str) -> str:
        return name

    async def pack(
        self, request: Request, owner: int, format_: str, body: models.Packing
    ) -> list[object]:
        return [owner, format_, body.parts]


HANDLERS = {"authenticator": Doorkeeper(), "spec": Pages()}
