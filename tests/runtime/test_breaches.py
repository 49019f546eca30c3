"""What is said of an answer that breaks the spec, part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
from counterfoil import Binary, Created, Event, Ok, Reply, Successful, cookie
from counterfoil._errors import StatusError
from counterfoil._servlets.representations import Representation
from counterfoil._validation.breaches import SchemaCheck
from counterfoil._validation.checks import OperationCheck
from counterfoil._validation.described import DescribedOperation, DescribedResponse, Schema
from counterfoil._validation.headers import readings
from twisted.web.server import Request
from twisted.web.test.requesthelper import DummyChannel

JSON = "application/json"


def said(schema: dict[str, Schema], value: object) -> list[str]:
    whole: dict[str, Schema] = {"$ref": "#/$defs/S", "$defs": {"S": schema}}
    return list(SchemaCheck(whole).breaches(value, "$"))


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ({"type": "string"}, None, '$: type: expected ["string"], found null'),
        ({"type": "string"}, True, '$: type: expected ["string"], found a boolean'),
        ({"type": "string"}, 1, '$: type: expected ["string"], found an integer'),
        ({"type": "string"}, 1.5, '$: type: expected ["string"], found a number'),
        ({"required": ["a"]}, {}, '$: required: it lacks "a"'),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, '$: required: it lacks "b"'),
        (
            {"additionalProperties": False},
            {"a": 1},
            "$: additionalProperties: its schema allows none, found an integer",
        ),
        (
            {"properties": {"b": True}, "additionalProperties": False},
            {"a": 1},
            '$: additionalProperties: its schema does not allow ["a"]',
        ),
        (
            {"properties": {"a": False}},
            {"a": 1},
            "$.a: it is not to be sent: it is writeOnly, or its schema allows no value",
        ),
        (
            {"unevaluatedProperties": False},
            {"a": 1},
            '$: unevaluatedProperties: its schema does not allow ["a"]',
        ),
        (
            {"anyOf": [False, False]},
            [1],
            "$: anyOf: an array of 1 items fits none of the alternatives",
        ),
        (
            {"oneOf": [True, True]},
            {},
            "$: oneOf: an object of 0 properties fits more than one of the alternatives",
        ),
        (
            {"propertyNames": {"maxLength": 1}},
            {"secret": 1},
            "$: propertyNames: an object of 1 properties has a name that its schema does not allow",
        ),
        (
            {"contains": {"const": 1}},
            [],
            "$: contains: an array of 0 items lacks items that its schema asks for, "
            "or has too many",
        ),
        (
            {"const": "x" * 200},
            "y",
            f'$: const: expected "{"x" * 76}..., found a string of 1 characters',
        ),
        ({"maxLength": 1}, "\ud800", "$: JSON cannot hold it"),
        (
            {"items": {"properties": {"a b": {"minimum": 2}}}},
            [{"a b": 1}],
            '$[0]["a b"]: minimum: expected 2, found an integer',
        ),
        (
            {"additionalProperties": {"type": "null"}},
            {"k" * 100: 1},
            f'$["{"k" * 36}...]: type: expected ["null"], found an integer',
        ),
    ],
)
def test_what_is_expected_is_told(schema: dict[str, Schema], value: object, text: str) -> None:
    assert said(schema, value) == [text]


def test_no_more_than_ten_are_told() -> None:
    assert len(said({"items": {"type": "string"}}, list(range(100)))) == 10


def test_nothing_is_fetched() -> None:
    with pytest.raises(ValueError, match="localhost"):
        SchemaCheck({"$ref": "#/$defs/S", "$defs": {"S": {"$ref": "http://localhost/schema"}}})


@pytest.mark.parametrize(
    ("text", "header", "among"),
    [
        ("1", {}, 1),
        ("NaN", {}, "NaN"),
        ("1, 2", {}, [1, 2]),
        ("", {}, []),
        ("a,1,b,2", {}, {"a": 1, "b": 2}),
        ("a=1,b=x", {"explode": True}, {"a": 1, "b": "x"}),
        ('{"a":[1]}', {"json": True}, {"a": [1]}),
    ],
)
def test_a_header_is_read_by_its_style(
    text: str, header: Mapping[str, bool], among: object
) -> None:
    found = list(
        readings(text, {"json": header.get("json", False), "explode": header.get("explode", False)})
    )
    assert among in found


def test_a_header_that_is_no_json_is_none() -> None:
    assert list(readings("{", {"json": True})) == list(readings("NaN", {"json": True})) == []


async def pieces() -> AsyncIterator[bytes]:
    yield b""


class Default(StatusError[None]):
    """Without content."""


CHECK = OperationCheck(
    DescribedOperation(
        "op",
        {
            "200": {"content": {JSON: {"value": "S"}}},
            "201": {"content": {"application/jsonl": {"items": "S"}}},
            "202": {},
            "203": {"content": {"text/csv": {"value": None}}},
            "206": DescribedResponse(
                headers={
                    "Set-Cookie": {"required": True, "schema": None},
                    "Cache-Control": {"required": True},
                }
            ),
        },
        {"S": {"type": "array"}},
    )
)


@pytest.mark.parametrize(
    ("reply", "media_type", "breaches"),
    [
        (Ok([1]), JSON, []),
        (Ok(b"[]"), JSON, ["a bytes is not sent as application/json"]),
        (Ok("text"), "text/csv", ["a text/csv"]),
        (Created(b"[]"), "application/jsonl", ["a bytes is not sent as application/jsonl"]),
        (Created(pieces()), "application/jsonl", []),
        (Successful(202, 1), JSON, ["it has content: a 202 is declared without"]),
        (Successful(202), JSON, []),
        (Successful(203, 1), "text/csv", ["a int is not sent as text/csv"]),
        (Successful(203, "a,b"), "text/csv", []),
        (
            Successful(207),
            JSON,
            ["the status 207 is not declared: expected 200, 201, 202, 203, 206"],
        ),
    ],
)
def test_replies(reply: Reply[object], media_type: str, breaches: list[str]) -> None:
    if breaches == ["a text/csv"]:
        breaches = ["the media type text/csv is not declared: expected application/json"]
    request = Request(DummyChannel(), False)
    assert list(CHECK.reply(request, reply, Representation(media_type))) == breaches


def test_a_cookie_is_a_header() -> None:
    request = Request(DummyChannel(), False)
    form = Representation(JSON)
    assert list(CHECK.reply(request, Successful(206), form)) == [
        "header Set-Cookie: it is required, and is not sent"
    ]
    request.cookies.append(cookie("a", "b"))
    assert list(CHECK.reply(request, Successful(206), form)) == []


def test_errors() -> None:
    request = Request(DummyChannel(), False)
    assert list(CHECK.error(request, Default(404))) == [
        "the status 404 is not declared: expected 200, 201, 202, 203, 206"
    ]


def test_items_that_nothing_is_said_of_are_left_alone() -> None:
    def never(status: int, breaches: list[str]) -> None:
        raise AssertionError(breaches)

    given: Binary = pieces()
    assert not isinstance(given, bytes)
    for status in (203, 207):
        assert CHECK.items(status, given, Representation("text/csv"), never) is given


def test_an_event_without_data_is_held_too() -> None:
    assert Event(None, id="1").data is None
