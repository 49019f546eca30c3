"""BlackSheep on uvicorn, with pydantic models."""

from __future__ import annotations

from blacksheep import Application, FromJSON, FromQuery, Response, json
from pydantic import ValidationError

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


async def hello() -> Response:
    return json(GREETING)


async def large() -> Response:
    return json(LARGE)


async def items(user: int, limit: FromQuery[int], tag: FromQuery[list[str]]) -> Response:
    given = {"user": user, "limit": limit.value, "tags": tag.value}
    return json(Items.model_validate(given).model_dump())


async def notices(data: FromJSON[dict[str, object]]) -> Response:
    return json(Notice.model_validate(data.value).model_dump())


async def refused(app: object, request: object, error: ValidationError) -> Response:
    return json({"error": str(error)}, status=400)


def serve() -> None:
    """Serve until the process ends."""
    app = Application()
    app.router.add_get("/hello", hello)
    app.router.add_get("/large", large)
    app.router.add_get("/users/{user}/items", items)
    app.router.add_post("/notices", notices)
    app.exceptions_handlers[ValidationError] = refused
    serve_on_uvicorn(app)
