"""Answers with what it was given."""

from __future__ import annotations

from api import models
from counterfoil import Request


class Bodies:
    async def put_thing(self, request: Request, body: models.Thing) -> models.Thing:
        return body

    async def put_any(self, request: Request, body: models.Thing) -> models.Thing:
        return body

    async def post_any(self, request: Request, body: models.Thing) -> models.Thing:
        return body

    async def patch_thing(self, request: Request, body: dict[str, int | None] | None) -> int:
        return -1 if body is None else len(body)

    async def post_things(
        self, request: Request, body: models.PostThingsRequest
    ) -> list[models.Shape]:
        return body

    async def post_page(
        self, request: Request, body: models.PostPageRequest | str | bytes | None
    ) -> str:
        match body:
            case models.PostPageRequest():
                return f"page {body.title} {body.stars}"
            case str() | bytes():
                return f"{type(body).__name__} {len(body)}"
        return "nothing"

    async def patch_page(
        self, request: Request, body: int | models.PatchPageRequestMergePatchJson
    ) -> str:
        return f"number {body}" if isinstance(body, int) else f"patch {body.title}"

    async def post_form(self, request: Request, body: models.Order) -> models.Order:
        return body

    async def put_form(self, request: Request, body: dict[str, float] | None) -> dict[str, float]:
        return {} if body is None else body


HANDLERS = {"spec": Bodies()}
