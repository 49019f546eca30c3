"""Litestar on uvicorn, with pydantic models."""

from __future__ import annotations

from typing import Annotated

from litestar import Litestar, get, post
from litestar.params import Parameter

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.models import Items, Notice, Notices
from benchmarks.serving.workloads import GREETING, LARGE

MANY = Notices.model_validate(LARGE)


async def hello() -> dict[str, str]:
    return GREETING


async def large() -> Notices:
    return MANY


async def items(
    user: Annotated[int, Parameter(ge=1)],
    tag: list[str],
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
) -> Items:
    return Items(user=user, limit=limit, tags=tag)


async def notices(data: Notice) -> Notice:
    return data


def serve() -> None:
    """Serve until the process ends."""
    serve_on_uvicorn(
        Litestar(
            [
                get("/hello")(hello),
                get("/large")(large),
                get("/users/{user:int}/items")(items),
                post("/notices", status_code=200)(notices),
            ]
        )
    )
