"""The limit: a protocol on httptools and uvloop that answers all that it is asked with one text.

It parses nothing but the head, makes no request, and writes no log.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast

import uvloop
from httptools import HttpRequestParser

from benchmarks.serving.launch import Heart, report
from benchmarks.serving.workloads import WORKLOADS


def answer(value: object) -> bytes:
    body = json.dumps(value).encode("utf-8")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


ANSWERS = {workload.target.encode("ascii"): answer(workload.answer) for workload in WORKLOADS}
REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
)
BODIES = {workload.target.encode("ascii"): workload.body for workload in WORKLOADS if workload.body}


class Bare(asyncio.Protocol):
    """A connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast("asyncio.Transport", transport).write
        self._parser = HttpRequestParser(self)
        self._target = self._body = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._target, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._body and self._body != BODIES.get(self._target):
            self._write(REFUSAL)
        else:
            self._write(ANSWERS.get(self._target, REFUSAL))


async def run() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Bare, "127.0.0.1", 0, backlog=1024)
    Heart.beat_with(loop.call_later)
    report(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


def serve() -> None:
    """Serve until the process ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
