"""What is served: a function that makes it, by its name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.web.resource import IResource

from counterfoil._server.access_log import AccessLog
from counterfoil._server.site import Site
from counterfoil._types import AnyResource

__all__ = ["made_by"]


async def made_by(target: str, reactor: ReactorBase) -> Site:
    """What the function *target*, written as `PACKAGE:FUNCTION`, makes with *reactor*: a site.

    Around a resource, a `Site` with an `AccessLog` is put.

    Raises `ValueError` if there is no such function, and `TypeError` for what cannot be served.
    """
    made = _function(target)(reactor)
    if isinstance(made, Deferred) or inspect.isawaitable(made):
        made = await cast("Awaitable[object]", made)
    if isinstance(made, Site):
        return made
    if IResource.providedBy(made):
        return Site(cast("AnyResource", made), access_log=AccessLog())
    raise TypeError(
        f"{target} has made a {type(made).__name__}: make a counterfoil.Site, or a resource"
    )


def _function(target: str) -> Callable[[ReactorBase], object]:
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise ValueError(f"{target!r} names no function: write it as PACKAGE:FUNCTION")
    found: object = import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise ValueError(f"{module} has no function {name}")
    return cast("Callable[[ReactorBase], object]", found)
