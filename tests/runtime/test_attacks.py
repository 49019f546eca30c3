"""What was tried against the server, and must not work."""

from __future__ import annotations

import math

import pytest
from counterfoil import (
    ClientDisconnectedError,
    CodedError,
    Cors,
    Deadlines,
    JsonResource,
    Request,
    Site,
    stream_of,
)
from counterfoil._json.decoding import MAX_CONTAINERS, JsonError, decode
from counterfoil.stub import Location, at_head, cross_origin, limits, path
from twisted.internet.defer import Deferred

from tests.runtime.test_lifecycle import Answer, until
from tests.serving import Serve

EVIL = {"Origin": "https://evil.example"}
HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def echo(request: Request) -> Answer:
    return 200, "echo"


def everything() -> JsonResource:
    resource = JsonResource()
    guarded = cross_origin(Cors(origins=("https://good.example",)))

    @guarded
    def change(request: Request, name: str) -> Answer:
        return 200, name

    def look(request: Request, name: str) -> Answer:
        return 200, name

    resource.register_paths("POST", [path("/echo")], echo, "echo")
    resource.register_paths("PUT", [path("/guarded/{name}")], change, "change")
    resource.register_paths("GET", [path("/mixed/{name}")], look, "look")
    resource.register_paths("PUT", [path("/mixed/{name}")], change, "change")
    return resource


def test_b57_a_body_of_containers_is_refused_before_it_is_built() -> None:
    many = b"[" + b"[]," * MAX_CONTAINERS + b"[]]"
    with pytest.raises(JsonError, match="more than 100000"):
        decode(many)
    assert decode(b"[" + b"[]," * 1000 + b"[]]")
    assert decode(b'["' + b"[" * 200_000 + b'"]') == ["[" * 200_000]


@pytest.mark.parametrize(
    "trailers",
    [
        b"X: y\n\nGET /echo?evil HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo?evil HTTP/1.1\r\nHost: x\r\n\r\n",
        b"X: a\rb\r\n\r\n",
        b"X: \0y\r\n\r\n",
        b"X: \x1by\r\n\r\n",
        b"X y: z\r\n\r\n",
        b"Content-Length: 5\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n",
        b" folded: z\r\n\r\n",
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_b12_b13_no_request_hides_among_trailers(
    serve: Serve, trailers: bytes, whole: bool
) -> None:
    data = HEAD + b"2\r\nab\r\n0\r\n" + trailers
    with serve(everything()).connect() as connection:
        for piece in [data] if whole else [data[i : i + 1] for i in range(len(data))]:
            try:
                connection.send(piece)
            except OSError:
                break
        sent = connection.rest()
    assert sent.startswith(b"HTTP/1.1 400 ")
    assert sent.count(b"HTTP/1.1 ") == 1


def test_a_well_formed_trailer_is_let_pass(serve: Serve) -> None:
    with serve(everything()).connect() as connection:
        connection.send(HEAD + b"2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n")
        assert connection.response().json() == "echo"


@pytest.mark.parametrize("method", ["DELETE", "FOO", "POST", ""])
def test_b68_a_method_that_is_not_there_gets_no_permission(serve: Serve, method: str) -> None:
    asking = {**EVIL, "Access-Control-Request-Method": method}
    answer = serve(everything()).request("OPTIONS", "/guarded/a", headers=asking)
    assert (answer.status, answer.headers["allow"]) == (204, "OPTIONS, PUT")
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-methods" not in answer.headers


def test_b68_a_preflight_lists_no_method_of_another_policy(serve: Serve) -> None:
    server = serve(everything())
    asking = {**EVIL, "Access-Control-Request-Method": "GET"}
    headers = server.request("OPTIONS", "/mixed/a", headers=asking).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert headers["allow"] == "GET, HEAD, OPTIONS, PUT"


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("PUT", "/guarded/%FF", 400), ("PUT", "/guarded/..", 400), ("DELETE", "/guarded/a", 405)],
)
def test_b68_errors_have_the_policy_of_their_path(
    serve: Serve, method: str, target: str, status: int
) -> None:
    answer = serve(everything()).request(method, target, headers=EVIL)
    assert answer.status == status
    assert "access-control-allow-origin" not in answer.headers


class Broken:
    """A shape that fails."""

    media_type = "application/json"

    def body(self, error: CodedError) -> object:
        raise ValueError("no")


def test_b84_a_shape_that_fails_at_the_deadline_holds_nothing_up(serve: Serve) -> None:
    ended: list[str] = []

    @limits(timeout=0.05)
    async def wait(request: Request) -> Answer:
        try:
            await Deferred[None]()
        finally:
            ended.append("wait")
        raise AssertionError

    resource = JsonResource(errors=Broken())
    resource.register_paths("GET", [path("/")], wait, "wait")
    assert serve(resource).get("/").status == 500
    until(lambda: ended)


def test_b33_what_came_fast_buys_no_time(running_reactor: None, serve: Serve) -> None:
    deadlines = Deadlines(head=60, body=0.2, idle=60, handler=math.inf)
    with serve(Site(everything(), deadlines=deadlines)).connect() as connection:
        connection.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        connection.send(b"x" * 500_000)
        assert connection.response().status == 408


def test_a_body_that_is_read_after_the_answer_ends(serve: Serve) -> None:
    ended: list[BaseException] = []

    @at_head
    async def refuse(request: Request) -> None:
        body = stream_of(request)
        request.setResponseCode(403)
        request.finish()
        try:
            await body.read()
        except ClientDisconnectedError as error:
            ended.append(error)

    resource = JsonResource()
    resource.register_paths("POST", [path("/")], refuse, "refuse")
    with serve(resource).connect() as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        assert connection.response().status == 403
        until(lambda: ended)


def test_a112_a_long_refusal_is_sent_in_full(serve: Serve) -> None:
    """Though the refused body comes to its end meanwhile."""

    class Long:
        media_type = "application/json"

        def body(self, error: CodedError) -> object:
            return "x" * 3_000_000

    server = serve(Site(JsonResource(errors=Long()), max_request_body_size=10))
    with server.connect() as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        connection.send(b"x" * 1000)
        answer = connection.response()
    assert answer.status == 413
    assert len(answer.body) == 3_000_002


def test_a83_b64_nothing_forges_a_header_or_a_status_line(serve: Serve) -> None:
    refused: list[str] = []

    def forge(request: Request) -> Answer:
        for value in ("a\r\nX-Inj: 1", "a\0", "a\x1b"):
            try:
                request.setHeader("X-Made", value)
            except ValueError:
                refused.append(value)
            try:
                request.responseHeaders.addRawHeader(b"X-Made", value.encode())
            except ValueError:
                refused.append(value)
        return 200, "fine"

    def reason(request: Request) -> None:
        request.setResponseCode(200, b"OK\r\nX-Inj: y")
        request.write(b"x")
        request.finish()

    resource = JsonResource()
    resource.register_paths("GET", [path("/forge")], forge, "forge")
    resource.register_paths("GET", [path("/reason")], reason, "reason")
    server = serve(resource)
    answer = server.get("/forge")
    assert answer.json() == "fine"
    assert len(refused) == 6
    assert "x-made" not in answer.headers
    assert "x-inj" not in server.get("/reason").headers


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "https:evil.example"]
)
def test_b45_a_location_is_a_place(target: str) -> None:
    with pytest.raises(ValueError, match="location"):
        Location(target)
    assert Location("app.example:/callback")
    assert Location("https://example.org/a?b#c")
