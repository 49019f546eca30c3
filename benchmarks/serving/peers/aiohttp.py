"""aiohttp's server on uvloop, and by hand what it leaves to its users."""

from __future__ import annotations

import asyncio
import logging

import uvloop
from aiohttp import web
from pydantic import ValidationError

from benchmarks.serving.launch import Heart, report
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


async def hello(request: web.Request) -> web.Response:
    return web.json_response(GREETING)


async def large(request: web.Request) -> web.Response:
    return web.json_response(LARGE)


async def items(request: web.Request) -> web.Response:
    given = {
        "user": request.match_info["user"],
        "limit": request.query.get("limit", "20"),
        "tags": request.query.getall("tag"),
    }
    try:
        return web.json_response(Items.model_validate(given).model_dump())
    except ValidationError as error:
        return web.json_response({"error": str(error)}, status=400)


async def notices(request: web.Request) -> web.Response:
    try:
        notice = Notice.model_validate_json(await request.read())
    except ValidationError as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response(notice.model_dump())


async def run() -> None:
    app = web.Application()
    app.router.add_get("/hello", hello)
    app.router.add_get("/large", large)
    app.router.add_get("/users/{user}/items", items)
    app.router.add_post("/notices", notices)
    runner = web.AppRunner(app, access_log=logging.getLogger("aiohttp.access"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    Heart.beat_with(asyncio.get_running_loop().call_later)
    report(str(runner.addresses[0][1]))
    await asyncio.Event().wait()


def serve() -> None:
    """Serve until the process ends. Its access log goes to stderr, which is a file here."""
    logging.basicConfig(level=logging.INFO)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
