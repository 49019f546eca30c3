"""Answers with what was sent, or how long it was."""

from __future__ import annotations

from counterfoil import Request
from counterfoil.stub import BodyStream, Text


class Uploads:
    async def put_text(self, request: Request, body: str) -> Text:
        return body

    async def post_text(self, request: Request, body: str | None) -> int:
        return -1 if body is None else len(body)

    async def put_image(self, request: Request, body: bytes) -> int:
        return len(body)

    async def post_image(self, request: Request, body: bytes | None) -> int:
        return -1 if body is None else len(body)

    async def put_file(
        self, request: Request, name: str, body: BodyStream, *, after: int | None
    ) -> int:
        length = 0
        async for piece in body:
            length += len(piece)
        return length

    async def post_form(self, request: Request, name: str, body: BodyStream) -> None:
        await body.read()

    async def post_json(self, request: Request, body: int) -> int:
        return body

    async def put_text_json(self, request: Request, body: int) -> int:
        return body


HANDLERS = {"spec": Uploads()}
