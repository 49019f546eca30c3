"""Generated servlets answer alike, errors included, on anything that has `register_paths`."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast
from urllib.parse import unquote

import pytest
from counterfoil import HttpServer, JsonResource, Ok, Reply, Request, ServletCallback, Site
from counterfoil.stub import answers, cancellable, limits, path
from counterfoil.testing import Response
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.server import Site as StockSite
from typing_extensions import override

from tests.runtime.kiosk import Kiosk, KioskServlet
from tests.runtime.test_lifecycle import until
from tests.serving import Serve, Server, in_reactor


class PlainHost(Resource):
    """Knows `register_paths`, pairs of a status and an object, and `json.dumps`."""

    def __init__(self) -> None:
        Resource.__init__(self)
        self.isLeaf = True
        self._routes: list[tuple[str, re.Pattern[str], ServletCallback]] = []

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: ServletCallback,
        servlet_classname: str,
    ) -> None:
        self._routes += [(method, pattern, callback) for pattern in path_patterns]

    @override
    def render(self, request: Request) -> int:
        Deferred.fromCoroutine(self._answer(request))
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        for method, pattern, callback in self._routes:
            match = pattern.match(request.path.decode())
            if match and method == request.method.decode():
                groups = {name: unquote(text) for name, text in match.groupdict().items()}
                answer = await callback(request, **groups)
                if answer is not None:
                    status, value = answer
                    request.setResponseCode(status)
                    request.setHeader("Content-Type", "application/json")
                    request.write(json.dumps(value).encode())
                    request.finish()
                return


@dataclass(frozen=True)
class Case:
    method: str
    target: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] | None = None


NEW = b'{"txnId": "1", "text": "Tea at five"}'
TRANSCRIPT = [
    Case("GET", "/boards/lobby/notices/7", 200),
    Case("GET", "/boards/a%2Fb%20c/notices/7", 200),
    Case("GET", "/boards/lobby/notices/seven", 400),
    Case("GET", "/boards/missing/notices/7", 404),
    Case("GET", "/boards/gone/notices/7", 410),
    Case("GET", "/boards/teapot/notices/7", 418),
    Case("GET", "/boards/undeclared/notices/7", 500),
    Case("GET", "/boards/broken/notices/7", 500),
    Case("POST", "/boards/lobby/notices", 201, NEW),
    Case("POST", "/boards/lobby/notices", 200, NEW.replace(b'"1"', b'"again"')),
    Case("POST", "/boards/lobby/notices", 400, b'{"text": 5, "colour": null}'),
    Case("POST", "/boards/lobby/notices", 400, b"{"),
    Case("POST", "/boards/lobby/notices", 400, b""),
    Case("DELETE", "/boards/lobby/notices/7", 204),
    Case("GET", "/boards/lobby/picture", 200),
    Case("PUT", "/boards/lobby/picture", 501, b"png"),
    Case("GET", "/search?word=a&word=b%26c&sizes=3,4", 200, headers={"X-Exact": "true"}),
    Case("GET", "/search?word=a", 200, headers={"Cookie": "session=s; other=o"}),
    Case("GET", "/search?sizes=x", 400, headers={"X-Exact": "maybe"}),
]


def transcript(server: Server) -> list[tuple[object, ...]]:
    return [
        seen(server.request(case.method, case.target, body=case.body, headers=case.headers))
        for case in TRANSCRIPT
    ]


def seen(response: Response) -> tuple[object, ...]:
    """What a client can rely on: the host adds headers of its own, and may space its JSON."""
    declared = {name: response.headers.get(name) for name in ("content-type", "location", "x-hint")}
    if declared["content-type"] == "application/json":
        return response.status, declared, response.json()
    return response.status, declared, response.body


def test_the_transcripts_are_the_same(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    ours, foreign = JsonResource(), PlainHost()
    KioskServlet(Kiosk()).register(ours)
    KioskServlet(Kiosk()).register(foreign)

    on_ours, on_foreign = transcript(serve(ours)), transcript(serve(foreign))

    assert [answer[0] for answer in on_ours] == [case.status for case in TRANSCRIPT]
    assert on_ours == on_foreign


class Bounded:
    """A servlet with limits, as it is generated."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.waiting: list[Deferred[None]] = []

    @limits(timeout=0.05, max_body=3)
    @answers(Ok)
    async def take(self, request: Request, **_: str) -> Reply[object]:
        return Ok("taken")

    @cancellable
    @limits(timeout=0.05)
    @answers(Ok)
    async def wait(self, request: Request, **_: str) -> Reply[object]:
        self.waiting.append(Deferred())
        try:
            await self.waiting[-1]
        finally:
            self.ended.append("wait")
        return Ok("waited")

    @cancellable
    @limits(timeout=60)
    @answers(Ok)
    async def wait_long(self, request: Request, **path: str) -> Reply[object]:
        self.waiting.append(Deferred())
        request.notifyFinish().addErrback(lambda _: None)
        await self.waiting[-1]
        return Ok("waited")

    def register(self, server: HttpServer) -> None:
        server.register_paths("POST", [path("/take")], self.take, "take")
        server.register_paths("GET", [path("/wait")], self.wait, "wait")
        server.register_paths("GET", [path("/wait-long")], self.wait_long, "wait_long")


@pytest.mark.parametrize("host", ["ours", "ours on a stock site", "plain"])
def test_limits_hold_on_every_host(running_reactor: None, host: str) -> None:
    """A112, B84."""
    bounded = Bounded()
    resource: JsonResource | PlainHost = PlainHost() if host == "plain" else JsonResource()
    bounded.register(resource)
    server = Server(Site(resource) if host == "ours" else StockSite(resource))
    try:
        assert server.request("POST", "/take", body=b"abc").json() == "taken"
        refused = server.request("POST", "/take", body=b"abcd")
        assert refused.status == 413
        assert refused.json() == {"errcode": "M_TOO_LARGE", "error": "The body is too large"}
        late = server.get("/wait")
        assert late.status == 503
        assert late.json() == {"errcode": "M_UNKNOWN", "error": "The server took too long"}
        assert bounded.ended == ["wait"]
        with server.connect() as connection:
            connection.request("GET", "/wait-long")
            until(lambda: len(bounded.waiting) == 2)
            in_reactor(lambda: bounded.waiting[1].callback(None))
            assert connection.response().json() == "waited"
    finally:
        server.stop()


def test_a_cancellation_within_the_time_is_the_hosts() -> None:
    """A3: nobody's deadline has passed."""

    class Handler:
        @limits(timeout=60)
        @answers(Ok)
        async def wait(self, request: Request, **_: str) -> Reply[object]:
            raise CancelledError

    failures: list[object] = []
    clock = Clock()
    request = cast("Request", SimpleNamespace(channel=clock, content=None))
    running = Deferred.fromCoroutine(Handler().wait(request))
    running.addErrback(lambda failure: failures.append(failure.value))
    assert isinstance(failures[0], CancelledError)
    assert not clock.getDelayedCalls()
