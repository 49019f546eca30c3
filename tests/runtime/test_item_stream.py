"""Bodies that are sequences: each item is read when it has come and is asked for, and checked."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from http.client import IncompleteRead
from typing import Annotated

import pytest
from counterfoil import CodedError, InvalidRequestError, JsonResource, Ok, Reply, Request
from counterfoil._input.body_stream import BodyStream
from counterfoil._input.item_stream import LONGEST, Parts, items_of, lines_of, records_of
from counterfoil._input.wire import type_adapter
from counterfoil.stub import Body, Input, answers, at_head, path, read
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from tests.runtime.test_lifecycle import until
from tests.runtime.test_streaming import a_moment
from tests.serving import Serve, in_reactor


class Numbers(Input):
    body: Annotated[AsyncIterator[int], Body(media_type="application/jsonl")]


class Servlet:
    """Reads a number when it is allowed to, and echoes those of another operation."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.allowed: Deferred[None] | None = None
        self.failure: Exception | None = None

    @at_head
    @answers(Ok)
    async def add(self, request: Request, **path: str) -> Reply[object]:
        try:
            async for number in read(request, Numbers, path).body:
                self.got.append(number)
                if self.allowed is not None:
                    await self.allowed
        except Exception as failure:
            self.failure = failure
            raise
        return Ok(sum(self.got))

    @at_head
    @answers(Ok, media_type="application/jsonl")
    async def echo(self, request: Request, **path: str) -> Reply[object]:
        body: AsyncIterable[int] = read(request, Numbers, path).body
        return Ok(body)


def resource_of(servlet: Servlet) -> JsonResource:
    resource = JsonResource()
    resource.register_paths("POST", [path("/add")], servlet.add, "add")
    resource.register_paths("POST", [path("/echo")], servlet.echo, "echo")
    return resource


def taken(
    parts: Parts, pieces: Sequence[bytes], of: object = object
) -> tuple[list[object], object]:
    """The items that come of *pieces*, and what ended them early."""
    body = BodyStream(pause=lambda: None, resume=lambda: None)
    items: list[object] = []
    ends: list[object] = []

    async def take() -> None:
        async for item in items_of(body, parts, type_adapter(of).validator):
            items.append(item)

    Deferred.fromCoroutine(take()).addBoth(ends.append)
    for piece in pieces:
        body.feed(piece)
    body.end()
    end = ends[0]
    return items, end.value if isinstance(end, Failure) else end


def test_a_line_is_read_before_the_next_has_come(serve: Serve) -> None:
    servlet = Servlet()
    with serve(resource_of(servlet)).connect() as connection:
        connection.send(b"POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n1\n2")
        until(lambda: servlet.got == [1])
        connection.send(b"0\n3")
        assert connection.response("POST").json() == 24


def test_a_handler_that_does_not_read_holds_up_the_client(serve: Serve) -> None:
    servlet = Servlet()
    allowed = Deferred[None]()
    servlet.allowed = allowed
    lines = b"1\n" * 400_000
    with serve(resource_of(servlet)).connect() as connection:
        connection.request("POST", "/add", body=lines[: 64 * 1024])
        until(lambda: servlet.got)
        in_reactor(a_moment)
        assert servlet.got == [1]
        servlet.allowed = None
        in_reactor(lambda: allowed.callback(None))
        assert connection.response("POST").json() == 32 * 1024


def test_each_item_is_answered_when_it_comes(serve: Serve) -> None:
    with serve(resource_of(Servlet())).connect() as connection:
        connection.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1\n")
        received = b""
        while not received.endswith(b"1\n\r\n"):
            received += connection.some(1)
        connection.send(b"2\n")
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.some(1)
        assert b"\r\n2\n\r\n" in received


def test_b83_a_bad_line_after_an_answer_has_begun_cuts_it(serve: Serve) -> None:
    with serve(resource_of(Servlet())).connect() as connection:
        connection.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1\n")
        until_first = b""
        while not until_first.endswith(b"\r\n\r\n"):
            until_first += connection.some(1)
        connection.send(b"x\n")
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            read_chunks(connection.some)


def read_chunks(some: object) -> None:
    assert callable(some)
    data = b""
    while not data.endswith(b"0\r\n\r\n"):
        piece = some(1)
        if not piece:
            raise IncompleteRead(data)
        data += piece


def test_a_client_that_leaves_ends_the_reading(serve: Serve) -> None:
    servlet = Servlet()
    with serve(resource_of(servlet)).connect() as connection:
        connection.send(b"POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1\n")
        until(lambda: servlet.got)
    until(lambda: servlet.failure is not None)
    assert type(servlet.failure).__name__ == "ClientDisconnectedError"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_and_records_in_pieces_of_any_size(size: int) -> None:
    lines = b' 1\r\n\n"a\xc3\xa9"\n[2]'
    pieces = [lines[start : start + size] for start in range(0, len(lines), size)]
    assert taken(lines_of, pieces) == ([1, "aé", [2]], None)
    records = b'\x1e1\n\x1e\x1e{"a":\n2}\x1enull \n'
    pieces = [records[start : start + size] for start in range(0, len(records), size)]
    assert taken(records_of, pieces) == ([1, {"a": 2}, None], None)


def test_nothing_is_no_item() -> None:
    assert taken(lines_of, []) == ([], None)
    assert taken(records_of, []) == ([], None)


@pytest.mark.parametrize(
    ("parts", "body", "place"),
    [
        (lines_of, b"1\n\nx\n", "body.line 3: Content not JSON"),
        (lines_of, b'1\n"2"\n', "body.line 2: Input should be a valid integer"),
        (lines_of, b"1\nNaN\n", "body.line 2: Content not JSON"),
        (records_of, b"1\n", "body.record 1: A record must begin with RS"),
        (records_of, b"\x1e1\n\x1e2", "body.record 2: The record is cut short"),
        (records_of, b"\x1e1\n\x1e2 \x1e[", "body.record 3: The record is cut short"),
    ],
)
def test_what_is_refused_names_its_place(parts: Parts, body: bytes, place: str) -> None:
    items, error = taken(parts, [body], int)
    assert items == [1, 2][: len(items)]
    assert isinstance(error, InvalidRequestError)
    assert error.code == 400
    assert place in str(error.error_dict()["error"])


@pytest.mark.parametrize("pieces", [1, 2, 9], ids=str)
def test_a_line_is_bounded(pieces: int) -> None:
    items, error = taken(lines_of, [b"1\n", *[b" " * (LONGEST // pieces + 1)] * pieces])
    assert items == [1]
    assert isinstance(error, CodedError)
    assert error.code == 413
    items, error = taken(lines_of, [b"1\n", *[b" " * (LONGEST // pieces)] * pieces, b"\n2"])
    assert (items, error) == ([1, 2], None)
