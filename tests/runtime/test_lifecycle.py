"""One answer to each request, whatever its callback and its client do. On real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Generator
from http.client import HTTPException
from types import SimpleNamespace
from typing import TypeAlias

import pytest
from counterfoil import (
    CodedError,
    CodeMessageException,
    JsonResource,
    Request,
    Site,
    SiteRequest,
    cancellable,
)
from counterfoil._output.writers import write_response
from counterfoil._server.transports import is_reset
from counterfoil.stub import path
from counterfoil.testing import Response, TestClient
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.serving import DEADLINE, Serve, Server, in_reactor

Answer: TypeAlias = tuple[int, object]
Callback: TypeAlias = Callable[[Request], Awaitable[Answer | None] | Answer | None]


class Waiting:
    """Callbacks that wait, and what became of them."""

    def __init__(self) -> None:
        self.waiters: list[Deferred[Answer]] = []
        self.requests: list[Request] = []
        self.ended: list[str] = []

    async def patient(self, request: Request) -> Answer:
        waiter: Deferred[Answer] = Deferred()
        self.requests.append(request)
        self.waiters.append(waiter)
        try:
            return await waiter
        except CancelledError:
            self.ended.append("cancelled")
            raise
        finally:
            self.ended.append("ended")

    @cancellable
    async def hasty(self, request: Request) -> Answer:
        return await self.patient(request)

    @cancellable
    async def stubborn(self, request: Request) -> Answer:
        try:
            return await self.patient(request)
        except CancelledError:
            return 200, "swallowed"

    @cancellable
    def deferred(self, request: Request) -> Deferred[Answer]:
        return Deferred.fromCoroutine(self.patient(request))

    def answer(self, value: object) -> None:
        """Let the first that waits answer."""
        waiter = self.waiters.pop(0)
        in_reactor(lambda: waiter.callback((200, value)))

    def resource(self) -> JsonResource:
        made = JsonResource()
        for name in ("patient", "hasty", "stubborn", "deferred"):
            made.register_paths("GET", [path(f"/{name}")], getattr(self, name), name)
        return made


def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    return [
        record.getMessage() for record in caplog.records if record.name == f"counterfoil.{name}"
    ]


def asked(
    serve: Serve, callback: Callable[..., Awaitable[Answer | None] | Answer | None]
) -> Server:
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], callback, "Asked")
    return serve(resource)


def error(response: Response) -> object:
    assert response.headers["content-type"] == "application/json"
    return response.status, response.json()


INTERNAL_ERROR = (500, {"errcode": "M_UNKNOWN", "error": "Internal server error"})


class Later:
    """Something awaitable that is neither a coroutine nor a Deferred."""

    def __await__(self) -> Generator[Deferred[None], None, Answer]:
        done: Deferred[None] = Deferred()
        done.callback(None)
        yield done
        return 200, "later"


async def in_coroutine(request: Request) -> Answer:
    return 200, "coroutine"


def at_once(request: Request) -> Answer:
    return 200, "at once"


def in_deferred(request: Request) -> Deferred[Answer]:
    done: Deferred[Answer] = Deferred()
    done.callback((200, "deferred"))
    return done


@pytest.mark.parametrize(
    ("callback", "body"),
    [
        (at_once, "at once"),
        (in_coroutine, "coroutine"),
        (in_deferred, "deferred"),
        (lambda request: Later(), "later"),
    ],
)
def test_a50_callbacks_of_every_kind(
    serve: Serve, callback: Callable[[Request], Answer], body: str
) -> None:
    assert asked(serve, callback).get("/").json() == body


def test_a50_futures_of_asyncio(serve: Serve) -> None:
    loop = asyncio.new_event_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def turn() -> None:
        future.set_result((200, "future"))
        loop.run_until_complete(asyncio.sleep(0))

    server = asked(serve, lambda request: future)
    with server.connect() as connection:
        connection.request("GET", "/")
        until(lambda: server.site.resource and future._callbacks)
        in_reactor(turn)
        assert connection.response().json() == "future"
    loop.close()


@pytest.mark.parametrize(
    "answer",
    [
        5,
        "ok",
        (200,),
        (200, {}, {}),
        ("200", {}),
        (99, {}),
        (100, {}),
        (600, {}),
        (200, b"bytes"),
        (200, float("nan")),
        (200, float("inf")),
        (200, "\ud800"),
        (200, {1: 1, None: 2, "a": 3}),
        (200, {"a": ...}),
    ],
    ids=repr,
)
def test_a28_a29_a72_an_answer_that_cannot_be_sent_is_a_500(
    serve: Serve, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    server = asked(serve, lambda request: answer)
    with server.connect() as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert error(connection.response()) == INTERNAL_ERROR
    (first, second) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert "Asked" in first.getMessage()
    assert second.exc_info is not None


def test_a72_nesting_beyond_the_stack_is_a_500(serve: Serve) -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert error(asked(serve, lambda request: (200, value)).get("/")) == INTERNAL_ERROR
    while value and isinstance(value[0], list):  # freed without recursion
        value = value[0]


class BoomError(Exception):
    """What a handler did not expect."""


@pytest.mark.parametrize(
    "raised",
    [BoomError("secret"), CodeMessageException(404, "secret"), SystemExit(3), KeyboardInterrupt()],
)
@pytest.mark.parametrize("late", [False, True])
def test_a5_a6_a26_a27_other_exceptions_are_a_500_without_detail(
    serve: Serve, raised: BaseException, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(request: Request) -> Answer:
        if late:
            done: Deferred[None] = Deferred()
            from_reactor.append(done)
            await done
        raise raised

    from_reactor: list[Deferred[None]] = []
    server = asked(serve, fail)
    with server.connect() as connection:
        connection.request("GET", "/")
        if late:
            until(lambda: from_reactor)
            in_reactor(lambda: from_reactor[0].callback(None))
        assert error(connection.response()) == INTERNAL_ERROR
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.getMessage() == "GET /: Asked failed"
    assert record.exc_info is not None
    assert record.exc_info[1] is raised
    assert "in fail" in caplog.text


def test_a1_a2_a10_a11_coded_errors_are_answered_as_they_are(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def fail(request: Request) -> Answer:
        raise CodedError(
            429,
            "Slow down",
            "M_LIMIT_EXCEEDED",
            headers={"Retry-After": "5", "Set-Cookie": ["a=1", "b=2"]},
            debug_context="bucket 7",
        )

    response = asked(serve, fail).get("/")
    assert error(response) == (429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Slow down"})
    assert response.headers["retry-after"] == "5"
    assert response.headers["set-cookie"] == "a=1, b=2"
    assert lines(caplog, "server") == ["GET /: 429: Slow down", "GET /: bucket 7"]
    assert all(record.exc_info is None for record in caplog.records)


@pytest.mark.parametrize("name", ["X\r\nA", "X-A"])
def test_a83_a_header_cannot_forge_another(serve: Serve, name: str) -> None:
    def fail(request: Request) -> Answer:
        raise CodedError(400, "x", headers={"Fine": "yes", name: "a\r\nEvil: 1"})

    response = asked(serve, fail).get("/")
    assert error(response) == INTERNAL_ERROR
    assert "evil" not in response.headers
    assert "fine" not in response.headers


def test_a24_none_says_that_the_callback_answers_itself(serve: Serve) -> None:
    def take_over(request: Request) -> None:
        request.setHeader(b"Content-Type", b"text/plain")
        request.write(b"mine")
        request.finish()

    response = asked(serve, take_over).get("/")
    assert (response.status, response.body) == (200, b"mine")
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["access-control-allow-origin"] == "*"


def test_a69_the_callback_may_set_its_own_cache_control(serve: Serve) -> None:
    def answer(request: Request) -> Answer:
        request.setHeader(b"Cache-Control", b"max-age=5")
        return 200, {}

    assert asked(serve, answer).get("/").headers["cache-control"] == "max-age=5"


@pytest.mark.parametrize("status", [204, 304])
def test_a62_no_content_means_none(serve: Serve, status: int) -> None:
    with asked(serve, lambda request: (status, {})).connect() as connection:
        connection.request("GET", "/")
        response = connection.response()
        assert (response.status, response.body) == (status, b"")
        assert "content-length" not in response.headers
        connection.request("GET", "/")
        assert connection.response().status == status


def test_a88_two_answers_are_one_and_an_error(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def twice(request: Request) -> Answer:
        request.setHeader(b"Content-Length", b"4")
        request.write(b"mine")
        request.finish()
        return 200, "another"

    with asked(serve, twice).connect() as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.response().body == b"mine"
    assert "Asked wrote to the request, and returned an answer too" in caplog.text


@pytest.mark.parametrize("how", ["fails", "is refused", "is cancelled", "returns"])
def test_a8_b83_after_a_part_of_the_answer_the_connection_is_cut(serve: Serve, how: str) -> None:
    def half(request: Request) -> Answer:
        request.write(b"half")
        match how:
            case "fails":
                raise BoomError
            case "is refused":
                raise CodedError(400, "too late")
            case "is cancelled":
                raise CancelledError
            case _:
                return 200, "more"

    with asked(serve, half).connect() as connection:
        connection.request("GET", "/")
        with pytest.raises((HTTPException, ConnectionError)):
            connection.response()


def test_a9_nothing_happens_to_a_connection_that_is_gone_already(serve: Serve) -> None:
    waiting = Waiting()
    server = serve(waiting.resource())
    with server.connect() as connection:
        connection.request("GET", "/patient")
        until(lambda: waiting.waiters)
        in_reactor(lambda: waiting.requests[0].write(b"half"))
    until(lambda: gone(waiting.requests[0]))
    in_reactor(lambda: waiting.waiters[0].errback(BoomError()))
    assert waiting.ended == ["ended"]


@pytest.mark.parametrize("how", ["refuses", "finishes", "returns no content"])
def test_a66_a67_a84_nothing_escapes_when_the_client_has_left(
    serve: Serve, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    waiting = Waiting()
    resource = waiting.resource()

    async def ending(request: Request) -> None:
        await waiting.patient(request)
        match how:
            case "refuses":
                raise CodedError(418, "too late")
            case "finishes":
                request.finish()
            case _:
                write_response(request, 204, b"", None)

    resource.register_paths("GET", [path("/ending")], ending, "Ending")
    connection = serve(resource).connect()
    connection.request("GET", "/ending")
    until(lambda: waiting.waiters)
    connection.close()
    until(lambda: gone(waiting.requests[0]))
    waiting.answer({})
    (line,) = lines(caplog, "access")
    status = {"refuses": 418, "finishes": 500}.get(how, 204)
    assert f" 0B {status}! " in line


def gone(request: Request) -> bool:
    return getattr(request, "channel", None) is None


def test_a22_a36_what_a_request_knows_of_its_handler(serve: Serve) -> None:
    waiting = Waiting()
    server = serve(waiting.resource())
    for name, flag in [("patient", False), ("hasty", True)]:
        with server.connect() as connection:
            connection.request("GET", f"/{name}")
            until(lambda: waiting.waiters)
            request = waiting.requests.pop()
            assert isinstance(request, SiteRequest)
            assert request.is_render_cancellable is flag
            assert request.servlet_name == name
            assert request.render_deferred is not None
            assert not request.render_deferred.called
            waiting.answer({})
            assert connection.response().json() == {}
            assert request.render_deferred.called


@pytest.mark.parametrize("name", ["hasty", "deferred"])
@pytest.mark.parametrize("reset", [False, True])
def test_a109_b78_a_client_that_leaves_cancels_what_is_cancellable(
    serve: Serve, name: str, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    waiting = Waiting()
    connection = serve(waiting.resource()).connect()
    connection.request("GET", f"/{name}")
    until(lambda: waiting.waiters)
    if reset:
        connection.reset()
    else:
        connection.close()
    until(lambda: lines(caplog, "access"))
    assert waiting.ended == ["cancelled", "ended"]
    (line,) = lines(caplog, "access")
    assert f"{{{name}}}" in line
    assert " 0B 499! " in line
    assert lines(caplog, "server") == []


def test_a67_b77_otherwise_the_handler_ends_and_its_answer_is_dropped(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    waiting = Waiting()
    connection = serve(waiting.resource()).connect()
    connection.request("GET", "/patient")
    until(lambda: waiting.waiters)
    connection.close()
    until(lambda: gone(waiting.requests[0]))
    assert waiting.ended == []
    assert lines(caplog, "access") == []
    waiting.answer({})
    assert waiting.ended == ["ended"]
    assert lines(caplog, "server") == ["GET /patient: patient answered after its client had left"]
    (line,) = lines(caplog, "access")
    assert " 0B 200! " in line


def test_b79_a_cancellation_that_is_swallowed_is_a_warning(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = Waiting()
    connection = serve(waiting.resource()).connect()
    connection.request("GET", "/stubborn")
    until(lambda: waiting.waiters)
    connection.close()
    until(lambda: lines(caplog, "server"))
    assert lines(caplog, "server") == ["GET /stubborn: stubborn answered after its client had left"]


@pytest.mark.parametrize("raised", [CancelledError(), asyncio.CancelledError()])
def test_a3_a4_a27_a_cancellation_that_no_client_caused(
    serve: Serve, raised: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: Request) -> Answer:
        raise raised

    assert error(asked(serve, fail).get("/")) == (
        499,
        {"errcode": "M_UNKNOWN", "error": "Request cancelled"},
    )
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.getMessage() == "GET /: Asked was cancelled before its client left"
    assert record.exc_info is not None


def test_b22_answers_keep_the_order_of_requests(serve: Serve) -> None:
    waiting = Waiting()
    resource = waiting.resource()
    resource.register_paths("GET", [path("/fast")], lambda request: (200, "fast"), "fast")
    with serve(resource).connect() as connection:
        for target in ("/patient", "/fast", "/patient", "/fast"):
            connection.request("GET", target)
        for number in range(2):
            until(lambda: waiting.waiters)
            waiting.answer(number)
        answers = [connection.response().json() for _ in range(4)]
    assert answers == [0, "fast", 1, "fast"]


def test_b78_a_client_that_resets_while_it_is_not_read_from_is_noticed(serve: Serve) -> None:
    """It has sent more ahead than is taken before its first answer."""
    waiting = Waiting()
    with serve(waiting.resource()).connect() as connection:
        connection.send(b"GET /hasty HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: waiting.waiters)
        connection.send(b"GET /patient HTTP/1.1\r\nHost: a\r\n\r\n" * 2000)
        time.sleep(0.1)
        connection.reset()
    until(lambda: waiting.ended)
    assert waiting.ended == ["cancelled", "ended"]


def test_a_socket_that_is_closed_is_not_asked_whether_it_was_reset() -> None:
    """B78: nor is what has none."""
    closed = socket.socket()
    closed.close()
    assert not is_reset(SimpleNamespace(socket=closed))
    assert not is_reset(object())


def test_a_request_without_a_handler_to_cancel_is_given_up() -> None:
    class Forgetful(Resource):
        isLeaf = True

        def __init__(self) -> None:
            Resource.__init__(self)

        @override
        def render(self, request: Request) -> int:
            assert isinstance(request, SiteRequest)
            request.enter()
            request.abandon()
            assert isinstance(request.site, Site)
            kept.append(request in request.site.running)
            request.finish()
            return NOT_DONE_YET

    kept: list[bool] = []
    assert TestClient(Forgetful()).get("/").status == 200
    assert kept == [False]
