"""Query parameters for servlets that are written by hand, on real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TypeAlias, assert_type

import pytest
from counterfoil import Codes, JsonResource, Request
from counterfoil.servlet import (
    RestServlet,
    parse_boolean,
    parse_bytes_from_args,
    parse_enum,
    parse_integer,
    parse_json,
    parse_string,
    parse_strings_from_args,
)
from counterfoil.stub import path
from twisted.web.server import Site as TwistedSite

from tests.runtime.answers import refusal, value
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


def resource() -> JsonResource:
    made = JsonResource()
    ParserServlet().register(made)
    return made


@pytest.fixture(scope="module")
def server(running_reactor: None) -> Iterator[Server]:
    with serving() as serve:
        yield serve(resource())


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
