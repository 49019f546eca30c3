"""Klein: its routes, and by hand what it leaves to its users."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO, cast

from klein import Klein
from pydantic import ValidationError
from twisted.python import log
from twisted.web.server import Request, Site

from benchmarks.serving.launch import serve_on_twisted
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


def hello(request: Request) -> str:
    return in_json(request, GREETING)


def large(request: Request) -> str:
    return in_json(request, LARGE)


def items(request: Request, user: int) -> str:
    limit = request.args.get(b"limit", [b"20"])[-1]
    chosen = Items.model_validate({"user": user, "limit": limit, "tags": request.args.get(b"tag")})
    return in_json(request, chosen.model_dump())


def notices(request: Request) -> str:
    notice = Notice.model_validate_json(cast("BinaryIO", request.content).read())
    return in_json(request, notice.model_dump())


def refused(request: Request, failure: object) -> str:
    request.setResponseCode(400)
    return in_json(request, {"error": str(failure)})


def in_json(request: Request, value: object) -> str:
    request.setHeader("Content-Type", "application/json")
    return json.dumps(value)


def serve() -> None:
    """Serve until the process ends. Its log goes to stderr, as `Klein.run` sends it to a file."""
    log.startLogging(sys.stderr, setStdout=False)
    app = Klein()
    app.route("/hello", methods=["GET"])(hello)
    app.route("/large", methods=["GET"])(large)
    app.route("/users/<int:user>/items", methods=["GET"])(items)
    app.route("/notices", methods=["POST"])(notices)
    app.handle_errors(ValidationError)(refused)
    serve_on_twisted(Site(app.resource()))
