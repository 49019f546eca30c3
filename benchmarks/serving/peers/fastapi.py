"""FastAPI on uvicorn, with httptools and uvloop, as `uvicorn[standard]` runs it."""

from __future__ import annotations

import asyncio
import socket
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Path, Query
from pydantic import BaseModel

from benchmarks.serving.launch import Heart, report
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
    """Serve until the process ends. Its access log goes to stdout, which is a file here."""
    app = FastAPI()
    app.add_api_route("/hello", hello, methods=["GET"])
    app.add_api_route("/large", large, methods=["GET"])
    app.add_api_route("/users/{user}/items", items, methods=["GET"])
    app.add_api_route("/notices", notices, methods=["POST"])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app))

    async def run() -> None:
        loop = asyncio.get_running_loop()
        Heart.beat_with(loop.call_later)
        loop.call_later(0, report, str(listening.getsockname()[1]))
        await server.serve(sockets=[listening])

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(run())
