"""Dispatch, and the answers that no callback gives, on real sockets."""

from __future__ import annotations

import logging
import re
from typing import cast

import pytest
from counterfoil import Cors, JsonResource, Request
from counterfoil.stub import path
from counterfoil.testing import Response
from twisted.web.resource import IResource, Resource

from tests.runtime.test_lifecycle import lines, until
from tests.serving import Serve, Server


def echo(request: Request, **path: str | None) -> tuple[int, object]:
    return 200, path


def resource() -> JsonResource:
    made = JsonResource()
    made.register_paths("GET", [path("/boards/{board}")], echo, "getBoard")
    made.register_paths("PUT", [path("/boards/{board}")], echo, "putBoard")
    made.register_paths("DELETE", [path("/boards/all")], echo, "deleteBoards")
    made.register_paths("GET", [re.compile("/old/(?P<x>[^/]*)(/(?P<y>.+))?")], echo, "old")
    made.register_paths("OPTIONS", [path("/own")], echo, "ownOptions")
    made.register_paths("HEAD", [path("/own")], lambda request: (200, {}), "ownHead")
    return made


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(resource())


def errcode(response: Response) -> object:
    value = response.json()
    assert isinstance(value, dict)
    assert set(value) == {"errcode", "error"}
    return value["errcode"]


def test_a41_a42_parameters_are_decoded_once(server: Server) -> None:
    for raw, decoded in [
        ("lobby", "lobby"),
        ("", ""),
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a+b"),
        ("caf%C3%A9", "caf\u00e9"),
        ("a;b=c", "a;b=c"),
        ("...", "..."),
    ]:
        assert server.get(f"/boards/{raw}").json() == {"board": decoded}


def test_a41_groups_of_foreign_patterns(server: Server) -> None:
    assert server.get("/old/a/b%20c").json() == {"x": "a", "y": "b c"}
    assert server.get("/old/a").json() == {"x": "a", "y": None}


@pytest.mark.parametrize("raw", ["%FE", "%FF", "%", "%zz", "%00", "a%00b", "..", ".", "%2e%2E"])
def test_a43_b40_b43_parameters_that_are_refused(server: Server, raw: str) -> None:
    response = server.get(f"/boards/{raw}")
    assert response.status == 400
    assert errcode(response) == "M_INVALID_PARAM"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("..", "must not hold a dot segment or NUL"),
        ("a%00b", "must not hold a dot segment or NUL"),
        ("%FE", "is not UTF-8"),
        ("%zz", "has an incomplete percent escape"),
    ],
)
def test_a43_a_refusal_names_the_parameter_and_its_fault(
    server: Server, raw: str, fault: str
) -> None:
    assert server.get(f"/boards/{raw}").json() == {
        "errcode": "M_INVALID_PARAM",
        "error": f"path.board: Input {fault}",
    }


@pytest.mark.parametrize("raw", ["\x7f", "\x80", "\xb0"])
def test_a44_b17_bytes_that_should_be_escaped(server: Server, raw: str) -> None:
    assert server.get(f"/boards/{raw}").status == 400


@pytest.mark.parametrize("target", ["/", "/boards", "/boards/a/", "//boards/a", "/x?/y", "/own/"])
def test_a45_an_unknown_path_is_a_404(server: Server, target: str) -> None:
    response = server.get(target)
    assert response.status == 404
    assert errcode(response) == "M_UNRECOGNIZED"
    assert "allow" not in response.headers


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("POST", "/boards/a", "GET, HEAD, OPTIONS, PUT"),
        ("POST", "/boards/all", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("POST", "/old/a", "GET, HEAD, OPTIONS"),
        ("GET", "/own", "HEAD, OPTIONS"),
        ("TRACE", "/boards/a", "GET, HEAD, OPTIONS, PUT"),
        ("get", "/boards/a", "GET, HEAD, OPTIONS, PUT"),
        ("__class__", "/boards/a", "GET, HEAD, OPTIONS, PUT"),
        ("wrapper", "/boards/a", "GET, HEAD, OPTIONS, PUT"),
    ],
)
def test_a34_a35_a46_another_method_is_a_405(
    server: Server, method: str, target: str, allow: str
) -> None:
    response = server.request(method, target)
    assert response.status == 405
    assert errcode(response) == "M_UNRECOGNIZED"
    assert response.headers["allow"] == allow
    assert response.headers["access-control-allow-methods"] == allow


def test_a46_another_method_is_one_answer_and_no_fault(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert server.request("POST", "/boards/a").status == 405
    until(lambda: lines(caplog, "access"))
    assert lines(caplog, "server") == ["POST /boards/a: 405: Unrecognized request"]


def test_a_literal_path_with_another_method_falls_to_the_parameter(server: Server) -> None:
    assert server.get("/boards/all").json() == {"board": "all"}
    assert server.request("DELETE", "/boards/all").json() == {}


def test_a32_a75_head_is_get_without_the_body(server: Server) -> None:
    got, head = server.get("/boards/a"), server.request("HEAD", "/boards/a")
    assert head.status == 200
    assert head.body == b""
    assert head.headers["content-length"] == got.headers["content-length"] == "13"
    assert server.request("HEAD", "/own").headers["content-length"] == "2"


def test_a61_a62_options_is_answered_everywhere(server: Server) -> None:
    for target, allow in [
        ("/boards/a", "GET, HEAD, OPTIONS, PUT"),
        ("/nothing/here", "OPTIONS"),
    ]:
        response = server.request("OPTIONS", target)
        assert response.status == 204
        assert response.body == b""
        assert response.headers["allow"] == allow
        assert "content-length" not in response.headers
        assert "content-type" not in response.headers
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["access-control-max-age"] == "86400"
    assert server.request("OPTIONS", "/own").json() == {}


def test_a63_options_of_the_server(server: Server) -> None:
    response = server.request("OPTIONS", "*")
    assert (response.status, response.body) == (204, b"")
    assert response.headers["server"] == "counterfoil"
    assert response.headers["access-control-allow-origin"] == "*"


def test_b18_no_other_method_takes_a_star(server: Server) -> None:
    response = server.get("*")
    assert response.status == 400
    assert errcode(response) == "M_UNRECOGNIZED"


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/boards/a"), ("GET", "/"), ("POST", "/boards/a"), ("GET", "/boards/%FF")],
)
def test_a70_a87_b72_headers_of_every_answer(server: Server, method: str, target: str) -> None:
    headers = server.request(method, target).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-expose-headers"] == "Server"
    assert headers["access-control-allow-headers"] == (
        "X-Requested-With, Content-Type, Authorization, Date"
    )
    assert "access-control-allow-credentials" not in headers
    methods = headers["access-control-allow-methods"].split(", ")
    assert methods == sorted(methods)
    assert {"GET", "HEAD", "OPTIONS"} <= set(methods)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert headers["server"] == "counterfoil"


def test_cors_can_be_set(serve: Serve) -> None:
    cors = Cors(exposed_headers=("ETag", "Location"), methods=("GET",))
    headers = serve(JsonResource(cors=cors)).get("/").headers
    assert headers["access-control-expose-headers"] == "ETag, Location"
    assert headers["access-control-allow-methods"] == "GET"


def test_a48_a77_canonical_json_is_the_default(serve: Serve) -> None:
    value = {"b": "\u00e9", "a": [1, 2.5, None]}
    sorted_by_key = '{"a":[1,2.5,null],"b":"\u00e9"}'.encode()
    for made, body in [
        (JsonResource(), sorted_by_key),
        (JsonResource(canonical_json=True), sorted_by_key),
        (JsonResource(canonical_json=False), b'{"b":"\\u00e9","a":[1,2.5,null]}'),
    ]:
        made.register_paths("GET", [path("/")], lambda request: (200, value), "value")
        assert serve(made).get("/").body == body


def test_a39_a_route_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        resource().register_paths("GET", [path("/boards/{other}")], echo, "again")


def test_several_patterns_lead_to_one_callback(serve: Serve) -> None:
    made = JsonResource()
    made.register_paths("GET", (path("/a/{x}"), path("/b/{x}")), echo, "both")
    server = serve(made)
    assert server.get("/a/1").json() == server.get("/b/1").json() == {"x": "1"}


def test_requests_follow_each_other_on_one_connection(server: Server) -> None:
    with server.connect() as connection:
        for number in range(3):
            connection.request("GET", f"/boards/{number}")
        for number in range(3):
            assert connection.response().json() == {"board": str(number)}


def test_a37_it_answers_below_whatever_it_is_mounted_on(serve: Serve) -> None:
    root = Resource()
    root.putChild(b"boards", cast("IResource", resource()))
    assert serve(root).get("/boards/a").json() == {"board": "a"}
