"""A host that has `register_paths` and nothing more: what the protocol says, and no other help.

It knows nothing of counterfoil.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias
from urllib.parse import unquote

from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site
from typing_extensions import override

Answer: TypeAlias = tuple[int, object] | None
Callback: TypeAlias = Callable[..., Awaitable[Answer] | Answer]

logger = logging.getLogger("plain")


class HostError(Exception):
    """An error with a status, as such a host has them."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.answer = (status, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"})


class Host(Resource):
    """Calls what is registered, and sends what it returns."""

    def __init__(self) -> None:
        Resource.__init__(self)
        self.isLeaf = True
        self._routes: list[tuple[str, re.Pattern[str], Callback]] = []

    def register_paths(
        self, method: str, path_patterns: Iterable[re.Pattern[str]], callback: Callback, _: str
    ) -> None:
        self._routes += [(method, pattern, callback) for pattern in path_patterns]

    @override
    def render(self, request: Request) -> int:
        running = Deferred.fromCoroutine(self._answer(request))
        left = request.notifyFinish()
        left.addErrback(lambda _: running.cancel())
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        try:
            answer = await self._call(request)
        except HostError as error:
            answer = error.answer
        except CancelledError:
            logger.info("499 %s", request.uri.decode("latin-1"))
            return
        if answer is not None:
            request.setResponseCode(answer[0])
            request.setHeader("Content-Type", "application/json")
            request.write(json.dumps(answer[1]).encode("utf-8"))
            request.finish()

    async def _call(self, request: Request) -> Answer:
        method = "GET" if request.method == b"HEAD" else request.method.decode("ascii")
        path, known = request.path.decode("ascii"), False
        for wanted, pattern, callback in self._routes:
            match = pattern.match(path)
            known = known or match is not None
            if match is not None and wanted == method:
                groups = {name: unquote(value) for name, value in match.groupdict().items()}
                answer = callback(request, **groups)
                return await answer if isinstance(answer, Awaitable) else answer
        raise HostError(405 if known else 404)


def site(register: Callable[[Host], None]) -> Site:
    """Serves what *register* registers."""
    host = Host()
    register(host)
    return Site(host)
