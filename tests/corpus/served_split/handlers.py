"""Pets, of three kinds, and strays."""

from __future__ import annotations

from api import errors, models
from counterfoil import Request

TOM = models.Cat(kind="Cat", name="Tom", fur="grey")


class Pets:
    async def add_pet(self, request: Request, body: models.Pet | None) -> models.Pet:
        if body is None or body.name == "Tom":
            raise errors.TakenConflict(models.Problem(errcode="M_TAKEN"))
        return body

    async def get_pet(self, request: Request, name: str) -> models.Pet:
        if name != "Tom":
            raise errors.NoPet(models.Problem(errcode="M_NOT_FOUND"))
        return TOM

    async def get_stray(self, request: Request, name: str) -> models.Cat:
        raise errors.TakenGone(models.Problem(errcode="M_TAKEN"))


HANDLERS = {"pets": Pets()}
