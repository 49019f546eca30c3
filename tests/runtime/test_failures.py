"""What is left of an answer when its handler fails, and what of the process. On real sockets."""

from __future__ import annotations

import gc
import logging
import math
import tracemalloc
from collections.abc import Callable
from http.client import HTTPException
from typing import Annotated

import pytest
from counterfoil import CodedError, InvalidRequestError, JsonResource
from counterfoil.stub import (
    ApiError,
    Body,
    Model,
    NoContent,
    Ok,
    Reply,
    Request,
    answers,
    path,
    read,
)
from counterfoil.testing import Response

from tests.runtime.test_foreign_host import PlainHost
from tests.runtime.test_lifecycle import lines
from tests.serving import Serve, Server, in_reactor

INTERNAL_ERROR = {"errcode": "M_UNKNOWN", "error": "Internal server error"}


class NotHere(ApiError[dict[str, object]]):
    """Declared."""

    status = 404


class Servlet:
    """Answers with what *handler* makes of a request."""

    def __init__(self, handler: Callable[[Request], Reply[object]]) -> None:
        self._handler = handler

    @answers(Ok, NoContent, errors=[NotHere])
    async def operation(self, request: Request, **path: str) -> Reply[object]:
        return self._handler(request)


def served(
    serve: Serve, handler: Callable[[Request], Reply[object]], *, foreign: bool = False
) -> Server:
    host = PlainHost() if foreign else JsonResource()
    host.register_paths("GET", [path("/")], Servlet(handler).operation, "Operation")
    return serve(host)


def dress(request: Request) -> None:
    """Say of an answer what does not hold for an error."""
    for name in ("Cache-Control", "Content-Encoding", "Last-Modified", "Location"):
        request.responseHeaders.setRawHeaders(name, ["gzip, max-age=9999"])
    request.setETag(b'"1"')


def is_bare(response: Response) -> bool:
    left = {"content-encoding", "etag", "last-modified", "location"} & response.headers.keys()
    return not left and "9999" not in response.headers.get("cache-control", "")


def break_down(request: Request) -> Reply[object]:
    dress(request)
    raise RuntimeError("secret")


def refuse(request: Request) -> Reply[object]:
    dress(request)
    raise NotHere({"error": "no"}, headers={"X-Hint": "none"})


def not_a_number(request: Request) -> Reply[object]:
    return Ok({"x": math.nan}, headers={"Location": "/x", "Cache-Control": "max-age=9999"})


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize(("handler", "status"), [(break_down, 500), (refuse, 404)])
def test_a7_an_error_says_nothing_of_the_content_it_replaces(
    serve: Serve, handler: Callable[[Request], Reply[object]], status: int, foreign: bool
) -> None:
    response = served(serve, handler, foreign=foreign).get("/")
    assert response.status == status
    assert is_bare(response)
    assert response.headers.get("x-hint") == ("none" if status == 404 else None)


@pytest.mark.parametrize(("foreign", "name"), [(False, "Operation"), (True, "operation")])
def test_what_an_operation_raises_is_logged_once_on_every_host(
    serve: Serve, foreign: bool, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for handler in (refuse, break_down):
        served(serve, handler, foreign=foreign).get("/")
    declared, fault = (
        record
        for record in caplog.records
        if record.name in ("counterfoil.server", "counterfoil.servlets")
    )
    assert (declared.levelno, declared.exc_info) == (logging.INFO, None)
    assert declared.getMessage() == f"GET /: {name}: NotHere 404"
    assert fault.levelno == logging.ERROR
    assert fault.getMessage() == f"GET /: {name} failed"
    assert fault.exc_info is not None
    assert str(fault.exc_info[1]) == "secret"


def test_a7_nor_do_errors_that_the_resource_answers(serve: Serve) -> None:
    def fail(request: Request) -> tuple[int, object]:
        dress(request)
        raise CodedError(429, "later", headers={"Cache-Control": "max-age=1"})

    def cannot_be_encoded(request: Request) -> tuple[int, object]:
        dress(request)
        return 200, math.nan

    resource = JsonResource()
    resource.register_paths("GET", [path("/coded")], fail, "Coded")
    resource.register_paths("GET", [path("/nan")], cannot_be_encoded, "Nan")
    server = serve(resource)
    assert is_bare(server.get("/coded"))
    assert server.get("/coded").headers["cache-control"] == "max-age=1"
    assert is_bare(server.get("/nan"))


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("value", [math.nan, -math.inf, "\ud800", ..., b"\xff"], ids=repr)
def test_a72_b51_what_json_cannot_hold_never_reaches_the_encoder_of_a_host(
    serve: Serve, value: object, foreign: bool
) -> None:
    response = served(serve, lambda request: Ok({"x": value}), foreign=foreign).get("/")
    assert (response.status, response.json()) == (500, INTERNAL_ERROR)
    error = served(serve, lambda request: raised(NotHere({"x": value})), foreign=foreign).get("/")
    assert (error.status, error.json()) == (500, INTERNAL_ERROR)


def raised(error: Exception) -> Reply[object]:
    raise error


def test_words_that_look_like_no_number_are_words(serve: Serve) -> None:
    assert served(serve, lambda request: Ok(["NaN", "Infinity"])).get("/").status == 200


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("reply", [Ok({}), NoContent(), NotHere({})], ids=repr)
def test_a8_a88_a_part_of_an_answer_is_never_made_to_look_whole(
    serve: Serve,
    reply: Reply[object] | NotHere,
    foreign: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def write_and_answer(request: Request) -> Reply[object]:
        request.responseHeaders.setRawHeaders("Content-Length", ["100"])
        request.write(b"half")
        return raised(reply) if isinstance(reply, NotHere) else reply

    server = served(serve, write_and_answer, foreign=foreign)
    with server.connect() as connection:
        connection.request("GET", "/")
        with pytest.raises((HTTPException, ConnectionError)):
            connection.response()
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == (0 if isinstance(reply, NotHere) else 1)


def test_a88_a_whole_answer_and_a_reply_are_one_answer_and_an_error(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def write_and_answer(request: Request) -> Reply[object]:
        request.write(b"whole")
        request.finish()
        return NoContent()

    with served(serve, write_and_answer).connect() as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.response().body == b"whole"
    assert lines(caplog, "server") == ["GET /: Operation failed"] * 2
    said = "RuntimeError: the handler wrote to the request, and returned a reply too"
    assert caplog.text.count(said) == 2


def test_a83_a_reply_cannot_change_the_framing(serve: Serve) -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "5"}
    with served(serve, lambda request: Ok("long enough", headers=headers)).connect() as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.response().json() == "long enough"


@pytest.mark.parametrize("text", ["a\x1b[31m", "a\x7f", "a\x0bb", "a\x01"])
def test_a83_b64_control_characters_are_not_sent(serve: Serve, text: str) -> None:
    response = served(serve, lambda request: Ok({}, headers={"X-A": text})).get("/")
    assert response.status == 500
    assert "x-a" not in response.headers


def test_a_tab_is_no_harm(serve: Serve) -> None:
    response = served(serve, lambda request: Ok({}, headers={"X-A": "a\tb"})).get("/")
    assert response.headers["x-a"] == "a\tb"


def test_a_reset_has_no_content(serve: Serve) -> None:
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], lambda request: (205, {"a": 1}), "Reset")
    response = serve(resource).get("/")
    assert (response.body, response.headers["content-length"]) == (b"", "0")


def test_b69_messages_forge_no_line_of_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def fail(request: Request) -> tuple[int, object]:
        raise CodedError(400, "a\nb\x1b\ud800", debug_context="c\r\nd")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], fail, "Fail")
    assert serve(resource).get("/").status == 500  # half a surrogate pair cannot be sent either
    shown = [line for line in lines(caplog, "server") if "failed" not in line]
    assert shown == [r"GET /: 400: a\nb\x1b?", r"GET /: c\r\nd"]


class Many(Model):
    items: list[int]


class ManyInput:
    body: Annotated[Many, Body()]


def read_many(request: Request) -> tuple[int, object]:
    try:
        read(request, ManyInput, {})
    except InvalidRequestError as error:
        return 200, [len(error.problems), error.msg.rpartition("; ")[2]]
    raise AssertionError


def test_b59_a_refusal_costs_no_object_for_each_fault(serve: Serve) -> None:
    resource = JsonResource()
    resource.register_paths("POST", [path("/")], read_many, "Many")
    server = serve(resource)
    tracemalloc.start()
    try:
        response = server.request("POST", "/", json={"items": [""] * 100_000})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert response.json() == [21, "and 99980 more"]
    assert peak < 60_000_000


def test_b92_a_failure_leaves_no_cycle_of_references(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # what is captured would keep the exceptions
    server = served(serve, break_down)
    with server.connect() as connection:

        def ask(times: int) -> None:
            for _ in range(times):
                connection.request("GET", "/")
                assert connection.response().status == 500

        ask(3)
        gc.collect()
        gc.disable()
        try:
            ask(20)
            assert in_reactor(gc.collect) < 20
        finally:
            gc.enable()
