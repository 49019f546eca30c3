"""What the other tests of the runtime pass by."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from counterfoil import (
    Cors,
    DirectServeJsonResource,
    Found,
    InvalidRequestError,
    JsonResource,
    Location,
    Ok,
    ProblemDetails,
    Reply,
    Request,
    SiteRequest,
    cancellable,
)
from counterfoil._describe import client_address
from counterfoil._options import options_of
from counterfoil.stub import (
    ApiError,
    Body,
    Input,
    Model,
    Query,
    answers,
    at_head,
    limits,
    path,
    read,
    receive,
)
from counterfoil.testing import TestClient
from pydantic import Field
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.server import Site as StockSite
from typing_extensions import override

from tests.runtime.test_execution import large
from tests.runtime.test_lifecycle import Answer, until
from tests.serving import Serve, Server, in_reactor

MANY = {str(number): {"n": number, "text": "x" * 50} for number in range(2000)}


class Refusal(ApiError[dict[str, int]]):
    """Declared."""

    status = 409


class Listing(Input):
    tags: Annotated[list[str], Query(), Field(max_length=3)] = Field(default_factory=lambda: ["a"])


class Wanted(Input):
    body: Annotated[dict[str, int], Body()]


class Large(Model):
    items: dict[str, dict[str, object]]


class Servlet:
    @answers(Ok)
    async def tags(self, request: Request, **path: str) -> Reply[object]:
        return Ok(read(request, Listing, path).tags)

    @answers(Ok)
    async def numbers(self, request: Request, **path: str) -> Reply[object]:
        return Ok(read(request, Wanted, path).body)

    @answers(Ok, errors=[Refusal], media_type="text/html")
    async def page(self, request: Request, **_: str) -> Reply[object]:
        raise Refusal({"a": 1})

    @answers(Ok)
    async def large(self, request: Request, **_: str) -> Reply[object]:
        return Ok(Large(items=MANY), headers={"X-Size": "large", "Cache-Control": "private"})


def served(resource: JsonResource) -> JsonResource:
    servlet = Servlet()
    resource.register_paths("GET", [path("/tags")], servlet.tags, "tags")
    resource.register_paths("POST", [path("/numbers")], servlet.numbers, "numbers")
    resource.register_paths("GET", [path("/page")], servlet.page, "page")
    resource.register_paths("GET", [path("/large")], servlet.large, "large")
    return resource


def test_a_default_that_is_made_anew(serve: Serve) -> None:
    server = serve(served(JsonResource()))
    assert server.get("/tags").json() == ["a"]
    assert server.get("/tags?tags=b&tags=c").json() == ["b", "c"]


def test_the_faults_of_a_request_are_listed_in_problem_details(serve: Serve) -> None:
    server = serve(served(JsonResource(errors=ProblemDetails())))
    answer = server.request("POST", "/numbers", json={"a": "x", "b": None})
    problem = answer.json()
    assert isinstance(problem, dict)
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 2
    assert ProblemDetails().body(InvalidRequestError("M_BAD_JSON", ["a: b"])) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "a: b",
        "errors": ["a: b"],
        "errcode": "M_BAD_JSON",
    }


def test_a_declared_error_of_a_page_is_what_it_is_declared_to_be(serve: Serve) -> None:
    answer = serve(served(JsonResource())).get("/page")
    assert (answer.status, answer.json()) == (409, {"a": 1})
    assert answer.headers["content-type"] == "application/json"


def test_a75_head_of_a_large_answer_has_its_length(serve: Serve) -> None:
    server = serve(served(JsonResource()))
    answer = server.get("/large")
    assert answer.json() == {"items": MANY}
    assert answer.headers["x-size"] == "large"
    assert answer.headers["cache-control"] == "private"
    head = server.request("HEAD", "/large")
    assert head.headers["content-length"] == str(len(answer.body))
    assert head.body == b""


def test_a_large_answer_of_a_status_without_content_has_none(serve: Serve) -> None:
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], lambda request: (204, large(0)), "none")
    answer = serve(resource).get("/")
    assert (answer.status, answer.body) == (204, b"")


def test_head_of_a_stream_is_its_head(serve: Serve) -> None:
    """A32: and the stream is closed, not read."""
    read_pieces: list[bytes] = []

    async def pieces() -> AsyncIterator[bytes]:
        read_pieces.append(b"x")
        yield b"x"

    class Streams:
        @answers(Ok, media_type="text/csv")
        async def get(self, request: Request, **_: str) -> Reply[object]:
            return Ok(pieces())

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Streams().get, "get")
    server = serve(resource)
    with server.connect() as connection:
        for _ in range(2):
            connection.request("HEAD", "/")
            answer = connection.response("HEAD")
            assert (answer.status, answer.headers["content-type"]) == (
                200,
                "text/csv; charset=utf-8",
            )
    assert not read_pieces


def test_json_of_another_media_type(serve: Serve) -> None:
    class Problems:
        @answers(Ok, media_type="application/geo+json")
        async def get(self, request: Request, **_: str) -> Reply[object]:
            return Ok({"type": "Point"})

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Problems().get, "get")
    answer = serve(resource).get("/")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json() == {"type": "Point"}


def test_what_was_asked_for_a_route_is_seen_through_partial_objects() -> None:
    @limits(timeout=5)
    def work(name: str, request: Request) -> Answer:
        return 200, name

    assert options_of(functools.partial(work, "a")).timeout == 5


@pytest.mark.parametrize(
    ("timeout", "max_body"), [(0.0, None), (-1.0, None), (float("nan"), None), (None, -1)]
)
def test_limits_that_nothing_could_keep_are_refused(
    timeout: float | None, max_body: int | None
) -> None:
    with pytest.raises(ValueError, match="must be"):
        limits(timeout=timeout, max_body=max_body)


def test_a_policy_that_exposes_nothing(serve: Serve) -> None:
    headers = serve(JsonResource(cors=Cors(exposed_headers=()))).get("/").headers
    assert "access-control-expose-headers" not in headers
    assert headers["access-control-allow-origin"] == "*"


def test_a_resource_of_one_method(serve: Serve) -> None:
    class Sink(DirectServeJsonResource):
        def _async_render_POST(self, request: Request) -> Answer:
            return 200, client_address(request)

    server = serve(Sink())
    assert server.request("POST", "/").json() == "127.0.0.1"
    answer = server.get("/")
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, POST")


def test_arguments_can_be_replaced(serve: Serve) -> None:
    def arguments(request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        given = {name.decode(): len(values) for name, values in request.args.items()}
        request.args = {b"other": []}
        return 200, [given, len(request.args)]

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], arguments, "arguments")
    assert serve(resource).get("/?a=1&a=2&b=3").json() == [{"a": 2, "b": 1}, 1]


def test_a_stream_that_waits_for_room_when_it_is_cancelled(serve: Serve) -> None:
    """A94, B78."""
    ended: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            ended.append("closed")

    class Streams:
        @cancellable
        @limits(timeout=0.2)
        @answers(Ok, media_type="text/csv")
        async def get(self, request: Request, **_: str) -> Reply[object]:
            return Ok(pieces())

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Streams().get, "get")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: ended)


def test_a_deadline_of_a_handler_whose_client_has_left(serve: Serve) -> None:
    """B84: there is nobody to answer, and the handler ends all the same."""
    begun: list[Request] = []
    ended: list[str] = []

    @limits(timeout=0.1)
    async def wait(request: Request) -> Answer:
        begun.append(request)
        try:
            await Deferred[None]()
        finally:
            ended.append("wait")
        raise AssertionError

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], wait, "wait")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: begun)
    until(lambda: ended)
    assert in_reactor(lambda: True)


class Nothing(Input):
    """Parameters alone."""

    name: Annotated[str, Query()] = "nobody"


class Awaited:
    @at_head
    @answers(Ok)
    async def receives(self, request: Request, **path: str) -> Reply[object]:
        return Ok((await receive(request, Nothing, path)).name)

    @limits(timeout=0.05)
    @answers(Ok)
    async def writes_late(self, request: Request, **_: str) -> Reply[object]:
        try:
            await Deferred[None]()
        except CancelledError:
            return Ok("late")
        raise AssertionError

    @answers(Found, media_type="text/html")
    async def leads(self, request: Request, **_: str) -> Reply[object]:
        return Found(Location("/there"))


def awaited() -> JsonResource:
    resource, servlet = JsonResource(), Awaited()
    resource.register_paths("GET", [path("/receives")], servlet.receives, "receives")
    resource.register_paths("GET", [path("/late")], servlet.writes_late, "late")
    resource.register_paths("GET", [path("/leads")], servlet.leads, "leads")
    return resource


def test_an_operation_without_a_body_can_be_awaited(serve: Serve) -> None:
    assert serve(awaited()).get("/receives?name=Ann").json() == "Ann"


def test_b79_a_reply_after_the_deadline_is_dropped(serve: Serve) -> None:
    assert serve(awaited()).get("/late").status == 503


def test_a_redirect_of_a_servlet(serve: Serve) -> None:
    answer = serve(awaited()).get("/leads")
    assert (answer.status, answer.headers["location"], answer.body) == (302, "/there", b"")


def test_json_of_another_type_on_another_host() -> None:
    """A host that only knows `register_paths` is handed nothing: the servlet writes it itself."""

    class Shapes:
        @answers(Ok, media_type="application/geo+json")
        async def get(self, request: Request, **_: str) -> Reply[object]:
            return Ok({"type": "Point"})

    class Host(Resource):
        def __init__(self) -> None:
            Resource.__init__(self)
            self.isLeaf = True

        @override
        def render(self, request: Request) -> int:
            Deferred.fromCoroutine(Shapes().get(request))
            return NOT_DONE_YET

    answer = TestClient(Host()).get("/")
    assert (answer.json(), answer.headers["content-type"]) == (
        {"type": "Point"},
        "application/geo+json",
    )


def test_a44_bytes_of_a_path_on_a_site_that_lets_them_pass(running_reactor: None) -> None:
    stock = Server(StockSite(awaited()))
    try:
        with stock.connect() as connection:
            connection.send(b"GET /rec\x80 HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = connection.response()
    finally:
        stock.stop()
    assert answer.status == 400
    assert answer.json() == {
        "errcode": "M_INVALID_PARAM",
        "error": "The path must be percent-encoded",
    }


def test_b9_a_folded_line_that_comes_late(serve: Serve) -> None:
    with serve(awaited()).connect() as connection:
        connection.send(b"GET /receives HTTP/1.1\r\nHost: a\r\n")
        in_reactor(lambda: None)
        connection.send(b"X-A: b\r\n c\r\n\r\n")
        assert connection.response().status == 400


def test_an_answer_that_was_begun_is_not_begun_again(serve: Serve) -> None:
    sent: list[bool] = []

    def begin(request: Request) -> None:
        assert isinstance(request, SiteRequest)
        request.write(b"begun")
        sent.append(request.send_whole(b"again"))
        request.finish()

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], begin, "begin")
    assert serve(resource).get("/").body == b"begun"
    assert sent == [False]
