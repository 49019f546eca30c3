"""What is served: a function that makes it, by its name."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException
from typing import Final, cast

from twisted.internet import defer
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.web.resource import IResource

from counterfoil._server.access_log import AccessLog
from counterfoil._server.site import Site
from counterfoil._types import AnyResource

__all__ = ["TargetError", "made_by", "parts_of", "what_went_wrong"]


class TargetError(Exception):
    """What is to be served is not there, or is not what can be served."""


async def made_by(target: str, reactor: ReactorBase) -> Site:
    """What the function *target*, written as `PACKAGE:FUNCTION`, makes with *reactor*: a site.

    Around a resource, a `Site` with an `AccessLog` is put.

    Raises `TargetError` if there is no such function, and for what cannot be served.
    """
    made = _function(target, reactor)(reactor)
    if isinstance(made, Deferred) or inspect.isawaitable(made):
        made = await cast("Awaitable[object]", made)
    if isinstance(made, Site):
        return made
    if IResource.providedBy(made):
        return Site(cast("AnyResource", made), access_log=AccessLog())
    kind = type(made)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    raise TargetError(
        f"{target} has made what cannot be served ({name}): make a counterfoil.Site, or a resource"
    )


def parts_of(target: str) -> tuple[str, str]:
    """The module and the function that *target* names.

    Raises `TargetError` if it names none.
    """
    module, _, name = target.partition(":")
    if not (module and name):
        raise TargetError(f"{target!r} names no function: write it as PACKAGE:FUNCTION")
    return module, name


def _function(target: str, reactor: ReactorBase) -> Callable[[ReactorBase], object]:
    module, name = parts_of(target)
    try:
        found: object = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise TargetError(
                f"there is no module {error.name}, in this folder or on the import path"
            ) from None
        raise
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise TargetError(f"{module} has no function {name}")
    try:
        with suppress(ValueError):  # what is written in C may tell nothing
            inspect.signature(found).bind(reactor)
    except TypeError as error:
        raise TargetError(f"{target} must take the reactor, and nothing else: {error}") from None
    return cast("Callable[[ReactorBase], object]", found)


_OURS: Final = (str(Path(__file__).parent), defer.__file__, importlib.__file__, "<frozen ")


def what_went_wrong(error: BaseException | None) -> str:
    """Why nothing could be served: a sentence, or where the program itself has raised *error*."""
    if error is None or isinstance(error, TargetError):
        return str(error)
    told = TracebackException.from_exception(error)
    told.stack = StackSummary.from_list(_the_programs(told.stack))
    return "".join(told.format()).rstrip()


def _the_programs(stack: StackSummary) -> list[FrameSummary]:
    return [frame for frame in stack if not frame.filename.startswith(_OURS)]
