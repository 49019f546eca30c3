"""Bodies that are too long, or not to be had: what clients see of it, on real sockets."""

from __future__ import annotations

import http.client
import logging
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sized
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from counterfoil import (
    BodyPlan,
    CodedError,
    Deadlines,
    JsonResource,
    ProblemDetails,
    Request,
    Site,
    SiteRequest,
)
from counterfoil._output.writers import write_response
from counterfoil._server import reading_channel
from counterfoil.testing import TestClient
from twisted.internet.defer import Deferred
from twisted.protocols.policies import WrappingFactory
from twisted.web.resource import IResource, Resource
from typing_extensions import override

from tests.runtime.taker import ORIGIN, Taker
from tests.runtime.test_lifecycle import lines, until
from tests.serving import Connection, Serve, Server, in_reactor, reactor

LIMIT = 1000
LARGE = 20_000_000
CURL = shutil.which("curl") or ""


async def length(request: SiteRequest) -> object:
    """How long the body was."""
    if request.body_stream is not None:
        return len(await request.body_stream.read())
    return len(cast("BinaryIO", request.content).read())


@pytest.fixture
def taker() -> Taker:
    return Taker(length)


@pytest.fixture
def server(serve: Serve, taker: Taker) -> Server:
    return serve(taker, max_request_body_size=LIMIT)


def head(*headers: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} / HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def has_more(found: Sized, number: int) -> bool:
    return len(found) > number


class TestDeclared:
    """A body whose length is over the limit."""

    def test_a112_b28_is_refused_before_it_comes(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head(f"Content-Length: {LIMIT + 1}"))
            response = connection.response()
            assert response.status == 413
            assert response.json() == {"errcode": "M_TOO_LARGE", "error": "The body is too large"}
            assert response.headers["connection"] == "close"
            assert connection.rest() == b""

    def test_a112_b29_can_be_read_by_a_client_that_sends_it_all(self, server: Server) -> None:
        for _ in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request("POST", "/", body=b"x" * LARGE)
            response = connection.getresponse()
            assert response.status == 413
            assert b"too large" in response.read()
            connection.close()

    def test_b29_and_by_one_that_reads_while_it_sends(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head(f"Content-Length: {LARGE}"))
            sender = threading.Thread(target=connection.send, args=(b"x" * LARGE,))
            sender.start()
            assert connection.response().status == 413
            sender.join(10)
            assert not sender.is_alive()

    @pytest.mark.skipif(not CURL, reason="there is no curl")
    @pytest.mark.parametrize("more", [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]])
    def test_b29_and_by_curl(self, server: Server, tmp_path: Path, more: list[str]) -> None:
        body = tmp_path / "body"
        body.write_bytes(b"x" * LARGE)
        url = f"http://127.0.0.1:{server.port}/"
        ran = subprocess.run(
            [CURL, "-sS", "-w", "%{http_code}", *more, "--data-binary", f"@{body}", url],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.endswith("413")

    def test_a112_that_is_here_already_does_not_end_the_connection(self, server: Server) -> None:
        with server.connect() as connection:
            connection.request("POST", "/", body=b"x" * (LIMIT + 1))
            assert connection.response().status == 413
            connection.request("POST", "/", body=b"x" * LIMIT)
            assert connection.response().json() == LIMIT

    def test_a112_b30_and_so_in_chunks_at_the_first_byte_over(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Transfer-Encoding: chunked"))
            connection.send(b"3e8\r\n" + b"x" * LIMIT + b"\r\n")
            connection.send(b"ffff\r\nx")
            response = connection.response()
            assert response.status == 413
            assert response.headers["connection"] == "close"
            connection.send(b"x" * 100_000)
            assert connection.rest() == b""

    def test_b31_many_small_chunks_are_taken(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Transfer-Encoding: chunked"))
            connection.send(b"1\r\nx\r\n" * LIMIT + b"0\r\n\r\n")
            assert connection.response().json() == LIMIT

    def test_a112_is_refused_by_its_resource(self, server: Server, taker: Taker) -> None:
        response = server.request("POST", "/a?b=c", body=b"x" * 2000, headers={"Origin": ORIGIN})
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert taker.planned == [(b"POST", b"/a?b=c", b"/a", b"2000")]
        assert [error.code for error in taker.refused] == [413]

    def test_a112_or_else_in_the_shape_of_the_site(self, serve: Serve) -> None:
        site = Site(Resource(), max_request_body_size=LIMIT, errors=ProblemDetails())
        response = serve(site).request("POST", "/", body=b"x" * 2000)
        assert response.status == 413
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == "*"

    def test_a112_leaves_one_line_in_the_log(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        with server.connect() as connection:
            connection.send(head(f"Content-Length: {LIMIT + 1}"))
            connection.rest()
        until(lambda: lines(caplog, "access"))
        (line,) = lines(caplog, "access")
        assert "{Taker}" in line
        assert ' 413 "POST / HTTP/1.1"' in line

    def test_what_follows_is_not_taken_for_a_request(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        """B22: a body that nobody reads is not parsed."""
        caplog.set_level(logging.INFO)
        with server.connect() as connection:
            connection.send(head("Content-Length: 100000") + head("Content-Length: 0") * 3)
            assert connection.rest().count(b"HTTP/1.1") == 1
        until(lambda: lines(caplog, "access"))
        assert len(lines(caplog, "access")) == 1


class TestEnd:
    """What becomes of the connection of a request that was answered early."""

    def test_a112_a_client_that_goes_on_sending_is_left(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading_channel, "LINGER_BYTES", 100_000)
        with server.connect() as connection:
            connection.send(head(f"Content-Length: {LARGE}"))
            assert connection.response().status == 413
            with pytest.raises(ConnectionError):
                connection.send(b"x" * LARGE)

    def test_a112_a_client_that_stays_is_left(self, serve: Serve, taker: Taker) -> None:
        quick = Deadlines(head=1, body=1, idle=1)
        server = serve(Site(taker, max_request_body_size=LIMIT, deadlines=quick))
        with server.connect() as connection:
            connection.send(head(f"Content-Length: {LARGE}"))
            assert connection.response().status == 413
            until(lambda: in_reactor(lambda: not server_channels(server)))


def test_b29_through_a_transport_that_wraps_another(serve: Serve, taker: Taker) -> None:
    """B35: as those of TLS do."""
    site = Site(taker, max_request_body_size=LIMIT)
    port = in_reactor(lambda: reactor.listenTCP(0, WrappingFactory(site), interface="127.0.0.1"))
    try:
        with Connection(port.getHost().port) as connection:
            connection.send(head(f"Content-Length: {LARGE}") + b"x" * LARGE)
            assert connection.response().status == 413
            assert connection.rest() == b""
    finally:
        in_reactor(port.stopListening)


def test_over_tls_http_1_1_is_spoken_alone() -> None:
    """B26: whatever Twisted could."""
    assert Site(Resource()).acceptableProtocols() == [b"http/1.1"]


def server_channels(server: Server) -> list[object]:
    assert isinstance(server.site, Site)
    return list(server.site.channels)


class TestEncoded:
    """A body that would have to be inflated."""

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
    def test_b38_is_a_415(self, server: Server, encoding: str) -> None:
        response = server.request("POST", "/", body=b"x", headers={"Content-Encoding": encoding})
        assert response.status == 415
        assert response.headers["accept-encoding"] == "identity"
        assert response.json() == {"errcode": "M_UNKNOWN", "error": "The body must not be encoded"}

    def test_b38_identity_is_no_encoding(self, server: Server) -> None:
        headers = {"Content-Encoding": "Identity"}
        assert server.request("POST", "/", body=b"x", headers=headers).json() == 1

    def test_b38_without_a_body_nothing_is_encoded(self, server: Server) -> None:
        assert server.get("/", headers={"Content-Encoding": "gzip"}).json() == 0

    def test_b38_is_refused_before_it_comes(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 900", "Content-Encoding: gzip"))
            assert connection.response().status == 415


class TestContinue:
    """`Expect: 100-continue` (RFC 9110, section 10.1.1)."""

    EXPECT = "Expect: 100-continue"

    def test_b23_is_told_to_go_on(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 3", self.EXPECT))
            assert connection.some(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.send(b"abc")
            assert connection.response().json() == 3
            connection.request("GET", "/")
            assert connection.response().json() == 0

    @pytest.mark.parametrize("plan", [None, BodyPlan(at_head=True, max_body=LIMIT)])
    def test_b23_not_for_what_is_too_large(
        self, serve: Serve, taker: Taker, plan: BodyPlan | None
    ) -> None:
        taker.plan = plan
        with serve(taker, max_request_body_size=LIMIT).connect() as connection:
            connection.send(head(f"Content-Length: {LIMIT + 1}", self.EXPECT))
            assert connection.rest().startswith(b"HTTP/1.1 413 ")

    def test_b23_not_where_it_was_refused_at_the_head(self, serve: Serve) -> None:
        async def refuse(request: SiteRequest) -> object:
            raise CodedError(401, "Who are you?")

        with serve(Taker(refuse, BodyPlan(at_head=True))).connect() as connection:
            connection.send(head("Content-Length: 100000", self.EXPECT))
            assert connection.rest().startswith(b"HTTP/1.1 401 ")

    def test_b23_not_over_http_1_0(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 3", self.EXPECT).replace(b"/1.1", b"/1.0"))
            connection.send(b"abc")
            assert connection.rest().startswith(b"HTTP/1.0 200 ")

    def test_b23_not_where_the_body_is_here(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 3", self.EXPECT) + b"abc")
            assert connection.response().json() == 3

    def test_b23_not_where_there_is_no_body(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 0", self.EXPECT))
            assert connection.response().json() == 0

    @pytest.mark.parametrize("value", ["foo", "100-continue, foo", "100-continue\r\nExpect: foo"])
    def test_b24_other_expectations_are_refused(self, server: Server, value: str) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 900", f"Expect: {value}"))
            response = connection.response()
            assert response.status == 417
            assert response.headers["connection"] == "close"
            assert b"Only 100-continue may be expected" in response.body

    @pytest.mark.parametrize("value", ["", "100-Continue", " , 100-continue"])
    def test_b24_but_for_what_is_none(self, server: Server, value: str) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 3", f"Expect: {value}") + b"abc")
            assert connection.response().json() == 3

    def test_b24_and_but_without_a_body_or_over_http_1_0(self, server: Server) -> None:
        with server.connect() as connection:
            connection.send(head("Content-Length: 0", "Expect: foo"))
            assert connection.response().json() == 0
            data = head("Content-Length: 3", "Expect: foo") + b"abc"
            connection.send(data.replace(b"/1.1", b"/1.0"))
            assert connection.rest().startswith(b"HTTP/1.0 200 ")


class TestAtHead:
    """A resource that is called when the head has come."""

    def test_reads_the_body_as_it_comes(self, serve: Serve) -> None:
        """A112, B22: the answer comes once, and the next request after it."""
        pieces: list[bytes] = []

        async def read(request: SiteRequest) -> object:
            assert request.body_stream is not None
            async for piece in request.body_stream:
                pieces.append(piece)
            return len(b"".join(pieces))

        with serve(Taker(read, BodyPlan(at_head=True))).connect() as connection:
            connection.send(head("Content-Length: 4"))
            for number, byte in enumerate(b"abcd"):
                connection.send(bytes([byte]))
                until(partial(has_more, pieces, number))
            assert connection.response().json() == 4

    def test_with_the_body_here_is_called_as_ever(self, serve: Serve) -> None:
        """A112: an upload that came with its head is no stream."""
        seen: list[object] = []

        async def look(request: SiteRequest) -> object:
            seen.append(request.body_stream)
            return await length(request)

        with serve(Taker(look, BodyPlan(at_head=True))).connect() as connection:
            connection.send((head("Content-Length: 2") + b"ef") * 3)
            assert [connection.response().json() for _ in range(3)] == [2, 2, 2]
        assert seen == [None, None, None]

    def test_b22_what_follows_waits_for_the_answer(self, serve: Serve) -> None:
        waiting: list[Deferred[object]] = []

        async def wait(request: SiteRequest) -> object:
            size = await length(request)
            waiting.append(Deferred())
            await waiting[-1]
            return size

        with serve(Taker(wait, BodyPlan(at_head=True))).connect() as connection:
            connection.send(head("Content-Length: 2"))
            connection.send(b"ab" + (head("Content-Length: 3") + b"abc") * 2)
            for number, size in enumerate((2, 3, 3), 1):
                until(partial(has_more, waiting, number - 1))
                in_reactor(lambda: waiting[-1].callback(None))
                assert connection.response().json() == size

    @pytest.mark.parametrize("chunked", [False, True])
    def test_a_handler_that_does_not_read_holds_up_the_client(
        self, serve: Serve, chunked: bool
    ) -> None:
        """B36: no more than a few pieces of an upload wait in memory."""
        requests: list[SiteRequest] = []
        go_on: Deferred[None] = Deferred()

        async def slow(request: SiteRequest) -> object:
            requests.append(request)
            await go_on
            return await length(request)

        size = LARGE
        body = b"x" * size
        sizes = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        if chunked:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
        server = serve(Site(Taker(slow, BodyPlan(at_head=True))))
        with server.connect() as connection:
            connection.send(head(sizes))
            sender = threading.Thread(target=connection.send, args=(body,))
            sender.start()
            until(lambda: requests and requests[0].body_stream)
            sender.join(0.3)
            assert sender.is_alive()
            in_reactor(lambda: go_on.callback(None))
            assert connection.response().json() == size
            sender.join(10)

    @pytest.mark.parametrize("chunked", [False, True])
    def test_a112_an_answer_before_the_body_can_be_read(self, serve: Serve, chunked: bool) -> None:
        async def refuse(request: SiteRequest) -> object:
            raise CodedError(401, "Who are you?", headers={"WWW-Authenticate": "Bearer"})

        server = serve(Site(Taker(refuse, BodyPlan(at_head=True))))
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        body: bytes | Iterator[bytes] = (
            (b"x" * 10_000 for _ in range(2000)) if chunked else b"x" * LARGE
        )
        connection.request(
            "POST",
            "/",
            body=body,
            encode_chunked=chunked,
            headers=({"Transfer-Encoding": "chunked"} if chunked else {}),
        )
        response = connection.getresponse()
        assert response.status == 401
        assert response.getheader("Connection") == "close"
        connection.close()

    def test_a112_b30_too_much_of_it_ends_the_stream(self, serve: Serve) -> None:
        taker = Taker(length, BodyPlan(at_head=True, max_body=10))
        with serve(taker).connect() as connection:
            connection.send(head("Transfer-Encoding: chunked") + b"a\r\n0123456789\r\n")
            connection.send(b"1\r\nx\r\n0\r\n\r\n")
            assert connection.response().status == 413
            assert connection.rest() == b""
        assert [error.code for error in taker.refused] == [413]

    def test_a112_too_much_of_it_ends_the_connection_however_late_it_is_answered(
        self, serve: Serve
    ) -> None:
        started: list[SiteRequest] = []
        go_on: Deferred[None] = Deferred()

        async def slow(request: SiteRequest) -> object:
            started.append(request)
            await go_on
            return await length(request)

        with serve(Taker(slow, BodyPlan(at_head=True, max_body=10))).connect() as connection:
            connection.send(head("Transfer-Encoding: chunked"))
            until(lambda: started)
            connection.send(b"b\r\n0123456789x\r\n0\r\n\r\n")
            until(lambda: started[0]._body_size > 10)
            in_reactor(lambda: go_on.callback(None))
            response = connection.response()
            assert response.status == 413
            assert response.headers["connection"] == "close"
            assert connection.rest() == b""

    def test_a112_its_own_limit_may_be_above_that_of_the_site(self, serve: Serve) -> None:
        taker = Taker(length, BodyPlan(at_head=True, max_body=5000))
        server = serve(taker, max_request_body_size=LIMIT)
        with server.connect() as connection:
            connection.send(head("Content-Length: 5000"))
            connection.send(b"x" * 5000)
            assert connection.response().json() == 5000

    def test_bad_chunks_end_the_stream(self, serve: Serve) -> None:
        """B10: a handler that reads learns of it, and answers."""
        with serve(Taker(length, BodyPlan(at_head=True))).connect() as connection:
            connection.send(head("Transfer-Encoding: chunked"))
            connection.send(b"xyz\r\n")
            assert connection.response().status == 400

    @pytest.mark.parametrize("cancellable", [False, True])
    def test_b76_a_client_that_leaves_ends_the_stream(
        self, serve: Serve, cancellable: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        ended: list[str] = []

        async def read(request: SiteRequest) -> object:
            request.is_render_cancellable = cancellable
            try:
                return await length(request)
            except BaseException as error:
                ended.append(type(error).__name__)
                raise ConnectionError from error

        with serve(Taker(read, BodyPlan(at_head=True))).connect() as connection:
            connection.send(head("Content-Length: 5") + b"ab")
            until(lambda: not ended)
        until(lambda: lines(caplog, "access"))
        assert ended == ["CancelledError" if cancellable else "ClientDisconnectedError"]
        (line,) = lines(caplog, "access")
        assert ' 0B 200! "POST / HTTP/1.1"' in line

    def test_an_answer_with_the_last_piece_is_sent_once(self, serve: Serve) -> None:
        """B22: though it is complete before the body is known to be."""

        started: list[SiteRequest] = []

        async def first(request: SiteRequest) -> object:
            started.append(request)
            assert request.body_stream is not None
            return (await anext(request.body_stream)).decode()

        chunks = b"2\r\nab\r\n0\r\n\r\n"
        sent = [("Content-Length: 2", b"ab"), ("Transfer-Encoding: chunked", chunks)]
        for number, (sizes, body) in enumerate(sent, 1):
            with serve(Taker(first, BodyPlan(at_head=True))).connect() as connection:
                connection.send(head(sizes))
                until(partial(has_more, started, number - 1))
                connection.send(body + head("Content-Length: 0"))
                assert connection.response().json() == "ab"
                assert connection.rest() == b""


@pytest.mark.parametrize("raised", [CodedError(403, "No uploads"), ValueError("bug")])
def test_a_plan_that_fails(
    serve: Serve, taker: Taker, raised: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A112: it refuses, or is none."""
    taker.plan = raised
    response = serve(taker).request("POST", "/", body=b"x")
    assert response.status == (403 if isinstance(raised, CodedError) else 200)
    said = ["POST /: no plan was made for the body"] if isinstance(raised, ValueError) else []
    assert lines(caplog, "server") == said


@dataclass
class OwnPlan:
    """A plan of another program's own class."""

    max_body: int | None
    at_head: bool


def test_a_plan_of_another_class_is_kept(serve: Serve, taker: Taker) -> None:
    taker.plan = cast("BodyPlan", OwnPlan(3, at_head=False))
    server = serve(taker)
    assert server.request("POST", "/", body=b"abc").status == 200
    assert server.request("POST", "/", body=b"abcd").status == 413


def test_a_refusal_that_fails_is_the_sites(
    serve: Serve, taker: Taker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A112: no request goes without an answer."""

    def fail(*_: object) -> None:
        raise ValueError("bug")

    monkeypatch.setattr(taker, "refuse", fail)
    response = serve(taker, max_request_body_size=1).request("POST", "/", body=b"xx")
    assert response.status == 413
    assert "Taker failed to refuse" in caplog.text


@pytest.mark.parametrize(("target", "asked"), [("/up/x", True), ("/%75p", True), ("/x", False)])
def test_the_resource_is_found_without_being_called(
    serve: Serve, taker: Taker, target: str, asked: bool
) -> None:
    """A112: whoever will answer is asked about the body."""
    root = Resource()
    root.putChild(b"up", IResource(taker))
    serve(root).request("POST", target, body=b"x")
    assert bool(taker.planned) is asked


def test_b73_a_large_body_is_not_kept_in_memory(serve: Serve) -> None:
    """B73: it goes to a file."""
    kinds: list[str] = []

    async def look(request: SiteRequest) -> object:
        kinds.append(type(request.content).__name__)
        return await length(request)

    server = serve(Taker(look))
    for size in (10, 100_000, 100_001):
        assert server.request("POST", "/", body=b"x" * size).json() == size
    assert kinds == ["BytesIO", "BytesIO", "SpooledTemporaryFile"]


def test_the_test_client_sees_the_same() -> None:
    """A112: in memory, where nothing lingers."""
    pending = TestClient(JsonResource(), max_request_body_size=1).start(
        "POST", "/", headers={"Content-Length": "5"}
    )
    assert pending.response().status == 413
    assert pending.sent.endswith(b"}")


class LongRefusal(Taker):
    """Refuses at a length that takes a while to send."""

    @override
    def refuse(self, request: Request, error: CodedError) -> None:
        self.refused.append(error)
        write_response(request, error.code, b"x" * LARGE, "text/plain")


def test_a112_a_body_that_comes_while_it_is_refused_changes_nothing(serve: Serve) -> None:
    taker = LongRefusal(length, BodyPlan(max_body=10))
    with serve(Site(taker)).connect() as connection:
        connection.send(head("Content-Length: 20") + b"x" * 5)
        until(lambda: taker.refused)
        connection.send(b"x" * 15)
        time.sleep(0.1)
        response = connection.response()
        assert (response.status, len(response.body)) == (413, LARGE)
    assert len(taker.refused) == 1


def test_b30_chunks_that_are_too_many_may_be_followed_by_what_is_none(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with server.connect() as connection:
        chunks = b"3e9\r\n" + b"x" * (LIMIT + 1) + b"\r\n"
        connection.send(head("Transfer-Encoding: chunked") + chunks + b"none\r\n")
        assert connection.response().status == 413
    until(lambda: lines(caplog, "access"))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
