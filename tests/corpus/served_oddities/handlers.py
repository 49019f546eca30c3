"""Answers with what it was given."""

from __future__ import annotations

from api import models
from counterfoil import ApiKey, Request, UnauthorizedError, Undeclared


class Doorkeeper:
    async def typo(self, request: Request, credentials: Undeclared) -> str:
        if request.getHeader("X-Key") != "k1":
            raise UnauthorizedError
        return "k1"

    async def app_key_2924a27d(self, request: Request, credentials: ApiKey) -> str:
        return credentials.key

    async def app_key_5b98c085(self, request: Request, credentials: ApiKey) -> str:
        return credentials.key


class Lists:
    async def list_things_842990a2(
        self,
        request: Request,
        *,
        page_size_99246b77: int,
        page_size_8a00a4a8: int | None,
        page_size: bool,
        order: models.ListThingsOrder | None,
        tag: list[str],
        version: str,
    ) -> list[object]:
        return [page_size_99246b77, page_size_8a00a4a8, page_size, order, tag, version]

    async def list_things_2cde2a8c(self, request: Request) -> None:
        return None

    async def list_things(self, request: Request) -> None:
        return None

    async def get_things_thing(
        self, request: Request, thing: str, *, thing_query: str | None
    ) -> list[object]:
        return [thing, thing_query]


class Things:
    async def put_things_id(self, request: Request, id_: int) -> models.FooBar61db3f22:
        return id_

    async def create_thing(self, request: Request) -> None:
        return None

    async def list_tags(self, request: Request, thing: str) -> models.FooBarFooe4c40959:
        return thing

    async def read_locked(self, request: Request, principal: str) -> None:
        return None

    async def lock(self, request: Request, principal: str) -> None:
        return None


HANDLERS = {"authenticator": Doorkeeper(), "ab": Lists(), "a_b": Things()}
