"""Routes that say since when they are deprecated, and when they will be gone."""

from __future__ import annotations

import pytest
from counterfoil import (
    CodedError,
    DirectServeJsonResource,
    JsonResource,
    NoContent,
    Reply,
    Request,
    lifecycle,
    set_headers,
)
from counterfoil.stub import answers, limits, path
from counterfoil.testing import TestClient
from twisted.web.server import Site as StockSite

from tests.runtime.test_foreign_host import PlainHost
from tests.serving import Serve

OLD = lifecycle(
    deprecation="2026-01-01",
    sunset="2027-06-30T23:59:59.5+02:00",
    deprecation_link="https://example.org/why",
    sunset_link="/versions",
)
SAID = {
    "deprecation": "@1767225600",
    "sunset": "Wed, 30 Jun 2027 21:59:59 GMT",
    "link": '<https://example.org/why>; rel="deprecation", </versions>; rel="sunset"',
}


class Servlet:
    @OLD
    @answers(NoContent)
    async def old(self, request: Request, **_path: str) -> Reply[object]:
        return NoContent(headers={"Link": '</2>; rel="next"'})

    @lifecycle(deprecation="1969-12-31T23:59:59.5Z")
    @answers(NoContent)
    async def older(self, request: Request, **_path: str) -> Reply[object]:
        return NoContent()


@pytest.mark.parametrize("host", [JsonResource, PlainHost])
@pytest.mark.parametrize("stock", [False, True])
def test_generated_servlets_say_it_on_every_host(
    serve: Serve, host: type[JsonResource | PlainHost], stock: bool
) -> None:
    mounted = host()
    mounted.register_paths("GET", [path("/old")], Servlet().old, "old")
    mounted.register_paths("GET", [path("/older")], Servlet().older, "older")
    server = serve(StockSite(mounted) if stock else mounted)
    for _ in range(2):  # what is set once is not changed by what a handler adds to it
        answer = server.get("/old")
        assert answer.status == 204
        assert answer.headers["deprecation"] == SAID["deprecation"]
        assert answer.headers["sunset"] == SAID["sunset"]
        assert answer.headers["link"] == f'</2>; rel="next", {SAID["link"]}'
    assert server.get("/older").headers["deprecation"] == "@-1"


class Direct(DirectServeJsonResource):
    @OLD
    @limits(max_body=3)
    async def _async_render_GET(self, request: Request) -> tuple[int, object]:
        set_headers(request, {"Link": [SAID["link"]]})
        return 200, {}

    async def _async_render_POST(self, request: Request) -> tuple[int, object]:
        raise CodedError(403, "Not you", "M_FORBIDDEN")


def test_so_do_routes_that_are_written_by_hand() -> None:
    @OLD
    async def moved(request: Request) -> tuple[int, object]:
        raise CodedError(410, "Gone")

    root = JsonResource()
    root.register_paths("GET", [path("/moved")], moved, "moved")
    gone = TestClient(root).get("/moved")
    assert gone.status == 410
    assert SAID.items() <= gone.headers.items()


def test_so_do_resources_without_routes(serve: Serve) -> None:
    server = serve(Direct())
    for answer, status in [(server.get("/"), 200), (server.request("GET", "/", body=b"long"), 413)]:
        assert answer.status == status
        assert SAID.items() <= answer.headers.items()
    for answer in (server.request("POST", "/"), server.request("PUT", "/")):
        assert "deprecation" not in answer.headers


@pytest.mark.parametrize(
    "date",
    [
        "",
        "today",
        "2026-W01-1",
        "20260101",
        "2026-02-30",
        "0000-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T24:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "2026-01-01\r\nSet-Cookie: a=b",
    ],
)
def test_what_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(ValueError, match=r"neither|day|year|hour"):
        lifecycle(deprecation=date)
    with pytest.raises(ValueError, match=r"neither|day|year|hour"):
        lifecycle(sunset=date)


@pytest.mark.parametrize("link", ["", "a b", "/>; rel=next, <x", "/ü", "/\r\nX: y", '"'])
def test_b63_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="URI reference"):
        lifecycle(deprecation="2026-01-01", deprecation_link=link)
    with pytest.raises(ValueError, match="URI reference"):
        lifecycle(sunset_link=link)


def test_a_sunset_is_not_before_the_deprecation() -> None:
    lifecycle(deprecation="2026-01-01T01:00:00+01:00", sunset="2026-01-01")
    with pytest.raises(ValueError, match="not before the deprecation, 2026-01-02"):
        lifecycle(deprecation="2026-01-02", sunset="2026-01-01T23:59:59z")
