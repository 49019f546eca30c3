"""What an API sends by itself: it is written as the spec says, and so is what is answered read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, cast

import pytest
from counterfoil import (
    JsonResource,
    Location,
    Ok,
    Request,
    Successful,
    body_of,
    cancellable,
    path,
    respond_with_stream,
    set_headers,
)
from counterfoil.client import (
    LONGEST,
    AgentTransport,
    Outgoing,
    Received,
    Sent,
    UnexpectedAnswerError,
    send,
)
from counterfoil.stub import (
    ApiError,
    Body,
    Cookie,
    Found,
    Header,
    Input,
    Model,
    NoContent,
    Query,
    Redirected,
    ServerStatusError,
    StatusError,
    sends,
)
from pydantic import Field, ValidationError
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from tests.serving import Serve, in_reactor, reactor

URL = "http://localhost/hook?a=1"


class Order(Model):
    item: str


class Gone(ApiError[None]):
    status = 410


class Busy(ServerStatusError[Order]):
    """Any 5xx."""


class Other(StatusError[str]):
    """Anything else."""


@sends("POST", errors=[Other, Busy, Gone])
class New(Outgoing[Ok[Order] | NoContent | Found[Location] | Successful[bytes] | Redirected[None]]):
    body: Annotated[Order, Body()]
    x_tag: Annotated[str | None, Header("X-Tag"), Field(max_length=3)] = None
    many: Annotated[list[int] | None, Header("X-Many")] = None
    flags: Annotated[dict[str, bool] | None, Header("X-Flags", explode=True)] = None
    pairs: Annotated[dict[str, int] | None, Header("X-Pairs")] = None
    word: Annotated[list[str] | None, Query()] = None
    joined: Annotated[list[str] | None, Query(explode=False)] = None
    of: Annotated[dict[str, bool] | None, Query(explode=False)] = None
    free: Annotated[dict[str, float] | None, Query()] = None
    one: Annotated[bool, Query("is")] = True


@sends("PUT")
class Text(Outgoing[Ok[str]]):
    body: Annotated[str | bytes | None, Body(media_type="text/plain")] = None


class Answering:
    """A transport that has its answer, and keeps what was sent."""

    def __init__(
        self, status: int = 204, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.received = Received(status, headers or {}, body)
        self.sent: list[Sent] = []

    async def send(self, sent: Sent, /) -> Received:
        self.sent.append(sent)
        return self.received


def outcome(awaited: Deferred[object]) -> object:
    ends: list[object] = []
    awaited.addBoth(ends.append)
    return ends[0].value if isinstance(ends[0], Failure) else ends[0]


def answered(message: Outgoing[object], transport: Answering, url: str = URL) -> object:
    return outcome(Deferred.fromCoroutine(send(message, url, transport)))


def test_where_everything_goes() -> None:
    transport = Answering()
    message = New(
        body=Order(item="é"),
        x_tag="abc",
        many=[1, 2],
        flags={"a": True, "b": False},
        pairs={"a": 1},
        word=["a b", "c&d"],
        joined=["e", "f,g"],
        of={"x": True},
        free={"y": 1.5},
        one=False,
    )
    assert isinstance(answered(message, transport), NoContent)
    (sent,) = transport.sent
    assert sent.method == "POST"
    assert sent.body == '{"item":"é"}'.encode()
    assert sent.url == (
        "http://localhost/hook?a=1&word=a%20b&word=c%26d&joined=e,f%2Cg&of=x,true&y=1.5&is=false"
    )
    assert sent.headers == {
        "Content-Type": "application/json",
        "X-Tag": "abc",
        "X-Many": "1,2",
        "X-Flags": "a=true,b=false",
        "X-Pairs": "a,1",
    }


@pytest.mark.parametrize(
    ("body", "sent"), [("é", "é".encode()), (b"\xff", b"\xff"), (None, None)], ids=repr
)
def test_a_body_that_is_no_json(body: str | bytes | None, sent: bytes | None) -> None:
    transport = Answering(200, b"", {"content-type": "text/plain"})
    answer = answered(Text(body=body), transport, "https://localhost#fragment")
    assert isinstance(answer, Ok)
    assert answer.body == ""
    assert transport.sent[0].body == sent
    assert transport.sent[0].url == "https://localhost/"


@pytest.mark.parametrize("url", ["/hook", "ftp://x/", "http:///x", "//x/y"])
def test_a_url_must_be_one_of_http(url: str) -> None:
    transport = Answering()
    assert isinstance(answered(New(body=Order(item="x")), transport, url), ValueError)
    assert not transport.sent


def test_b63_headers_cannot_forge_others() -> None:
    transport = Answering()
    message = New(body=Order(item="x"), many=[1])
    for headers in ({"X": "a\r\nY: b"}, {"X\n": "a"}):
        sending = Deferred.fromCoroutine(send(message, URL, transport, headers=headers))
        assert isinstance(outcome(cast("Deferred[object]", sending)), ValueError)
    assert isinstance(answered(New(body=Order(item="x"), x_tag="a\nb"), transport), ValueError)
    assert not transport.sent


def test_headers_of_the_caller_go_with_it() -> None:
    transport = Answering()
    message = New(body=Order(item="x"))
    headers = {"X-Signature": "1", "Content-Type": "application/x+json"}
    outcome(
        cast(
            "Deferred[object]",
            Deferred.fromCoroutine(send(message, URL, transport, headers=headers)),
        )
    )
    assert transport.sent[0].headers == headers


def test_what_is_sent_is_validated() -> None:
    transport = Answering()
    wrong: object = "abcd"
    for message in (
        New(body=Order(item="x"), x_tag="abcd"),
        New(body=cast("Order", wrong)),
        New(body=cast("Order", None)),
    ):
        assert isinstance(answered(message, transport), ValidationError)
    assert not transport.sent


@sends("GET")
class Deep(Outgoing[Ok[None]]):
    x: Annotated[list[list[int]], Query()]


def test_a_list_of_lists_is_no_parameter() -> None:
    assert isinstance(answered(Deep(x=[[1]]), Answering(200)), TypeError)


JSON = b'{"item":"x"}'


@pytest.mark.parametrize(
    ("received", "kind", "status", "body"),
    [
        (Answering(200, JSON), Ok, 200, Order(item="x")),
        (Answering(204), NoContent, 204, None),
        (Answering(302, b"", {"location": "/x"}), Found, 302, "/x"),
        (Answering(226, b"raw"), Successful, 226, b"raw"),
        (Answering(399, b"raw"), Redirected, 399, None),
        (Answering(410, b"whatever"), Gone, 410, None),
        (Answering(503, JSON), Busy, 503, Order(item="x")),
        (Answering(404, b'"no"'), Other, 404, "no"),
        (Answering(404, b"no", {"content-type": "text/plain"}), Other, 404, "no"),
    ],
)
def test_what_is_answered_has_its_type(
    received: Answering, kind: type, status: int, body: object
) -> None:
    answer = answered(New(body=Order(item="x")), received)
    assert isinstance(answer, kind)
    assert getattr(answer, "status", None) == status
    assert getattr(answer, "body", None) == body
    assert getattr(answer, "headers", None) == received.received.headers


@pytest.mark.parametrize(
    "received",
    [
        Answering(200, b'{"item":1}'),
        Answering(200, b"{"),
        Answering(200, b'{"item":"x","item":"y"}'),
        Answering(302, b"", {"location": "//x"}),
        Answering(503, b""),
        Answering(404, b"\xff", {"content-type": "text/plain"}),
    ],
)
def test_a_body_that_the_spec_does_not_allow(received: Answering) -> None:
    error = answered(New(body=Order(item="x")), received)
    assert isinstance(error, UnexpectedAnswerError)
    assert error.received is received.received


def test_a_status_that_the_spec_does_not_have() -> None:
    error = answered(Text(), Answering(201))
    assert isinstance(error, UnexpectedAnswerError)
    assert "Text was answered with 201" in str(error)


def test_parts_are_known_and_complete() -> None:
    make: Callable[..., object] = New
    with pytest.raises(TypeError, match="needs its 'body'"):
        make()
    with pytest.raises(TypeError, match="has no 'colour'"):
        make(body=Order(item="x"), colour="red")


@sends("GET")
class Numbers(Outgoing[Ok[None]]):
    body: Annotated[int, Body(media_type="text/plain")]


class Unmarked(Outgoing[Ok[None]]):
    """It does not say how it is sent."""


@sends("GET")
class Unanswered(Input):
    """It does not say what is answered."""


@sends("GET")
class Bare(Outgoing[int]):  # no reply
    """Its answer has no status."""


@sends("GET")
class Unplaced(Outgoing[Ok[None]]):
    x: int


@sends("GET")
class Baked(Outgoing[Ok[None]]):
    x: Annotated[str, Cookie()]


@pytest.mark.parametrize(
    "message",
    [
        Unmarked(),
        cast("Outgoing[object]", Unanswered()),
        Bare(),
        Unplaced(x=1),
        Baked(x="a"),
        Numbers(body=1),
    ],
    ids=lambda message: type(message).__name__,
)
def test_classes_that_nothing_can_be_sent_of(message: Outgoing[object]) -> None:
    assert isinstance(answered(message, Answering(200)), TypeError)


class Peer:
    """Answers as it is told."""

    def __init__(self, body: bytes | None, *, cut: bool = False, stalls: bool = False) -> None:
        self._body = body
        self._cut = cut
        self._stalls = stalls
        self.got: list[bytes] = []

    @cancellable
    async def answer(self, request: Request) -> None:
        self.got.append(await body_of(request))
        if self._body is None:
            await Deferred[None]()
        set_headers(request, {"X-Twice": ["a", "b"]})
        await respond_with_stream(request, 200, self._pieces(self._body or b""), "application/json")

    async def _pieces(self, body: bytes) -> AsyncIterator[bytes]:
        yield body
        if self._cut:
            raise RuntimeError("the peer broke")
        if self._stalls:
            await Deferred[None]()


def over_a_socket(
    serve: Serve, peer: Peer, timeout: float = 10.0, message: Outgoing[object] | None = None
) -> object:
    root = JsonResource()
    for method in ("POST", "PUT"):
        root.register_paths(method, [path("/")], peer.answer, "answer")
    port = serve(root).port
    transport = AgentTransport(cast("IReactorTime", reactor), timeout=timeout)
    ends: list[object] = []

    def begin() -> Deferred[None]:
        sending = Deferred.fromCoroutine(
            send(message or New(body=Order(item="x")), f"http://127.0.0.1:{port}/", transport)
        )
        return sending.addBoth(ends.append)

    in_reactor(begin)
    end = ends[0]
    return end.value if isinstance(end, Failure) else end


def test_over_a_socket(serve: Serve) -> None:
    peer = Peer(JSON)
    answer = over_a_socket(serve, peer)
    assert isinstance(answer, Ok)
    assert answer.body == Order(item="x")
    assert answer.headers is not None
    assert answer.headers["x-twice"] == "a, b"
    assert peer.got == [JSON]


def test_an_answer_that_is_too_long(serve: Serve) -> None:
    answer = over_a_socket(serve, Peer(b" " * (2 * LONGEST)))
    assert isinstance(answer, UnexpectedAnswerError)
    assert str(LONGEST) in str(answer)


def test_an_answer_that_is_cut(serve: Serve) -> None:
    answer = over_a_socket(serve, Peer(b"{", cut=True))
    assert isinstance(answer, Exception)
    assert not isinstance(answer, UnexpectedAnswerError)


def test_an_answer_that_does_not_come(serve: Serve) -> None:
    assert isinstance(over_a_socket(serve, Peer(None), timeout=0.1), TimeoutError)
    assert isinstance(over_a_socket(serve, Peer(b"{", stalls=True), timeout=0.1), TimeoutError)


def test_a_request_without_a_body(serve: Serve) -> None:
    assert isinstance(over_a_socket(serve, Peer(b'"x"'), message=Text()), Ok)
