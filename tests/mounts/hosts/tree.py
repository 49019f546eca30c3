"""Twisted's own site, with a tree of resources that was there before: ours is put into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from counterfoil import HttpServer, JsonResource
from twisted.web.resource import IResource, Resource
from twisted.web.server import Site
from twisted.web.static import Data


def site(register: Callable[[HttpServer], None]) -> Site:
    """Serves what *register* registers, beside a page of another maker."""
    notices = JsonResource()
    register(notices)
    root = Resource()
    put(root, b"", Data(b"the front page", "text/plain"))
    for name in (b"boards", b"search"):
        put(root, name, notices)
    return Site(root)


def put(parent: Resource, name: bytes, child: Resource) -> None:
    """Twisted's interfaces are not written for type checkers."""
    parent.putChild(name, cast("IResource", child))
