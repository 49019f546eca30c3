"""Bodies of requests: which are taken, as what, and how much of the request it takes to refuse one.

Over real sockets.
"""

from __future__ import annotations

import gzip
from typing import Annotated

import pytest
from counterfoil import JsonResource
from counterfoil.stub import (
    Body,
    BodyStream,
    Input,
    Ok,
    Query,
    Reply,
    Request,
    answers,
    at_head,
    path,
    read,
    receive,
)
from twisted.web.server import Site as TwistedSite

from tests.serving import Connection, Serve, Server, in_reactor, reactor


class TextInput(Input):
    body: Annotated[str, Body("text/plain; charset=utf-8")]


class ImageInput(Input):
    body: Annotated[bytes, Body("image/*")]


class AnyInput(Input):
    body: Annotated[bytes | None, Body("*/*")] = None


class JsonInput(Input):
    after: Annotated[int, Query()] = 0
    body: Annotated[list[int], Body("application/json; charset=utf-8")]


class StreamInput(Input):
    after: Annotated[int, Query()] = 0
    body: Annotated[BodyStream, Body("video/mp4")]


class Servlet:
    """Answers with what it read, from a body that was there or from one that it waited for."""

    def __init__(self) -> None:
        self.called = 0

    def register(self, server: JsonResource) -> None:
        for name in ("text", "image", "any", "json", "stream"):
            server.register_paths("POST", [path(f"/{name}")], getattr(self, name), name)
        server.register_paths("PUT", [path("/json")], self.awaited_json, "awaitedJson")
        server.register_paths("PUT", [path("/stream")], self.awaited_stream, "awaitedStream")
        server.register_paths("PUT", [path("/twice")], self.read_twice, "readTwice")

    @answers(Ok)
    async def text(self, request: Request, **path: str) -> Reply[object]:
        return Ok(read(request, TextInput, path).body)

    @answers(Ok)
    async def image(self, request: Request, **path: str) -> Reply[object]:
        return Ok(len(read(request, ImageInput, path).body))

    @answers(Ok)
    async def any(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, AnyInput, path).body
        return Ok(None if given is None else len(given))

    @answers(Ok)
    async def json(self, request: Request, **path: str) -> Reply[object]:
        return Ok(read(request, JsonInput, path).body)

    @answers(Ok)
    async def stream(self, request: Request, **path: str) -> Reply[object]:
        body = await receive(request, StreamInput, path)
        return Ok([len(piece) async for piece in body.body])

    @at_head
    @answers(Ok)
    async def awaited_json(self, request: Request, **path: str) -> Reply[object]:
        given = await receive(request, JsonInput, path)
        return Ok(given.body)

    @at_head
    @answers(Ok)
    async def awaited_stream(self, request: Request, **path: str) -> Reply[object]:
        given = await receive(request, StreamInput, path)
        self.called += 1
        return Ok(len(await given.body.read()))

    @at_head
    @answers(Ok)
    async def read_twice(self, request: Request, **path: str) -> Reply[object]:
        given = await receive(request, StreamInput, path)
        return Ok([len(await given.body.read()), len(await given.body.read())])


@pytest.fixture
def servlet() -> Servlet:
    return Servlet()


@pytest.fixture
def server(serve: Serve, servlet: Servlet) -> Server:
    root = JsonResource()
    servlet.register(root)
    return serve(root)


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        ("/text", "text/plain"),
        ("/text", "TEXT/PLAIN;CHARSET=UTF-8"),
        ("/text", 'text/plain; format=flowed; charset="us-ascii"'),
        ("/image", "image/png"),
        ("/image", "image/svg+xml; charset=x"),
        ("/any", "multipart/form-data; boundary=x"),
        ("/any", "nonsense"),
    ],
)
def test_a_body_of_the_declared_type_is_taken(
    server: Server, target: str, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    assert server.request("POST", target, body=b"[1]", headers=headers).status == 200
    assert server.request("POST", target, body=b"[1]").status == 200


@pytest.mark.parametrize(
    ("target", "content_type", "says"),
    [
        ("/text", "text/html", "The body must be text/plain"),
        ("/text", "text/plain; charset=utf-16", "The body must be in UTF-8"),
        ("/text", "text/plain; charset=", "The body must be in UTF-8"),
        ("/text", "", "The body must be text/plain"),
        ("/text", "text/plain\x85", "The body must be text/plain"),
        ("/image", "text/plain; image/png", "The body must be image/*"),
        ("/image", "imagex/png", "The body must be image/*"),
        ("/stream", "video/mp4v", "The body must be video/mp4"),
    ],
)
def test_b73_a_body_of_another_type_is_a_415(
    server: Server, target: str, content_type: str, says: str
) -> None:
    answer = server.request("POST", target, body=b"x", headers={"Content-Type": content_type})
    assert answer.status == 415
    assert answer.json() == {"errcode": "M_UNKNOWN", "error": says}


def test_two_content_types_are_refused(server: Server) -> None:
    with server.connect() as connection:
        connection.send(
            b"POST /image HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Type: image/png\r\n"
            b"Content-Type: text/html\r\n\r\nx"
        )
        assert connection.response().status == 400


def test_a125_the_type_of_json_is_not_looked_at(server: Server) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain; charset=utf-16", "x"):
        headers = {"Content-Type": content_type}
        assert server.request("POST", "/json", body=b"[1]", headers=headers).json() == [1]


def test_a114_b37_a_form_in_parts_is_a_415_where_json_is_meant(server: Server) -> None:
    empty = b"--x\r\n\r\n\r\n" * 100_000 + b"--x--\r\n"
    for content_type in ("multipart/form-data; boundary=x", "Multipart/Form-Data"):
        headers = {"Content-Type": content_type}
        answer = server.request("POST", "/json", body=empty, headers=headers)
        assert answer.status == 415
        assert b"The body must be application/json" in answer.body


@pytest.mark.parametrize("target", ["/json", "/text", "/image", "/any", "/stream"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip", "GZIP,", "x"])
def test_b38_a_compressed_body_is_a_415_and_never_inflated(
    server: Server, target: str, coding: str
) -> None:
    bomb = gzip.compress(bytes(10**6))
    answer = server.request("POST", target, body=bomb, headers={"Content-Encoding": coding})
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "Identity"])
def test_the_identity_is_no_coding(server: Server, coding: str) -> None:
    headers = {"Content-Encoding": coding}
    assert server.request("POST", "/json", body=b"[]", headers=headers).status == 200


def test_b38_on_a_server_that_lets_codings_through(running_reactor: None, servlet: Servlet) -> None:
    root = JsonResource()
    servlet.register(root)
    listening = in_reactor(lambda: reactor.listenTCP(0, TwistedSite(root), interface="127.0.0.1"))
    try:
        for method, coding, status in (
            ("POST", "gzip", 415),
            ("PUT", "identity, br", 415),
            ("POST", "identity,", 200),
            ("PUT", "", 200),
        ):
            with Connection(listening.getHost().port) as connection:
                headers = {"Content-Encoding": coding}
                connection.request(method, "/json", body=b"[]", headers=headers)
                answer = connection.response()
            assert answer.status == status
            wants = answer.headers.get("accept-encoding")
            assert wants == ("identity" if status == 415 else None)
    finally:
        in_reactor(listening.stopListening)


def test_a_text_that_is_not_utf_8_is_a_400(server: Server) -> None:
    answer = server.request("POST", "/text", body=b"\xff")
    assert answer.status == 400
    assert answer.json() == {"errcode": "M_INVALID_PARAM", "error": "body: Input is not UTF-8"}
    assert server.request("POST", "/text", body="\ufeffé\0".encode()).json() == "\ufeffé\0"
    assert server.request("POST", "/text").json() == ""


def test_a_body_that_is_left_out(server: Server) -> None:
    assert server.request("POST", "/any").json() is None
    assert server.request("POST", "/image").json() == 0
    assert server.request("POST", "/stream").json() == []


def test_a_stream_of_a_body_that_is_there(server: Server) -> None:
    assert server.request("POST", "/stream", body=b"x" * 1000).json() == [1000]


def head(method_and_target: str, length: int, *lines: str) -> bytes:
    more = "".join(f"{line}\r\n" for line in lines)
    start = f"{method_and_target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    return f"{start}{more}\r\n".encode()


def test_a_body_is_awaited_where_the_route_is_called_before_it(server: Server) -> None:
    with server.connect() as connection:
        connection.send(head("PUT /json", 6))
        connection.send(b"[1,")
        connection.send(b" 2]")
        assert connection.response().json() == [1, 2]
        connection.request("PUT", "/json", body=b"[3]")
        assert connection.response().json() == [3]


def test_every_fault_is_told_of_an_awaited_body_too(server: Server) -> None:
    answer = server.request("PUT", "/json?after=x", body=b'["y"]')
    assert answer.status == 400
    assert b"query.after" in answer.body
    assert b"body.0" in answer.body


@pytest.mark.parametrize("line", ["Content-Type: multipart/form-data", "Content-Encoding: br"])
def test_a114_b38_the_head_alone_is_refused(server: Server, line: str) -> None:
    with server.connect() as connection:
        connection.send(head("PUT /json", 1000, line))
        assert connection.response().status == 415


def test_parameters_are_refused_before_a_stream_is_touched(
    server: Server, servlet: Servlet
) -> None:
    with server.connect() as connection:
        connection.send(head("PUT /stream?after=x", 1000, "Content-Type: video/mp4"))
        answer = connection.response()
    assert answer.status == 400
    assert b"query.after" in answer.body
    assert servlet.called == 0


def test_a_stream_is_read_to_its_end(server: Server) -> None:
    assert server.request("PUT", "/stream", body=b"x" * 300_000).json() == 300_000
    assert server.request("PUT", "/twice", body=b"x" * 300_000).json() == [300_000, 0]
