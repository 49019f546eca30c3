"""A Klein app whose routes are the servlets': an adapter that a user of Klein can write."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable

from counterfoil import HttpServer
from klein import Klein
from twisted.web.server import Request, Site


class KleinServer:
    """Registers servlets as routes of *app*."""

    def __init__(self, app: Klein) -> None:
        self._app = app

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: Callable[..., Awaitable[tuple[int, object] | None]],
        name: str,
    ) -> None:
        async def endpoint(request: Request, **path: str) -> bytes | None:
            answer = await callback(request, **path)
            if answer is None:
                return None
            request.setResponseCode(answer[0])
            request.setHeader("Content-Type", "application/json")
            return json.dumps(answer[1]).encode("utf-8")

        for pattern in path_patterns:
            rule = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.pattern)
            path = rule.removeprefix("^").removesuffix(r"\Z")
            self._app.route(path, methods=[method], endpoint=name)(endpoint)


def site(register: Callable[[HttpServer], None]) -> Site:
    """Serves what *register* registers."""
    app = Klein()
    register(KleinServer(app))
    return Site(app.resource())
