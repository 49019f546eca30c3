"""Robyn in one process with one worker, and by hand what it leaves to its users."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time

from pydantic import ValidationError
from robyn import Request, Response, Robyn

from benchmarks.serving.launch import report
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE

HEADERS = {"Content-Type": "application/json"}

logger = logging.getLogger("access")


def answered(request: Request, value: object, status: int = 200) -> Response:
    logger.info('"%s %s" %d', request.method, request.url.path, status)
    return Response(status_code=status, headers=HEADERS, description=json.dumps(value))


async def hello(request: Request) -> Response:
    return answered(request, GREETING)


async def large(request: Request) -> Response:
    return answered(request, LARGE)


async def items(request: Request) -> Response:
    given = {
        "user": request.path_params["user"],
        "limit": request.query_params.get("limit", "20"),
        "tags": request.query_params.get_all("tag"),
    }
    try:
        return answered(request, Items.model_validate(given).model_dump())
    except ValidationError as error:
        return answered(request, {"error": str(error)}, 400)


async def notices(request: Request) -> Response:
    try:
        return answered(request, Notice.model_validate_json(request.body).model_dump())
    except ValidationError as error:
        return answered(request, {"error": str(error)}, 400)


def serve() -> None:
    """Serve until the process ends. It logs each request, as the others do, to stderr."""
    logging.basicConfig(level=logging.INFO)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]

    def tell() -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                time.sleep(0.05)
            else:
                report(str(port))
                return

    threading.Thread(target=tell, daemon=True).start()
    app = Robyn(__file__)
    app.get("/hello")(hello)
    app.get("/large")(large)
    app.get("/users/:user/items")(items)
    app.post("/notices")(notices)
    app.start(host="127.0.0.1", port=port)
