"""Resources without routes: `_async_render_GET` and its like, in JSON and in HTML."""

from __future__ import annotations

import pytest
from counterfoil import (
    CodedError,
    Cors,
    DirectServeHtmlResource,
    DirectServeJsonResource,
    RedirectException,
    Request,
)
from counterfoil.stub import limits
from twisted.internet.defer import Deferred

from tests.serving import Serve


class Json(DirectServeJsonResource):
    async def _async_render_GET(self, request: Request) -> tuple[int, object]:
        return 200, {"b": "ü", "a": 1}

    def _async_render_PUT(self, request: Request) -> Deferred[tuple[int, object]]:
        done: Deferred[tuple[int, object]] = Deferred()
        done.callback((201, {}))
        return done

    def _async_render_QUERY(self, request: Request) -> tuple[int, object]:
        return 200, {"safe": True}

    @limits(max_body=10)
    def _async_render_POST(self, request: Request) -> tuple[int, object]:
        raise CodedError(403, "Not you", "M_FORBIDDEN")

    def _async_render_wrapper(self, request: Request) -> tuple[int, object]:
        raise AssertionError("this is no method of HTTP")


class Html(DirectServeHtmlResource):
    async def _async_render_GET(self, request: Request) -> tuple[int, object]:
        return 201, b"<p>Hello!</p>"

    def _async_render_PUT(self, request: Request) -> tuple[int, object]:
        return 200, "no bytes"

    def _async_render_POST(self, request: Request) -> tuple[int, object]:
        raise RedirectException(b"/elsewhere", 303)

    def _async_render_DELETE(self, request: Request) -> tuple[int, object]:
        raise CodedError(403, "<not> you", "M_FORBIDDEN")


def test_a33_a48_a_method_for_each_method(serve: Serve) -> None:
    server = serve(Json())
    answer = server.get("/")
    assert (answer.status, answer.body) == (200, b'{"b":"\\u00fc","a":1}')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert server.request("PUT", "/").status == 201
    assert server.request("QUERY", "/").json() == {"safe": True}
    refused = server.request("POST", "/")
    assert (refused.status, refused.json()) == (403, {"errcode": "M_FORBIDDEN", "error": "Not you"})


def test_a32_head_is_get_without_a_body(serve: Serve) -> None:
    server = serve(Json())
    answer = server.request("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(server.get("/").body))


@pytest.mark.parametrize("method", ["DELETE", "wrapper", "__class__", "get", "_async_render_GET"])
@pytest.mark.parametrize("resource", [Json, Html])
def test_a34_a35_b25_another_method_is_a_405_and_never_looked_up(
    serve: Serve, resource: type[Json] | type[Html], method: str
) -> None:
    answer = serve(resource()).request(method if resource is Json else method + "x", "/")
    assert answer.status == 405
    listed = "GET, HEAD, OPTIONS, POST, PUT"
    assert answer.headers["allow"] == (
        f"{listed}, QUERY" if resource is Json else f"DELETE, {listed}"
    )


def test_options_are_answered(serve: Serve) -> None:
    answer = serve(Json(cors=Cors(origins=("https://a.example",)))).request(
        "OPTIONS", "/", headers={"Origin": "https://a.example"}
    )
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST, PUT, QUERY"


def test_a112_limits_hold_for_them_too(serve: Serve) -> None:
    server = serve(Json())
    refused = server.request("POST", "/", body=b"x" * 11)
    assert refused.status == 413
    assert refused.headers["access-control-allow-origin"] == "*"
    assert server.request("POST", "/", body=b"x" * 10).status == 403
    assert server.request("DELETE", "/", body=b"x" * 11).status == 405


def test_a52_a_page_is_sent_with_its_status(serve: Serve) -> None:
    answer = serve(Html()).get("/")
    assert (answer.status, answer.body) == (201, b"<p>Hello!</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a53_a16_a_page_that_is_no_bytes_is_a_500(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    answer = serve(Html()).request("PUT", "/")
    assert answer.status == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"Internal server error" in answer.body
    assert "a page must be bytes, not str" in caplog.text


def test_a12_a13_a14_pages_may_redirect(serve: Serve) -> None:
    answer = serve(Html()).request("POST", "/")
    assert answer.status == 303
    assert answer.headers["location"] == "/elsewhere"


def test_a12_a17_errors_are_pages(serve: Serve) -> None:
    answer = serve(Html()).request("DELETE", "/")
    assert answer.status == 403
    assert b"&lt;not&gt; you" in answer.body
