"""Counterfoil with as many routes as ROUTES says, one that waits, and one that works."""

from __future__ import annotations

import os
import time

from counterfoil import AccessLog, JsonResource, Ok, Reply, Request, Site, path
from counterfoil.stub import answers
from twisted.internet.defer import Deferred

from benchmarks.serving.launch import serve_on_twisted

WORK = 0.001
"""How long the processor works for one request to `/work`, in seconds."""


class Servlet:
    """As it is generated, but for its models."""

    def __init__(self) -> None:
        self._waiting: list[Deferred[None]] = []

    @answers(Ok)
    async def hello(self, request: Request, **_path: str) -> Reply[object]:
        return Ok({"message": "Hello, world"})

    @answers(Ok)
    async def park(self, request: Request, **_path: str) -> Reply[object]:
        self._waiting.append(Deferred())
        await self._waiting[-1]
        return Ok({})

    @answers(Ok)
    async def work(self, request: Request, **_path: str) -> Reply[object]:
        end = time.thread_time() + WORK
        while time.thread_time() < end:
            pass
        return Ok({})


def site(_: object = None) -> Site:
    """What `counterfoil serve` calls, too."""
    root, servlet = JsonResource(), Servlet()
    for number in range(int(os.environ.get("ROUTES", "10"))):
        root.register_paths("GET", [path(f"/group/{number}/items")], servlet.hello, "hello")
    root.register_paths("GET", [path("/park")], servlet.park, "park")
    root.register_paths("GET", [path("/work")], servlet.work, "work")
    return Site(root, access_log=AccessLog())


def serve() -> None:
    """Serve until the process ends."""
    serve_on_twisted(site())
