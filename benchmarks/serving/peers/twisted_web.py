"""Plain twisted.web: a tree of resources, and by hand what Twisted leaves to its users."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO, cast

from pydantic import ValidationError
from twisted.python import log
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site
from typing_extensions import override

from benchmarks.serving.launch import serve_on_twisted
from benchmarks.serving.models import Items, Notice
from benchmarks.serving.workloads import GREETING, LARGE


class Constant(Resource):
    """An answer that is the same for all, encoded for each."""

    def __init__(self, value: object) -> None:
        Resource.__init__(self)
        self._value = value

    def render_GET(self, request: Request) -> bytes:
        return in_json(request, self._value)


class Notices(Resource):
    """A validated body."""

    def __init__(self) -> None:
        Resource.__init__(self)

    def render_POST(self, request: Request) -> bytes:
        try:
            notice = Notice.model_validate_json(cast("BinaryIO", request.content).read())
        except ValidationError as error:
            return refused(request, error)
        return in_json(request, notice.model_dump())


class Users(Resource):
    """The users, by number."""

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def getChild(self, path: bytes, request: Request) -> IResource:
        user = Resource()
        user.putChild(b"items", resource(UserItems(path.decode("utf-8"))))
        return resource(user)


class UserItems(Resource):
    """Typed parameters."""

    def __init__(self, user: str) -> None:
        Resource.__init__(self)
        self._user = user

    def render_GET(self, request: Request) -> bytes:
        given: dict[bytes, list[bytes]] = request.args
        try:
            items = Items.model_validate(
                {
                    "user": self._user,
                    "limit": given.get(b"limit", [b"20"])[-1],
                    "tags": given.get(b"tag"),
                }
            )
        except ValidationError as error:
            return refused(request, error)
        return in_json(request, items.model_dump())


def in_json(request: Request, value: object) -> bytes:
    request.setHeader(b"Content-Type", b"application/json")
    return json.dumps(value).encode("utf-8")


def refused(request: Request, error: ValidationError) -> bytes:
    request.setResponseCode(400)
    return in_json(request, {"error": str(error)})


def resource(child: Resource) -> IResource:
    """Twisted's interfaces are not written for type checkers."""
    return cast("IResource", child)


def serve() -> None:
    """Serve until the process ends. Its log goes to a file, as `twistd` does it."""
    log.startLogging(sys.stderr, setStdout=False)
    root = Resource()
    children: dict[bytes, Resource] = {
        b"hello": Constant(GREETING),
        b"large": Constant(LARGE),
        b"notices": Notices(),
        b"users": Users(),
    }
    for name, child in children.items():
        root.putChild(name, resource(child))
    serve_on_twisted(Site(root))
