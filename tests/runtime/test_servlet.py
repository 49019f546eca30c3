"""The helpers for servlets that are written by hand, on real sockets."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import Enum
from typing import TypeAlias, assert_type

import pytest
from counterfoil import Codes, JsonResource, Request, cancellable, is_cancellable
from counterfoil.servlet import (
    RestServlet,
    assert_params_in_dict,
    parse_boolean,
    parse_bytes_from_args,
    parse_enum,
    parse_integer,
    parse_json,
    parse_json_object_from_request,
    parse_json_value_from_request,
    parse_string,
    parse_strings_from_args,
    validate_json_object,
)
from counterfoil.stub import path
from counterfoil.testing import Response
from pydantic import BaseModel, Field, field_validator
from twisted.web.server import Site as TwistedSite

from tests.serving import Connection, Server, in_reactor, reactor, serving

Parse: TypeAlias = Callable[[Request], object]


class Order(Enum):
    NEW = "new"
    OLD = "caf\u00e9"


PARSERS: dict[str, Parse] = {
    "integer": lambda request: parse_integer(request, "x"),
    "integer-default": lambda request: parse_integer(request, "x", 7),
    "integer-required": lambda request: parse_integer(request, "x", required=True),
    "integer-negative": lambda request: parse_integer(request, "x", negative=True),
    "boolean": lambda request: parse_boolean(request, "x"),
    "boolean-default": lambda request: parse_boolean(request, "x", default=True),
    "boolean-required": lambda request: parse_boolean(request, "x", required=True),
    "string": lambda request: parse_string(request, "x"),
    "string-default": lambda request: parse_string(request, "x", "d"),
    "string-required": lambda request: parse_string(request, "x", required=True),
    "string-allowed": lambda request: parse_string(request, "x", allowed_values=["a", "b"]),
    "string-utf-8": lambda request: parse_string(request, "x", encoding="utf-8"),
    "string-latin-1": lambda request: parse_string(request, "x", encoding="latin-1"),
    "string-name": lambda request: parse_string(request, "a b\u00e9"),
    "enum": lambda request: show(parse_enum(request, "x", Order)),
    "enum-default": lambda request: show(parse_enum(request, "x", Order, Order.OLD)),
    "enum-required": lambda request: show(parse_enum(request, "x", Order, required=True)),
    "strings": lambda request: parse_strings_from_args(args(request), "x"),
    "strings-default": lambda request: parse_strings_from_args(args(request), "x", ("d",)),
    "strings-required": lambda request: parse_strings_from_args(args(request), "x", required=True),
    "strings-allowed": lambda request: parse_strings_from_args(
        args(request), "x", allowed_values=["a", "b"]
    ),
    "bytes": lambda request: hexed(parse_bytes_from_args(args(request), "x")),
    "bytes-default": lambda request: hexed(parse_bytes_from_args(args(request), "x", b"d")),
    "bytes-required": lambda request: hexed(
        parse_bytes_from_args(args(request), "x", required=True)
    ),
    "json": lambda request: parse_json(request, "x"),
    "json-default": lambda request: parse_json(request, "x", {"d": 1}),
    "json-required": lambda request: parse_json(request, "x", required=True),
}


def args(request: Request) -> dict[bytes, list[bytes]]:
    found = request.args
    assert found is not None
    return found


def show(member: Order | None) -> str | None:
    return None if member is None else member.name


def hexed(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


class ParserServlet(RestServlet):
    """Reads the parameter by the parser that the path names."""

    PATTERNS = (path("/parse/{parser}"),)

    def on_GET(self, request: Request, parser: str) -> tuple[int, object]:
        return 200, {"value": PARSERS[parser](request)}


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
    for servlet in (ParserServlet(), BodyServlet(), EveryServlet()):
        servlet.register(made)
    return made


@pytest.fixture(scope="module")
def server(running_reactor: None) -> Iterator[Server]:
    with serving() as serve:
        yield serve(resource())


def value(response: Response) -> object:
    assert response.status == 200, response.body
    answer = response.json()
    assert isinstance(answer, dict)
    return answer["value"]


def refusal(response: Response) -> tuple[object, str]:
    """The errcode and the message of a 400."""
    assert response.status == 400, response.body
    answer = response.json()
    assert isinstance(answer, dict)
    assert set(answer) == {"errcode", "error"}
    assert len(response.body) < 2048
    return answer["errcode"], str(answer["error"])


INTEGER_REFUSED = [
    "",
    "+1",
    "%201",
    "1%20",
    "1_0",
    "+",
    "-",
    "--1",
    "1.0",
    "1e3",
    "0x1",
    "%D9%A1",
    "a",
]


@pytest.mark.parametrize(
    ("parser", "query", "wanted"),
    [
        ("integer", "", None),
        ("integer", "?y=1", None),
        ("integer", "?x=0", 0),
        ("integer", "?x=-0", 0),
        ("integer", "?x=007", 7),
        ("integer", "?x=%31%32", 12),
        ("integer", "?%78=5", 5),
        ("integer", "?x=1&x=a", 1),
        ("integer", "?x=9999999999999999999", 9999999999999999999),
        ("integer-default", "", 7),
        ("integer-default", "?x=8", 8),
        ("integer-required", "?x=8", 8),
        ("integer-negative", "?x=-8", -8),
    ],
)
def test_a120_integers(server: Server, parser: str, query: str, wanted: object) -> None:
    """A120."""
    assert value(server.get(f"/parse/{parser}{query}")) == wanted


@pytest.mark.parametrize("text", [*INTEGER_REFUSED, "-1", "1" * 20, "%", "%zz"])
@pytest.mark.parametrize("parser", ["integer", "integer-default", "integer-required"])
def test_a120_what_is_no_integer(server: Server, parser: str, text: str) -> None:
    """A120: no spaces, signs or separators, as Python would take them, and no negative ones."""
    errcode, error = refusal(server.get(f"/parse/{parser}?x={text}"))
    assert errcode == Codes.INVALID_PARAM
    assert error.startswith("query.x: Input ")


@pytest.mark.parametrize("parser", [name for name in PARSERS if name.endswith("-required")])
def test_a120_to_a124_what_is_required(server: Server, parser: str) -> None:
    """A120, A121, A122, A123, A124."""
    assert refusal(server.get(f"/parse/{parser}?y=1")) == (
        Codes.MISSING_PARAM,
        "query.x: Field required",
    )


@pytest.mark.parametrize(
    ("parser", "query", "wanted"),
    [
        ("boolean", "", None),
        ("boolean", "?x=true", True),
        ("boolean", "?x=false", False),
        ("boolean", "?x=%74rue", True),
        ("boolean-default", "", True),
        ("boolean-default", "?x=false", False),
        ("boolean-required", "?x=false", False),
    ],
)
def test_a121_booleans(server: Server, parser: str, query: str, wanted: object) -> None:
    """A121."""
    assert value(server.get(f"/parse/{parser}{query}")) is wanted


@pytest.mark.parametrize(
    "text", ["", "True", "TRUE", "1", "0", "yes", "on", "true%20", "%00", "%FF"]
)
def test_a121_what_is_no_boolean(server: Server, text: str) -> None:
    """A121."""
    assert refusal(server.get(f"/parse/boolean-default?x={text}")) == (
        Codes.INVALID_PARAM,
        "query.x: Input should be 'true' or 'false'",
    )


@pytest.mark.parametrize(
    ("parser", "query", "wanted"),
    [
        ("string", "", None),
        ("string", "?x", ""),
        ("string", "?x=a", "a"),
        ("string", "?x=a&x=b", "a"),
        ("string", "?x=a+b%2Bc%26", "a b+c&"),
        ("string", "?x=a;y=b", "a;y=b"),
        ("string", "?%zz=1&x=a", "a"),
        ("string-default", "", "d"),
        ("string-default", "?x=", ""),
        ("string-required", "?x=", ""),
        ("string-allowed", "", None),
        ("string-allowed", "?x=b", "b"),
        ("string-utf-8", "?x=caf%C3%A9", "caf\u00e9"),
        ("string-latin-1", "?x=caf%E9", "caf\u00e9"),
        ("string-name", "?a%20b%C3%A9=1", "1"),
        ("string-name", "?a+b%C3%A9=1", "1"),
        ("enum", "", None),
        ("enum", "?x=caf%C3%A9", "OLD"),
        ("enum-default", "", "OLD"),
        ("enum-default", "?x=new", "NEW"),
        ("enum-required", "?x=new", "NEW"),
    ],
)
def test_a122_strings(server: Server, parser: str, query: str, wanted: object) -> None:
    """A122: of a parameter that is given more than once, the first counts. A130: `&` parts."""
    assert value(server.get(f"/parse/{parser}{query}")) == wanted


@pytest.mark.parametrize(
    ("parser", "query", "error"),
    [
        ("string", "?x=caf%C3%A9", "Input is not ASCII"),
        ("string", "?x=%FF", "Input is not ASCII"),
        ("string", "?x=%", "Input has an incomplete percent escape"),
        ("string-utf-8", "?x=%FF", "Input is not UTF-8"),
        ("string-allowed", "?x=c", "Input should be one of a, b"),
        ("string-allowed", "?x=c&x=a", "Input should be one of a, b"),
        ("string-allowed", "?x=", "Input should be one of a, b"),
        ("enum", "?x=NEW", "Input should be one of new, caf\u00e9"),
        ("strings-allowed", "?x=a&x=c", "Input should be one of a, b"),
        ("strings", "?x=a&x=%FF", "Input is not ASCII"),
    ],
)
def test_a122_a123_what_is_refused(server: Server, parser: str, query: str, error: str) -> None:
    """A122, A123."""
    found = refusal(server.get(f"/parse/{parser}{query}"))
    assert found == (Codes.INVALID_PARAM, f"query.x: {error}")


@pytest.mark.parametrize(
    ("parser", "query", "wanted"),
    [
        ("strings", "", None),
        ("strings", "?x=b&y=c&x=a&x=b", ["b", "a", "b"]),
        ("strings-default", "", ["d"]),
        ("strings-default", "?x=a", ["a"]),
        ("strings-required", "?x=a", ["a"]),
        ("strings-allowed", "?x=b&x=a", ["b", "a"]),
        ("bytes", "", None),
        ("bytes", "?x=%FF%00&x=a", "ff00"),
        ("bytes-default", "", "64"),
        ("bytes-default", "?x=", ""),
        ("bytes-required", "?x=a", "61"),
    ],
)
def test_a123_lists_and_bytes(server: Server, parser: str, query: str, wanted: object) -> None:
    """A123: all of them, in order; bytes as they are."""
    assert value(server.get(f"/parse/{parser}{query}")) == wanted


@pytest.mark.parametrize(
    ("parser", "query", "wanted"),
    [
        ("json", "", None),
        ("json", "?x=null", None),
        ("json", "?x=%7B%22a%22:[1.5]%7D", {"a": [1.5]}),
        ("json-default", "", {"d": 1}),
        ("json-default", "?x=0", 0),
        ("json-required", "?x=%22caf%C3%A9%22", "caf\u00e9"),
    ],
)
def test_a124_json(server: Server, parser: str, query: str, wanted: object) -> None:
    """A124."""
    assert value(server.get(f"/parse/{parser}{query}")) == wanted


@pytest.mark.parametrize(
    ("text", "errcode"),
    [
        ("", Codes.NOT_JSON),
        ("secret", Codes.NOT_JSON),
        ("NaN", Codes.NOT_JSON),
        ("%FF", Codes.NOT_JSON),
        ("%22secret", Codes.NOT_JSON),
        ("1e999", Codes.BAD_JSON),
        ("%7B%22secret%22:1,%22secret%22:2%7D", Codes.BAD_JSON),
    ],
)
def test_a124_what_is_not_json(server: Server, text: str, errcode: str) -> None:
    """A124: nothing is quoted."""
    found, error = refusal(server.get(f"/parse/json?x={text}"))
    assert found == errcode
    assert error.startswith("query.x: Content not ")
    assert "secret" not in error


def test_a130_too_many_parameters(server: Server) -> None:
    """A130."""
    errcode, _ = refusal(server.get("/parse/string?" + "&".join(["x=1"] * 257)))
    assert errcode == Codes.INVALID_PARAM


def test_a130_too_many_parameters_that_another_site_lets_through(running_reactor: None) -> None:
    """A130: Twisted's own site does not count them."""
    site = TwistedSite(resource())
    listening = in_reactor(lambda: reactor.listenTCP(0, site, interface="127.0.0.1"))
    try:
        with Connection(listening.getHost().port) as connection:
            connection.request("GET", "/parse/string?" + "&".join(["x=1"] * 257))
            errcode, _ = refusal(connection.response())
    finally:
        in_reactor(listening.stopListening)
    assert errcode == Codes.INVALID_PARAM


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


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
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


def check_types(request: Request) -> None:
    """A120 to A123: what a type checker knows; mypy reads this, nobody calls it."""
    assert_type(parse_integer(request, "x"), int | None)
    assert_type(parse_integer(request, "x", 1), int)
    assert_type(parse_integer(request, "x", required=True), int)
    assert_type(parse_boolean(request, "x"), bool | None)
    assert_type(parse_boolean(request, "x", default=False), bool)
    assert_type(parse_boolean(request, "x", required=True), bool)
    assert_type(parse_string(request, "x"), str | None)
    assert_type(parse_string(request, "x", "a"), str)
    assert_type(parse_string(request, "x", required=True), str)
    assert_type(parse_enum(request, "x", Order), Order | None)
    assert_type(parse_enum(request, "x", Order, Order.NEW), Order)
    assert_type(parse_enum(request, "x", Order, required=True), Order)
    assert_type(parse_strings_from_args({}, "x"), list[str] | None)
    assert_type(parse_strings_from_args({}, "x", []), list[str])
    assert_type(parse_strings_from_args({}, "x", required=True), list[str])
    assert_type(parse_bytes_from_args({}, "x"), bytes | None)
    assert_type(parse_bytes_from_args({}, "x", b""), bytes)
    assert_type(parse_bytes_from_args({}, "x", required=True), bytes)
