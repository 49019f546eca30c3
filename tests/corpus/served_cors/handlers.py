"""Has nothing to say."""

from __future__ import annotations

from api import errors
from api.headers import ReadOpenResponse204Headers
from counterfoil import NoContent, Request
from counterfoil.stub import NoHeaders


class Silent:
    async def read_shared(self, request: Request, *, if_none_match: str | None) -> None:
        if if_none_match == "none":
            raise errors.NotFound

    async def write_shared(
        self, request: Request, *, idempotency_key: str, if_none_match: str | None
    ) -> None:
        return None

    async def read_open(
        self, request: Request
    ) -> NoContent[ReadOpenResponse204Headers | NoHeaders]:
        return NoContent()

    async def read_closed(self, request: Request) -> None:
        return None

    async def takes_headers_(self, request: Request) -> None:
        return None


HANDLERS = {"spec": Silent()}
