"""Falcon's ASGI on uvicorn, and by hand what it leaves to its users."""

from __future__ import annotations

from falcon import HTTP_400
from falcon.asgi import App, Request, Response
from pydantic import ValidationError

from benchmarks.serving.launch import serve_on_uvicorn
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


class Constant:
    """An answer that is the same for all, encoded for each."""

    def __init__(self, value: object) -> None:
        self._value = value

    async def on_get(self, request: Request, response: Response) -> None:
        response.media = self._value


class UserItems:
    """Typed parameters."""

    async def on_get(self, request: Request, response: Response, user: int) -> None:
        given = {
            "user": user,
            "limit": request.get_param_as_int("limit", default=20),
            "tags": request.get_param_as_list("tag"),
        }
        response.media = Items.model_validate(given).model_dump()


class PostedNotices:
    """A validated body."""

    async def on_post(self, request: Request, response: Response) -> None:
        notice = Notice.model_validate_json(await request.bounded_stream.read())
        response.media = notice.model_dump()


async def refused(
    request: Request, response: Response, error: ValidationError, parameters: object
) -> None:
    response.status = HTTP_400
    response.media = {"error": str(error)}


def serve() -> None:
    """Serve until the process ends."""
    app = App()
    app.add_route("/hello", Constant(GREETING))
    app.add_route("/large", Constant(LARGE))
    app.add_route("/users/{user:int}/items", UserItems())
    app.add_route("/notices", PostedNotices())
    app.add_error_handler(ValidationError, refused)
    serve_on_uvicorn(app)
