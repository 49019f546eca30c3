"""Two documents, one API."""

from __future__ import annotations

from api import errors, models
from counterfoil import Request


class Rooms:
    async def get_room(self, request: Request, room: str) -> models.SharedRoom:
        if room == "nowhere":
            raise errors.Errors(models.ErrorsResponse(errcode="M_NOT_FOUND"))
        return models.SharedRoom(name=room, members=[models.Member(id=1)])


class RoomsV2:
    async def put_room(
        self, request: Request, room: str, body: models.RoomsV2Room
    ) -> models.RoomsV2Room:
        return body


HANDLERS = {"rooms": Rooms(), "rooms_v2": RoomsV2()}
