"""Says of which class a body is."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Zoo:
    async def add_pet(self, request: Request, body: models.Pet) -> str:
        return type(body).__name__

    async def put_pets(self, request: Request, body: models.PutPetsRequest) -> list[models.Pet]:
        best = [body.best] if body.best else []
        own = models.PutPetsRequest(pets=[models.Cat(pet_type="kitten", lives=9)])
        return [*body.pets, *best, *own.pets]

    async def add_shape(self, request: Request, body: models.Shape) -> str:
        return type(body).__name__

    async def add_tree(self, request: Request, body: models.Tree) -> models.Tree:
        return body

    async def add_loose(self, request: Request, body: models.Loose) -> str:
        return type(body).__name__

    async def add_garage(self, request: Request, body: models.Garage) -> list[str]:
        return [type(each).__name__ for each in body.vehicles]

    async def read_vehicle(self, request: Request) -> models.Vehicle:
        return models.Bike(kind="Bike", wheels=2, bell=True)


HANDLERS = {"spec": Zoo()}
