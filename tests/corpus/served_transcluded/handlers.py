"""One thing, and what it is made of."""

from __future__ import annotations

from api import headers, models
from counterfoil import Ok, Request


class Things:
    async def get_thing(
        self, request: Request, id_: int
    ) -> Ok[models.Thing, headers.GetThingResponse200Headers]:
        thing = models.Thing(name="clock", parts=[models.Thing(name="hand")])
        return Ok(thing, headers=headers.GetThingResponse200Headers(x_weight=id_))

    async def put_thing(self, request: Request, id_: int, body: models.Thing) -> None:
        return None


HANDLERS = {"things": Things()}
