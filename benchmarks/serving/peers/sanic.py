"""Sanic in one process, and by hand what it leaves to its users."""

from __future__ import annotations

import asyncio
import socket

from pydantic import ValidationError
from sanic import HTTPResponse, Request, Sanic
from sanic.response import json

from benchmarks.serving.launch import Heart, report
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


async def hello(request: Request) -> HTTPResponse:
    return json(GREETING)


async def large(request: Request) -> HTTPResponse:
    return json(LARGE)


async def items(request: Request, user: int) -> HTTPResponse:
    given = {
        "user": user,
        "limit": request.args.get("limit", "20"),
        "tags": request.args.getlist("tag"),
    }
    try:
        return json(Items.model_validate(given).model_dump())
    except ValidationError as error:
        return json({"error": str(error)}, status=400)


async def notices(request: Request) -> HTTPResponse:
    try:
        return json(Notice.model_validate_json(request.body).model_dump())
    except ValidationError as error:
        return json({"error": str(error)}, status=400)


def serve() -> None:
    """Serve until the process ends. Its access log goes to stdout, which is a file here."""
    app = Sanic("measured")
    app.add_route(hello, "/hello")
    app.add_route(large, "/large")
    app.add_route(items, "/users/<user:int>/items")
    app.add_route(notices, "/notices", methods=["POST"])
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)

    async def started(_: object) -> None:
        Heart.beat_with(asyncio.get_running_loop().call_later)
        report(str(listening.getsockname()[1]))

    app.register_listener(started, "after_server_start")
    app.run(sock=listening, single_process=True, access_log=True, motd=False)
