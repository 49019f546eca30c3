"""Resources that redirect a front page, answer OPTIONS, and answer for what is not there."""

from __future__ import annotations

import json
import re
from typing import cast

import pytest
from counterfoil import (
    Cors,
    JsonResource,
    OptionsResource,
    ProblemDetails,
    Request,
    RootOptionsRedirectResource,
    RootRedirect,
    UnrecognizedRequestResource,
)
from counterfoil.testing import Response
from twisted.web.resource import IResource, Resource
from twisted.web.server import Site as TwistedSite
from typing_extensions import override

from tests.serving import Serve, Server


class Child(Resource):
    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    @override
    def render(self, request: Request) -> bytes:
        return b"child"


def put(parent: Resource, name: bytes, child: Resource) -> None:
    # Twisted's interfaces are not written for type checkers.
    parent.putChild(name, cast("IResource", child))


def is_unrecognized(response: Response, status: int = 404) -> bool:
    return (
        response.status == status
        and response.headers["content-type"] == "application/json"
        and json.loads(response.body)
        == {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}
    )


def raw(server: Server, method: str, target: str) -> bytes:
    """All of the answer to a request after which the connection is closed."""
    with server.connect() as connection:
        connection.request(method, target, headers={"Connection": "close"})
        return connection.rest()


def test_a59_the_front_page_leads_elsewhere_and_its_url_is_escaped(serve: Serve) -> None:
    server = serve(RootRedirect("/client/?a=1&b=<'\">"))
    response = server.get("/")
    assert response.status == 302
    assert response.headers["location"] == "/client/?a=1&b=<'\">"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert b"/client/?a=1&amp;b=&lt;&#x27;&quot;&gt;" in response.body
    assert b"<'" not in response.body
    head = server.request("HEAD", "/")
    assert (head.status, head.body) == (302, b"")
    assert head.headers["location"] == response.headers["location"]


@pytest.mark.parametrize("path", ["/x", "/x/y", "//", "/%2F"])
def test_a59_any_other_child_is_a_404(serve: Serve, path: str) -> None:
    assert is_unrecognized(serve(RootRedirect("/client/")).get(path))


def test_a59_children_that_were_put_there_are_found(serve: Serve) -> None:
    root = RootRedirect("/client/")
    put(root, b"x", Child())
    assert serve(root).get("/x").body == b"child"


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "wrapper", "get"])
def test_a59_other_methods_are_a_405_that_names_those_allowed(serve: Serve, method: str) -> None:
    response = serve(RootRedirect("/client/")).request(method, "/")
    assert is_unrecognized(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/caf\u00e9", "//evil.example", "/\\evil.example", "/a\r\nX: y"])
@pytest.mark.parametrize("resource", [RootRedirect, RootOptionsRedirectResource])
def test_a60_b45_a_bad_path_fails_when_the_resource_is_made(
    resource: type[RootRedirect | RootOptionsRedirectResource], path: str
) -> None:
    with pytest.raises(ValueError, match=r"ascii|location"):
        resource(path)


@pytest.fixture(params=["options", "root"])
def options(request: pytest.FixtureRequest) -> OptionsResource:
    made = OptionsResource() if request.param == "options" else RootOptionsRedirectResource("/to")
    put(made, b"known", Child())
    return made


@pytest.mark.parametrize("path", ["/", "/known", "/known/below", "/unknown/a/b", "//", "/%2F"])
def test_a61_a64_options_on_any_path_is_a_204(
    serve: Serve, options: OptionsResource, path: str
) -> None:
    response = serve(options).request("OPTIONS", path)
    assert (response.status, response.body) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "GET" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-max-age"] == "86400"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a61_a64_other_methods_fall_through_to_the_children(
    serve: Serve, options: OptionsResource
) -> None:
    server = serve(options)
    assert server.get("/known").body == b"child"
    response = server.get("/unknown")
    assert is_unrecognized(response)
    assert response.headers["access-control-allow-origin"] == "*"


def test_a61_a_policy_can_be_given(serve: Serve) -> None:
    server = serve(OptionsResource(cors=Cors(origins=("https://a.example",), max_age=5)))
    origin = {"Origin": "https://a.example"}
    allowed = server.request("OPTIONS", "/", headers=origin)
    assert allowed.headers["access-control-allow-origin"] == "https://a.example"
    assert allowed.headers["access-control-max-age"] == "5"
    refused = server.request("OPTIONS", "/", headers={"Origin": "https://b.example"})
    assert refused.status == 204
    assert "access-control-allow-origin" not in refused.headers


def test_a61_a_json_resource_below_answers_with_the_methods_of_its_routes(serve: Serve) -> None:
    api = JsonResource()
    api.register_paths("PUT", [re.compile("/a/b/x")], lambda request: (200, {}), "x")
    between = Resource()
    put(between, b"b", api)
    root = OptionsResource()
    put(root, b"a", between)
    server = serve(root)
    known = server.request("OPTIONS", "/a/b/x")
    assert known.status == 204
    assert set(known.headers["allow"].split(", ")) == {"OPTIONS", "PUT"}
    for path in ["/a/b/y", "/a/c", "/a"]:
        response = server.request("OPTIONS", path)
        assert response.status == 204
        assert response.headers["access-control-allow-origin"] == "*"
    assert server.request("PUT", "/a/b/x").status == 200


@pytest.mark.parametrize("path", ["/", "/x"])
def test_a62_a_204_has_no_content_length(serve: Serve, options: OptionsResource, path: str) -> None:
    head, _, body = raw(serve(options), "OPTIONS", path).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 204 ")
    assert b"content-length" not in head.lower()
    assert b"transfer-encoding" not in head.lower()
    assert body == b""


@pytest.mark.parametrize("foreign", [False, True], ids=["site", "twisted"])
def test_a63_options_of_the_server_itself_is_no_crash(
    serve: Serve, options: OptionsResource, foreign: bool
) -> None:
    server = serve(TwistedSite(options) if foreign else options)
    assert raw(server, "OPTIONS", "*").startswith((b"HTTP/1.1 204 ", b"HTTP/1.1 200 "))


def test_a64_the_front_page_leads_elsewhere(serve: Serve) -> None:
    server = serve(RootOptionsRedirectResource("/client/"))
    response = server.get("/")
    assert response.status == 302
    assert response.headers["location"] == "/client/"
    assert server.request("HEAD", "/").status == 302
    assert is_unrecognized(server.request("POST", "/"), 405)


def test_a61_a64_mounted_below_they_answer_for_their_own_path(serve: Serve) -> None:
    root = Resource()
    put(root, b"a", OptionsResource())
    put(root, b"b", RootOptionsRedirectResource("/client/"))
    server = serve(root)
    assert is_unrecognized(server.get("/a"))
    assert is_unrecognized(server.get("/a/"))
    assert server.get("/b").status == 302
    assert server.request("OPTIONS", "/a").status == 204
    assert server.request("OPTIONS", "/b").status == 204


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "wrapper"])
@pytest.mark.parametrize("path", ["/", "/a", "/a/b?c=d"])
def test_a65_what_is_not_there_is_a_404_in_json(serve: Serve, method: str, path: str) -> None:
    response = serve(UnrecognizedRequestResource()).request(method, path)
    assert is_unrecognized(response)
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a65_head_of_what_is_not_there_has_no_body(serve: Serve) -> None:
    response = serve(UnrecognizedRequestResource()).request("HEAD", "/a")
    assert (response.status, response.body) == (404, b"")


def test_a65_on_a_foreign_site_too(serve: Serve) -> None:
    response = serve(TwistedSite(UnrecognizedRequestResource())).get("/a")
    assert is_unrecognized(response)
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a65_the_shape_of_errors_can_be_given(serve: Serve) -> None:
    response = serve(UnrecognizedRequestResource(errors=ProblemDetails())).get("/a")
    assert response.status == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body)["status"] == 404
