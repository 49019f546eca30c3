"""Servlets that are written by hand, and the JSON bodies that they read, on real sockets."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from counterfoil import Codes, JsonResource, Request, cancellable, is_cancellable
from counterfoil.servlet import (
    RestServlet,
    assert_params_in_dict,
    parse_json_object_from_request,
    parse_json_value_from_request,
    validate_json_object,
)
from counterfoil.stub import path
from pydantic import BaseModel, Field, field_validator

from tests.runtime.answers import refusal, value
from tests.serving import Server, serving


class Board(BaseModel):
    title: str
    size: int = Field(alias="boardSize")
    opened: date | None = None
    tags: list[int] = []

    @field_validator("title")
    @classmethod
    def _is_calm(cls, title: str) -> str:
        if title.isupper():
            raise ValueError("titles do not shout")
        return title


class BodyServlet(RestServlet):
    """Reads the body in the way that the path names."""

    PATTERNS = (path("/body/{way}"), path("/old/body/{way}"))

    def on_POST(self, request: Request, way: str) -> tuple[int, object]:
        if way == "value":
            return 200, {"value": parse_json_value_from_request(request)}
        if way == "empty":
            return 200, {"value": parse_json_value_from_request(request, allow_empty_body=True)}
        if way == "empty-object":
            return 200, {"value": parse_json_object_from_request(request, allow_empty_body=True)}
        content = parse_json_object_from_request(request)
        if way == "params":
            assert_params_in_dict(content, ["a", "b", "c"])
        if way == "board":
            board = validate_json_object(content, Board)
            return 200, {"value": board.model_dump(mode="json")}
        return 200, {"value": content}


class EveryServlet(RestServlet):
    """Answers every method."""

    PATTERNS = (re.compile("/every"),)

    def on_GET(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "GET"}

    def on_HEAD(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "HEAD itself"}

    def on_QUERY(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "QUERY"}

    def on_PUT(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "PUT"}

    def on_POST(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "POST"}

    def on_PATCH(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "PATCH"}

    @cancellable
    async def on_DELETE(self, request: Request) -> tuple[int, object]:
        return 200, {"method": "DELETE"}


def resource() -> JsonResource:
    made = JsonResource()
    for servlet in (BodyServlet(), EveryServlet()):
        servlet.register(made)
    return made


@pytest.fixture(scope="module")
def server(running_reactor: None) -> Iterator[Server]:
    with serving() as serve:
        yield serve(resource())


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_a125_bodies(server: Server, content_type: str) -> None:
    """A125: whatever the Content-Type says."""
    headers = {"Content-Type": content_type}
    for body in (b'{"a": [1, null]}', b"[1]", b"null", b"7", '"caf\u00e9"'.encode()):
        response = server.request("POST", "/body/value", body=body, headers=headers)
        assert value(response) == json.loads(body)
    assert value(server.request("POST", "/body/empty")) is None
    assert value(server.request("POST", "/body/empty", body=b"1")) == 1


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (b"", Codes.NOT_JSON),
        (b"secret", Codes.NOT_JSON),
        (b'"secret', Codes.NOT_JSON),
        (b'["secret", NaN]', Codes.NOT_JSON),
        (b'["secret", -Infinity]', Codes.NOT_JSON),
        (b'"secret\xff"', Codes.NOT_JSON),
        ('"secret"'.encode("utf-16"), Codes.NOT_JSON),
        (b'["secret", 1e999]', Codes.BAD_JSON),
        (b'{"secret": 1, "secret": 2}', Codes.BAD_JSON),
    ],
)
def test_a125_what_is_not_json(
    server: Server, body: bytes, errcode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A125: neither the answer nor the log holds the body; the log has its length and hash."""
    with caplog.at_level(logging.DEBUG, "counterfoil"):
        found, error = refusal(server.request("POST", "/body/value", body=body))
    assert found == errcode
    assert error.startswith("body: Content not ")
    assert "secret" not in error + caplog.text
    assert f"body of {len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}" in caplog.text


def test_a126_objects(server: Server) -> None:
    """A126."""
    assert value(server.request("POST", "/body/object", body=b'{"a": 1}')) == {"a": 1}
    assert value(server.request("POST", "/body/empty-object")) == {}
    assert value(server.request("POST", "/old/body/empty-object", body=b"{}")) == {}
    for body in (b"[]", b"1", b'"a"', b"true", b"null"):
        assert refusal(server.request("POST", "/body/object", body=body)) == (
            Codes.BAD_JSON,
            "body: Content must be a JSON object.",
        )
    errcode, _ = refusal(server.request("POST", "/body/object"))
    assert errcode == Codes.NOT_JSON


def test_a127_models(server: Server) -> None:
    """A127: by the names of the wire, as JSON spells them."""
    body = {"title": "Lobby", "boardSize": 3, "opened": "2026-01-02"}
    assert value(server.request("POST", "/body/board", json=body)) == {
        "title": "Lobby",
        "size": 3,
        "opened": "2026-01-02",
        "tags": [],
    }


@pytest.mark.parametrize(
    ("body", "errcode", "error"),
    [
        ({"boardSize": 3}, Codes.MISSING_PARAM, "body.title: Field required"),
        (
            {"title": "LOUD", "boardSize": 3},
            Codes.INVALID_PARAM,
            "body.title: Value error, titles do not shout",
        ),
        (
            {"title": "a", "boardSize": "3"},
            Codes.BAD_JSON,
            "body.boardSize: Input should be a valid integer",
        ),
        ({"title": "a", "size": 3}, Codes.MISSING_PARAM, "body.boardSize: Field required"),
        (
            {"title": "LOUD"},
            Codes.BAD_JSON,
            "body.title: Value error, titles do not shout; body.boardSize: Field required",
        ),
    ],
)
def test_a127_what_does_not_fit_a_model(
    server: Server, body: object, errcode: str, error: str
) -> None:
    """A127."""
    assert refusal(server.request("POST", "/body/board", json=body)) == (errcode, error)


def test_a127_b59_many_faults_make_a_short_answer(server: Server) -> None:
    """A127, B59: at most 20 of them, in less than 2 KiB, and nothing of the input."""
    body = {"title": "a", "boardSize": 1, "tags": ["secret"] * 20_000}
    errcode, error = refusal(server.request("POST", "/body/board", json=body))
    assert errcode == Codes.BAD_JSON
    assert error.count("body.tags.") == 20
    assert error.endswith("and 19980 more")
    assert "secret" not in error


def test_a128_members_that_must_be_there(server: Server) -> None:
    """A128: every one that is missing is named."""
    assert value(server.request("POST", "/body/params", json={"a": 1, "b": None, "c": ""})) == {
        "a": 1,
        "b": None,
        "c": "",
    }
    assert refusal(server.request("POST", "/body/params", json={"b": 1})) == (
        Codes.MISSING_PARAM,
        "body.a: Field required; body.c: Field required",
    )


@pytest.mark.parametrize("method", ["GET", "QUERY", "PUT", "POST", "PATCH", "DELETE"])
def test_a129_every_method_is_registered(server: Server, method: str) -> None:
    """A129."""
    assert server.request(method, "/every").json() == {"method": method}


def test_a129_head_is_registered_too(server: Server) -> None:
    """A47, A129."""
    length = server.request("HEAD", "/every").headers["content-length"]
    assert length == str(len(b'{"method":"HEAD itself"}'))


def test_a129_only_the_methods_that_there_are(server: Server) -> None:
    """A129."""
    response = server.request("PUT", "/body/value")
    assert response.status == 405
    assert response.headers["allow"] == "OPTIONS, POST"


class Registered:
    """Notes what is registered."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, Iterable[re.Pattern[str]], object, str]] = []

    def register_paths(
        self,
        method: str,
        path_patterns: Iterable[re.Pattern[str]],
        callback: object,
        servlet_classname: str,
    ) -> None:
        self.routes.append((method, path_patterns, callback, servlet_classname))


def test_a119_a129_what_a_host_is_told() -> None:
    """A119, A129: the patterns, the name of the class, and a callback that bears its marks."""
    host = Registered()
    EveryServlet().register(host)
    assert {name for _, _, _, name in host.routes} == {"EveryServlet"}
    assert [method for method, _, callback, _ in host.routes if is_cancellable(callback)] == [
        "DELETE"
    ]


def test_a129_a_servlet_without_patterns_or_methods_is_refused_at_the_start() -> None:
    """A129."""

    class Nowhere(RestServlet):
        def on_GET(self, request: Request) -> tuple[int, object]:
            return 200, {}

    class Empty(RestServlet):
        PATTERNS = (re.compile("/empty"),)

    host = Registered()
    with pytest.raises(TypeError, match="Nowhere has no PATTERNS"):
        Nowhere().register(host)
    with pytest.raises(TypeError, match="Empty has no method"):
        Empty().register(host)
    assert not host.routes
