"""Answers and bodies in pieces: nothing is lost, and no more is in memory than must be."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from http.client import IncompleteRead
from typing import cast

import pytest
from counterfoil import (
    Binary,
    JsonResource,
    Ok,
    Reply,
    Request,
    body_of,
    respond_with_stream,
    stream_of,
)
from counterfoil._output.connection import is_over
from counterfoil._output.producers import PIECE, ByteProducer
from counterfoil._output.writers import respond_with_json_bytes, write_head, write_response
from counterfoil._types import ResponseWriter
from counterfoil.stub import BodyStream, answers, at_head, cancellable, path
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.internet.tcp import Connection

from tests.runtime.test_lifecycle import lines, until
from tests.serving import Serve, Server, in_reactor, reactor

MEGABYTE = bytes(range(256)) * 4096


class Tap:
    """A source of pieces that is watched."""

    def __init__(self, pieces: int, size: int = 8192) -> None:
        self.left = pieces
        self.piece = b"x" * size
        self.made = 0
        self.closed = False
        self.fail = False
        self.wait: Deferred[None] | None = None

    async def flow(self) -> AsyncIterator[bytes]:
        try:
            while self.left:
                self.left -= 1
                self.made += 1
                yield self.piece
                if self.wait is not None:
                    await self.wait
            if self.fail:
                raise RuntimeError("the tap broke")
        finally:
            self.closed = True


class Servlet:
    """A generated servlet, as far as its answers go."""

    def __init__(self, body: object) -> None:
        self._body = body

    @answers(Ok, media_type="application/octet-stream")
    async def get(self, request: Request, **_: str) -> Reply[object]:
        return Ok(self._body)

    @cancellable
    @answers(Ok, media_type="text/plain")
    async def leave(self, request: Request, **_: str) -> Reply[object]:
        return Ok(self._body)


def served(serve: Serve, body: Binary | AsyncIterator[object] | str) -> Server:
    resource, servlet = JsonResource(), Servlet(body)
    resource.register_paths("GET", [path("/")], servlet.get, "get")
    resource.register_paths("GET", [path("/leave")], servlet.leave, "leave")
    return serve(resource)


def test_an_answer_in_pieces(serve: Serve) -> None:
    tap = Tap(100)
    answer = served(serve, tap.flow()).get("/")
    assert answer.body == tap.piece * 100
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert tap.closed


def test_a_piece_waits_for_no_acknowledgement(serve: Serve) -> None:
    resource = JsonResource()

    def delays(request: Request) -> tuple[int, object]:
        return 200, bool(cast("Connection", request.transport).getTcpNoDelay())

    resource.register_paths("GET", [path("/")], delays, "delays")
    assert serve(resource).get("/").body == b"true"


def test_text_in_pieces_is_labelled(serve: Serve) -> None:
    answer = served(serve, Tap(1).flow()).get("/leave")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_pieces_of_anything_iterable(serve: Serve) -> None:
    class Pieces:
        def __init__(self) -> None:
            self.left = [b"a", b"", b"b"]

        def __aiter__(self) -> Pieces:
            return self

        async def __anext__(self) -> bytes:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    assert served(serve, Pieces()).get("/").body == b"ab"


def test_a97_b35_a_client_that_does_not_read_holds_up_the_source(serve: Serve) -> None:
    """A91: and when it reads again, nothing is lost."""
    tap = Tap(4000)
    server = served(serve, tap.flow())
    with server.connect() as connection:
        connection.request("GET", "/")
        until(lambda: tap.made > 1)
        made = -1
        while made != tap.made:  # until the buffers on the way are full
            made = tap.made
            in_reactor(a_moment)
        assert made < 2000
        assert connection.response().body == tap.piece * 4000
    assert tap.closed


def a_moment() -> Deferred[None]:
    """Time for what is on its way to arrive."""
    return deferLater(cast("IReactorTime", reactor), 0.1, lambda: None)


def test_a96_b83_a_source_that_fails_never_looks_complete(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    tap = Tap(3)
    tap.fail = True
    with served(serve, tap.flow()).connect() as connection:
        connection.request("GET", "/")
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            connection.response()
    assert "the tap broke" in caplog.text
    assert tap.closed


async def no_bytes() -> AsyncIterator[object]:
    yield "text"


def test_a_piece_that_is_no_bytes_is_a_500(serve: Serve) -> None:
    assert served(serve, no_bytes()).get("/").status == 500


@pytest.mark.parametrize("target", ["/", "/leave"])
def test_a94_b81_a_client_that_leaves_ends_the_source(serve: Serve, target: str) -> None:
    tap = Tap(100_000)
    server = served(serve, tap.flow())
    with server.connect() as connection:
        connection.request("GET", target)
        until(lambda: tap.made > 1)
    until(lambda: tap.closed)
    assert tap.left


def test_b78_a_source_that_waits_is_cancelled_with_its_client(serve: Serve) -> None:
    tap = Tap(100)
    tap.wait = Deferred()
    server = served(serve, tap.flow())
    with server.connect() as connection:
        connection.request("GET", "/leave")
        until(lambda: tap.made)
    until(lambda: tap.closed)


def test_a78_a_long_body_is_sent_in_pieces(serve: Serve) -> None:
    """A76, A93: with its length, and unchanged."""
    answer = served(serve, MEGABYTE).get("/")
    assert answer.body == MEGABYTE
    assert answer.headers["content-length"] == str(len(MEGABYTE))


class Counted:
    """A request that notes how it is written to."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.writes: list[int] = []
        writer: ResponseWriter = request
        write = writer.write

        def counted(data: bytes) -> object:
            self.writes.append(len(data))
            return write(data)

        vars(request)["write"] = counted


def producing(serve: Serve, pieces: Iterator[bytes], kept: list[Counted] | None = None) -> Server:
    source = [pieces]

    def produce(request: Request) -> None:
        if kept is not None:
            kept.append(Counted(request))
        write_head(request, 200, "text/plain", None)
        ByteProducer(request, source.pop())

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], produce, "produce")
    return serve(resource)


def test_a78_a89_writes_are_no_smaller_than_they_must_be(serve: Serve) -> None:
    kept: list[Counted] = []
    answer = producing(serve, iter([b"x" * 100] * 21), kept).get("/")
    assert answer.body == b"x" * 2100
    assert kept[0].writes == [1100, 1000]
    assert PIECE == 64 * 1024


def test_a95_an_empty_body(serve: Serve) -> None:
    assert producing(serve, iter([])).get("/").body == b""


def test_a91_a92_pausing_inside_a_write(serve: Serve) -> None:
    made: list[ByteProducer] = []

    def pieces(request: Request) -> Iterator[bytes]:
        producer = request.producer
        assert isinstance(producer, ByteProducer)
        made.append(producer)
        for number in range(10):
            producer.resumeProducing()  # re-entered: it does nothing
            if number == 5:
                producer.pauseProducing()
            yield bytes([48 + number]) * 2000

    def produce(request: Request) -> None:
        write_head(request, 200, "text/plain", None)
        ByteProducer(request, pieces(request))

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], produce, "produce")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: made and made[0]._paused)
        in_reactor(made[0].resumeProducing)
        assert connection.response().body == b"".join(
            bytes([48 + number]) * 2000 for number in range(10)
        )
    in_reactor(made[0].resumeProducing)
    in_reactor(made[0].stopProducing)


def test_a96_an_iterator_that_fails_cuts_the_connection(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 2000
        raise RuntimeError("no more")

    with producing(serve, pieces()).connect() as connection:
        connection.request("GET", "/")
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            connection.response()
    until(lambda: any("ended in a fault" in line for line in lines(caplog, "server")))


def test_a94_a99_a_client_that_leaves_mid_answer(serve: Serve) -> None:
    alive = weakref.WeakSet["Endless"]()

    class Endless:
        def __iter__(self) -> Endless:
            return self

        def __next__(self) -> bytes:
            return b"x" * 4096

    def watched() -> Iterator[bytes]:
        endless = Endless()
        alive.add(endless)
        return endless

    with producing(serve, watched()).connect() as connection:
        connection.request("GET", "/")
        assert connection.some(10)
    until(lambda: gc.collect() >= 0 and not alive)


def test_a90_a_producer_for_a_client_that_has_left(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    left: Deferred[None] = Deferred()
    requests: list[Request] = []

    async def produce(request: Request) -> None:
        requests.append(request)
        await left
        assert is_over(request)
        ByteProducer(request, iter([b"x"]))

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], produce, "produce")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: requests)
    until(lambda: is_over(requests[0]))
    in_reactor(lambda: left.callback(None))
    assert any("left before its answer was sent" in line for line in lines(caplog, "server"))


def test_a100_b92_nothing_of_a_long_answer_stays(serve: Serve) -> None:
    """With the garbage collector off."""
    seen: list[weakref.ref[Request]] = []

    def answer(request: Request) -> None:
        seen.append(weakref.ref(request))
        write_response(request, 200, MEGABYTE, "text/plain")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], answer, "answer")
    server = serve(resource)
    gc.collect()
    gc.disable()
    try:
        assert server.get("/").body == MEGABYTE
        until(lambda: seen[0]() is None)
    finally:
        gc.enable()


class Sender:
    """What feeds a stream, and can be held up."""

    def __init__(self) -> None:
        self.paused = False
        self.stream = BodyStream(pause=self.pause, resume=self.resume)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


def test_a_body_is_read_as_it_comes() -> None:
    sender = Sender()
    results: list[object] = []
    reading = Deferred.fromCoroutine(sender.stream.read())
    reading.addBoth(results.append)
    sender.stream.feed(b"a")
    sender.stream.feed(b"b")
    assert not results
    sender.stream.end()
    sender.stream.end()
    sender.stream.feed(b"late")
    assert results == [b"ab"]


def test_a_sender_is_held_up_while_nobody_reads() -> None:
    sender = Sender()
    for _ in range(5):
        sender.stream.feed(b"x" * 20_000)
    paused = sender.paused
    sender.stream.end()
    results: list[object] = []
    Deferred.fromCoroutine(sender.stream.read()).addBoth(results.append)
    assert paused
    assert not sender.paused
    assert results == [b"x" * 100_000]


def test_what_ended_a_body_early_is_raised_after_what_came() -> None:
    sender = Sender()
    sender.stream.feed(b"a")
    sender.stream.end(ConnectionError("gone"))
    seen: list[bytes] = []

    async def read() -> None:
        async for piece in sender.stream:
            seen.append(piece)

    reading = Deferred.fromCoroutine(read())
    failures: list[object] = []
    reading.addErrback(lambda failure: failures.append(failure.value))
    assert seen == [b"a"]
    assert isinstance(failures[0], ConnectionError)


def test_one_reader_at_a_time() -> None:
    sender = Sender()
    first = Deferred.fromCoroutine(sender.stream.read())
    failures: list[object] = []
    Deferred.fromCoroutine(sender.stream.read()).addErrback(
        lambda failure: failures.append(failure.value)
    )
    assert isinstance(failures[0], RuntimeError)
    first.cancel()
    first.addErrback(lambda _: None)


def test_a_whole_body_is_a_stream_too() -> None:
    results: list[object] = []
    Deferred.fromCoroutine(BodyStream.of(b"ab").read()).addBoth(results.append)
    Deferred.fromCoroutine(BodyStream.of(b"").read()).addBoth(results.append)
    assert results == [b"ab", b""]


def test_hand_written_handlers_stream_too(serve: Serve) -> None:
    tap = Tap(10)

    @at_head
    async def echo(request: Request) -> None:
        await respond_with_stream(request, 201, stream_of(request), "text/plain")

    async def pour(request: Request) -> None:
        await respond_with_stream(request, 200, tap.flow())

    async def whole(request: Request) -> tuple[int, object]:
        return 200, len(await body_of(request))

    resource = JsonResource()
    resource.register_paths("POST", [path("/echo")], echo, "echo")
    resource.register_paths("GET", [path("/pour")], pour, "pour")
    resource.register_paths("POST", [path("/whole")], whole, "whole")
    server = serve(resource)
    for body in (b"small", MEGABYTE[:500_000]):
        answer = server.request("POST", "/echo", body=body)
        assert (answer.status, answer.body) == (201, body)
        assert answer.headers["content-type"] == "text/plain"
        assert server.request("POST", "/whole", body=body).json() == len(body)
    assert server.get("/pour").body == tap.piece * 10


def test_a67_a_stream_for_a_client_that_has_left_is_not_begun(serve: Serve) -> None:
    tap = Tap(10)
    begun: list[Request] = []
    ended: list[object] = []

    async def pour(request: Request) -> None:
        left = Deferred[None]()
        request.notifyFinish().addErrback(lambda _: left.callback(None))
        begun.append(request)
        await left
        await respond_with_stream(request, 200, tap.flow())
        ended.append("pour")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], pour, "pour")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: begun)
    until(lambda: ended)
    assert tap.made == 0


def test_a67_a_stream_that_ends_after_its_client_has_left_ends_quietly(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    tap = Tap(1)
    left = tap.wait = Deferred[None]()
    ended: list[object] = []
    begun: list[Request] = []

    async def pour(request: Request) -> None:
        request.notifyFinish().addErrback(lambda _: left.callback(None))
        begun.append(request)
        await respond_with_stream(request, 200, tap.flow())
        ended.append("pour")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], pour, "pour")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: begun and tap.made == 1)
    until(lambda: ended)
    assert tap.closed
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_body_of_no_media_type_is_a_500(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def forge(request: Request) -> None:
        respond_with_json_bytes(request, 200, b"1", media_type="a/b\r\nX-Forged: 1")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], forge, "forge")
    response = serve(resource).get("/")
    assert (response.status, response.headers.get("x-forged")) == (500, None)
    assert "is not a media type" in caplog.text
