"""FastAPI on uvicorn, with httptools and uvloop, as `uvicorn[standard]` runs it."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.models import Notice, Notices
from benchmarks.serving.workloads import GREETING, LARGE


class Greeting(BaseModel):
    """A small answer."""

    message: str


class Selection(BaseModel):
    """Typed parameters, given back."""

    user: int
    limit: int
    tags: list[str]


MANY = Notices.model_validate(LARGE)


async def hello() -> Greeting:
    return Greeting.model_validate(GREETING)


async def large() -> Notices:
    return MANY


async def items(
    user: Annotated[int, Path(ge=1)],
    tag: Annotated[list[str], Query()],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Selection:
    return Selection(user=user, limit=limit, tags=tag)


async def notices(notice: Notice) -> Notice:
    return notice


def serve() -> None:
    """Serve until the process ends."""
    app = FastAPI()
    app.add_api_route("/hello", hello, methods=["GET"])
    app.add_api_route("/large", large, methods=["GET"])
    app.add_api_route("/users/{user}/items", items, methods=["GET"])
    app.add_api_route("/notices", notices, methods=["POST"])
    serve_on_uvicorn(app)
