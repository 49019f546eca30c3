"""Raw uvicorn: an ASGI application without a framework, which parses by hand what it is asked."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, cast
from urllib.parse import parse_qs

from pydantic import ValidationError

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE

Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
Send: TypeAlias = Callable[[Mapping[str, object]], Awaitable[None]]


async def app(scope: Mapping[str, object], receive: Receive, send: Send) -> None:
    """Answer one request."""
    path = cast("str", scope.get("path", ""))
    try:
        answer = await _answer(path, scope, receive)
    except ValidationError as error:
        await _send(send, 400, {"error": str(error)})
    else:
        await _send(send, 200 if answer is not None else 404, answer)


async def _answer(path: str, scope: Mapping[str, object], receive: Receive) -> object:
    if path == "/hello":
        return GREETING
    if path == "/large":
        return LARGE
    if path == "/notices":
        return Notice.model_validate_json(await _body(receive)).model_dump()
    if path.startswith("/users/") and path.endswith("/items"):
        query = parse_qs(cast("bytes", scope["query_string"]).decode("ascii"))
        limit = query.get("limit", ["20"])[-1]
        given = {"user": path[7:-6], "limit": limit, "tags": query.get("tag")}
        return Items.model_validate(given).model_dump()
    return None


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += cast("bytes", message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _send(send: Send, status: int, value: object) -> None:
    body = json.dumps(value).encode("utf-8")
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def lifespan_or_app(scope: Mapping[str, object], receive: Receive, send: Send) -> None:
    """What uvicorn calls: it tells of its own start and end, too."""
    if scope["type"] == "http":
        await app(scope, receive, send)
        return
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def serve() -> None:
    """Serve until the process ends."""
    serve_on_uvicorn(lifespan_or_app)
