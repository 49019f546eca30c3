"""Answers with pages, texts and bytes: whole, in pieces, or elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

from api import errors
from api.headers import ReadOldResponse308Headers
from counterfoil import (
    Found,
    MovedPermanently,
    NotModified,
    Ok,
    PartialContent,
    PermanentRedirect,
    Request,
    TemporaryRedirect,
)
from counterfoil.stub import Binary, Location, NoHeaders, Text

PIECE = 64 * 1024


class Pages:
    async def read_page(
        self, request: Request, name: str
    ) -> Ok[Text] | MovedPermanently[Location] | NotModified:
        match name:
            case "moved":
                return MovedPermanently(Location("/pages/here?a=1&b=2"))
            case "same":
                return NotModified()
            case "none":
                raise errors.NotFound
            case "elsewhere":
                return MovedPermanently(Location("//example.org/"))
            case "pieces":
                return Ok(pieces(b"<p>", "é".encode(), b"</p>"))
        return Ok(f"<p>{name}…</p>")

    async def edit_page(self, request: Request, name: str, body: str) -> Location:
        return Location(f"/pages/{name}?length={len(body)}")

    async def read_latest(
        self, request: Request
    ) -> Found[Location] | TemporaryRedirect[Location]:
        location = Location("https://example.org/latest")
        if request.getHeader("X-Keep-Method"):
            return TemporaryRedirect(location, headers={"Cache-Control": "no-store"})
        return Found(location)

    async def read_old(self, request: Request) -> PermanentRedirect[Text, ReadOldResponse308Headers | NoHeaders]:
        return PermanentRedirect(
            "<p>moved</p>", headers=ReadOldResponse308Headers(location="/pages/new")
        )

    async def count_to(self, request: Request, last: int) -> Text:
        return pieces(*(f"{number}\n".encode() for number in range(1, last + 1)))

    async def read_zeros(
        self, request: Request, count: int
    ) -> Ok[Binary] | PartialContent[Binary]:
        if count > PIECE:
            return Ok(pieces(*[bytes(PIECE)] * (count // PIECE), bytes(count % PIECE)))
        if count < 0:
            return PartialContent(b"0", headers={"Content-Range": "bytes 0-0/2"})
        return Ok(bytes(count))


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


HANDLERS = {"spec": Pages()}
