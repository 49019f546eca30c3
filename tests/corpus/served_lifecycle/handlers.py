"""Answers, of which each says how long it will be there."""

from __future__ import annotations

from api import errors
from counterfoil import Request, set_headers
from counterfoil.stub import Text


class Things:
    async def get_thing(self, request: Request, number: int) -> int:
        if number == 4:
            raise errors.NotFound
        if number == 5:
            raise RuntimeError("never heard of it")
        return number

    async def put_thing(self, request: Request, number: int) -> None:
        return None

    async def page_of_things(self, request: Request, number: int) -> None:
        set_headers(request, {"Link": '</things/0>; rel="prev"'})
        set_headers(
            request,
            {
                "link": [f'</things/{number + 1}>; rel="next"', '</things/9>; rel="last"'],
                "Sunset": "Thu, 31 Dec 2026 00:00:00 GMT",
            },
        )

    async def delete_thing(self, request: Request, number: int) -> None:
        return None

    async def patch_thing(self, request: Request, number: int) -> Text:
        return "patched"


HANDLERS = {"spec": Things()}
