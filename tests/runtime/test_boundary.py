"""What leaves a servlet: declared replies and errors, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from counterfoil import CodedError, JsonResource, Request, is_cancellable
from counterfoil.stub import (
    Accepted,
    ApiError,
    Created,
    Found,
    Location,
    Model,
    NoContent,
    NotModified,
    Ok,
    Reply,
    ResetContent,
    StatusError,
    answers,
    cancellable,
    path,
    unimplemented,
)
from counterfoil.testing import Response, TestClient
from twisted.internet.defer import CancelledError

from tests.runtime.test_foreign_host import PlainHost
from tests.serving import Serve


class Thing(Model):
    name: str
    made: datetime


THING = Thing(name="t", made=datetime(2026, 1, 2, tzinfo=UTC))
THING_JSON = {"name": "t", "made": "2026-01-02T00:00:00Z"}


class Declared(ApiError[Thing]):
    """Declared."""

    status = 409


class Bare(ApiError[None]):
    """Declared without content."""

    status = 410


class Other(ApiError[Thing]):
    """Not declared."""

    status = 402


class ClientFault(StatusError[Thing]):
    """A range."""

    statuses = range(400, 500)


class AnyFault(StatusError[None]):
    """`default`, without content."""


REPLIES = (Ok, Created, Found, NoContent, NotModified, ResetContent)
ERRORS = (Declared, Bare, ClientFault, AnyFault)


def outcome(
    result: Reply[object] | BaseException, media_type: str = "application/json"
) -> Response:
    """The answer to a request whose handler returns or raises *result*."""

    class Servlet:
        @answers(*REPLIES, errors=ERRORS, media_type=media_type)
        async def operation(self, request: Request, **path: str) -> Reply[object]:
            if isinstance(result, BaseException):
                raise result
            return result

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Servlet().operation, "operation")
    return TestClient(resource, validate_responses=False).get("/")


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (Ok(THING), 200, THING_JSON),
        (Ok([THING, THING]), 200, [THING_JSON, THING_JSON]),
        (Ok({"a": THING}), 200, {"a": THING_JSON}),
        (Ok("text"), 200, "text"),
        (Ok(False), 200, False),
        (Created(THING), 201, THING_JSON),
    ],
)
def test_replies_of_json(reply: Reply[object], status: int, body: object) -> None:
    response = outcome(reply)
    assert (response.status, response.json()) == (status, body)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(response.body))


@pytest.mark.parametrize(
    ("reply", "status", "length"),
    [
        (NoContent(), 204, None),
        (NotModified(headers={"ETag": '"1"'}), 304, None),
        (ResetContent(), 205, "0"),
        (Created(), 201, "0"),
        (Ok(), 200, "0"),
        (Found(headers={"Location": "/b"}), 302, "0"),
    ],
)
def test_a62_replies_without_content(reply: Reply[object], status: int, length: str | None) -> None:
    response = outcome(reply)
    assert (response.status, response.body) == (status, b"")
    assert response.headers.get("content-length") == length
    assert "content-type" not in response.headers
    for name, value in (reply.headers or {}).items():
        assert response.headers[name.lower()] == value


def test_none_is_jsons_null_where_it_is_given() -> None:
    """A nullable answer is not an empty one."""
    response = outcome(Ok(None))
    assert (response.status, response.body) == (200, b"null")
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("media_type", "body", "sent", "content_type"),
    [
        ("image/png", b"\x89", b"\x89", "image/png"),
        ("text/plain", "caf\u00e9", b"caf\xc3\xa9", "text/plain; charset=utf-8"),
        ("text/plain; charset=latin-1", b"caf\xe9", b"caf\xe9", "text/plain; charset=latin-1"),
        ("application/scim+json", {"b": 1, "a": 2}, b'{"a":2,"b":1}', "application/scim+json"),
    ],
)
def test_other_media_types(media_type: str, body: object, sent: bytes, content_type: str) -> None:
    response = outcome(Ok(body), media_type)
    assert (response.status, response.body) == (200, sent)
    assert response.headers["content-type"] == content_type
    assert response.headers["content-length"] == str(len(sent))


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (Declared(THING), 409, THING_JSON),
        (Bare(), 410, {"errcode": "M_UNKNOWN", "error": "Gone"}),
        (ClientFault(404, THING), 404, THING_JSON),
        (AnyFault(404), 404, {"errcode": "M_NOT_FOUND", "error": "Not Found"}),
        (AnyFault(599), 599, {"errcode": "M_UNKNOWN", "error": "Unknown status"}),
        (CodedError(403, "No", "M_FORBIDDEN"), 403, {"errcode": "M_FORBIDDEN", "error": "No"}),
        (
            unimplemented("op"),
            501,
            {"errcode": "M_UNRECOGNIZED", "error": "op is not implemented"},
        ),
    ],
)
@pytest.mark.parametrize("media_type", ["application/json", "image/png"])
def test_errors_that_may_be_seen(
    error: Exception, status: int, body: object, media_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    response = outcome(error, media_type)
    assert (response.status, response.json()) == (status, body)
    assert response.headers["content-type"] == "application/json"
    (record,) = (
        r for r in caplog.records if r.name in ("counterfoil.servlets", "counterfoil.server")
    )
    assert record.levelno == logging.INFO
    assert f"{status}" in record.getMessage()


@pytest.mark.parametrize(
    "result",
    [
        Other(THING),
        Accepted(THING),
        ValueError("secret"),
        Ok(...),
        Ok(float("nan")),
        Ok("\ud800"),
        Declared(THING, headers={"X": "a\r\nEvil: 1"}),
        Ok(THING, headers={"X": "a\0"}),
        NoContent(headers={"X\n": "a"}),
    ],
    ids=repr,
)
def test_whatever_else_is_a_500_without_detail(
    result: Reply[object] | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    response = outcome(result)
    assert response.status == 500
    assert response.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}
    assert not {"x", "evil"} & set(response.headers)
    (record,) = (r for r in caplog.records if r.levelno == logging.ERROR)
    assert record.exc_info is not None


def test_a_body_that_is_no_bytes_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    assert outcome(Ok(THING), "image/png").status == 500
    assert "a body of image/png must be bytes, not Thing" in caplog.text


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("text/plain; charset=latin-1", "text/plain; charset=utf-8"),
        ("text/plain;version=1", "text/plain; version=1; charset=utf-8"),
    ],
)
def test_text_is_labelled_as_it_is_encoded(declared: str, sent: str) -> None:
    response = outcome(Ok("caf\u00e9"), declared)
    assert response.headers["content-type"] == sent
    assert response.body.decode("utf-8") == "caf\u00e9"


@pytest.mark.parametrize("returned", [Accepted(THING), NoContent()])
def test_a_reply_in_the_place_of_a_body_is_undeclared(
    caplog: pytest.LogCaptureFixture, returned: Reply[object]
) -> None:
    """As from a handler that is to return the body of the one reply there is."""
    response = outcome(Ok(returned))
    assert response.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}
    assert f"the operation does not declare {type(returned).__name__}" in caplog.text


def test_a_reply_in_the_place_of_its_own_body_is_that_reply() -> None:
    """As from a handler that may return the body alone, or a reply with headers."""
    response = outcome(Ok(Ok(THING, headers={"X-Total": "1"})))
    assert response.headers["x-total"] == "1"
    assert response.json() == outcome(Ok(THING)).json()


def test_what_is_undeclared_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    outcome(Accepted(THING))
    assert "the operation does not declare Accepted" in caplog.text


def test_cancellation_is_left_to_the_host() -> None:
    assert outcome(CancelledError()).status == 499


def test_headers_of_replies_and_errors() -> None:
    assert outcome(Ok(THING, headers={"ETag": '"1"'})).headers["etag"] == '"1"'
    assert outcome(Declared(THING, headers={"X-A": ["1", "2"]})).headers["x-a"] == "1, 2"
    assert outcome(Bare(headers={"X-A": "1"})).headers["x-a"] == "1"


def test_a119_the_flag_is_seen_through_the_boundary() -> None:
    class Servlet:
        @cancellable
        @answers(Ok)
        async def above(self, request: Request, **path: str) -> Reply[object]:
            return Ok(None)

        @answers(Ok)
        @cancellable
        async def below(self, request: Request, **path: str) -> Reply[object]:
            return Ok(None)

        @answers(Ok)
        async def without(self, request: Request, **path: str) -> Reply[object]:
            return Ok(None)

    servlet = Servlet()
    flags: Sequence[bool] = [
        is_cancellable(each) for each in (servlet.above, servlet.below, servlet.without)
    ]
    assert flags == [True, True, False]


def served(
    serve: Serve, reply: Reply[object], media_type: str = "application/json", *, foreign: bool
) -> Response:
    """The answer of a host of its own kind to a request whose handler returns *reply*."""

    class Servlet:
        @answers(*REPLIES, media_type=media_type)
        async def operation(self, request: Request, **path: str) -> Reply[object]:
            return reply

    host = PlainHost() if foreign else JsonResource()
    host.register_paths("GET", [path("/")], Servlet().operation, "operation")
    return serve(host).get("/")


@pytest.mark.parametrize(
    ("media_type", "body", "sent"),
    [
        ("application/json", {"b": 1, "a": 2}, b'{"b": 1, "a": 2}'),
        ("application/scim+json", {"b": 1, "a": 2}, b'{"a":2,"b":1}'),
        ("application/scim+json", "text", b'"text"'),
    ],
)
def test_a_host_spells_its_own_json_and_no_other(
    serve: Serve, media_type: str, body: object, sent: bytes
) -> None:
    """JSON is handed to the host; what only ends in `+json` is written for it."""
    answer = served(serve, Ok(body), media_type, foreign=True)
    assert (answer.status, answer.body) == (200, sent)
    assert answer.headers["content-type"] == media_type


@pytest.mark.parametrize("foreign", [False, True])
def test_a_redirect_is_no_json_on_any_host(
    serve: Serve, foreign: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """And it is answered once."""
    answer = served(serve, Found(Location("/b")), foreign=foreign)
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["location"] == "/b"
    assert answer.headers.get("content-type") is None
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("media_type", ["text/html", "text/html; charset=utf-8", "Text/HTML ;a=b"])
def test_an_operation_of_pages_fails_with_a_page(media_type: str) -> None:
    """A12: whatever parameters its media type has."""
    answer = outcome(CodedError(409, "Full"), media_type)
    assert answer.status == 409
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<p>Full</p>" in answer.body


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize(("media_type", "frames"), [("text/html", "DENY"), ("text/plain", None)])
def test_a79_the_page_of_an_operation_cannot_be_framed(
    serve: Serve, media_type: str, frames: str | None, foreign: bool
) -> None:
    answer = served(serve, Ok("<p>Hello</p>"), media_type, foreign=foreign)
    assert (answer.status, answer.body) == (200, b"<p>Hello</p>")
    assert answer.headers.get("x-frame-options") == frames
    assert ("content-security-policy" in answer.headers) == (frames is not None)


@pytest.mark.parametrize("foreign", [False, True])
def test_a72_what_comes_in_pieces_is_no_json(serve: Serve, foreign: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"{}"

    answer = served(serve, Ok(pieces()), "application/scim+json", foreign=foreign)
    assert answer.status == 500
    assert answer.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}


@pytest.mark.parametrize("times", [1, 5000], ids=["small", "large"])
@pytest.mark.parametrize("canonical", [True, False])
def test_a77_an_answer_is_as_canonical_as_its_resource(times: int, canonical: bool) -> None:
    class Servlet:
        @answers(Ok)
        async def modelled(self, request: Request, **path: str) -> Reply[object]:
            return Ok([{"b": "\u00fc", "a": THING}] * times)

        def plain(self, request: Request) -> tuple[int, object]:
            return 200, [{"b": "\u00fc", "a": THING_JSON}] * times

    servlet, resource = Servlet(), JsonResource(canonical_json=canonical)
    resource.register_paths("GET", [path("/modelled")], servlet.modelled, "modelled")
    resource.register_paths("GET", [path("/plain")], servlet.plain, "plain")
    thing = b'{"made":"2026-01-02T00:00:00Z","name":"t"}'
    sent = b'{"a":%b,"b":"\xc3\xbc"}' % thing
    if not canonical:
        thing = b'{"name":"t","made":"2026-01-02T00:00:00Z"}'
        sent = b'{"b":"\\u00fc","a":%b}' % thing
    for target in ("/modelled", "/plain"):
        answer = TestClient(resource).get(target)
        assert answer.headers["content-type"] == "application/json"
        assert answer.body == b"[" + b",".join([sent] * times) + b"]"


@pytest.mark.parametrize("foreign", [False, True])
def test_what_is_sent_in_pieces_is_answered_once(
    serve: Serve, foreign: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a,"
        yield b"b"

    answer = served(serve, Ok(pieces()), "text/csv", foreign=foreign)
    assert (answer.status, answer.body) == (200, b"a,b")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
