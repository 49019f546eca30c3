"""From requests to input classes: every kind of parameter, every kind of fault."""

from __future__ import annotations

import enum
import time
from typing import Annotated, Literal
from uuid import UUID

import pytest
from counterfoil import InvalidRequestError, JsonResource
from counterfoil.stub import Absent, Body, Cookie, Header, Model, Path, Query, Request, path, read
from counterfoil.testing import Response, TestClient
from pydantic import Field, RootModel


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Page(RootModel[int]):
    """A named integer."""


class Tags(RootModel[list[str]]):
    """A named list."""


class Item(Model):
    name: Annotated[str, Field(alias="itemName")]
    size: Absent[Annotated[int, Field(ge=1)]] = None
    note: str | None = None


class Square(Model):
    kind: Literal["square"]


class Circle(Model):
    kind: Literal["circle"]


class Sender:
    """Sends requests to an operation that answers with the attributes it was given."""

    def __init__(self, inputs: type[object], template: str = "/x") -> None:
        self._inputs = inputs
        resource = JsonResource()
        resource.register_paths("POST", [path(template)], self._answer, "test")
        self._client = TestClient(resource)

    def _answer(self, request: Request, **path: str) -> tuple[int, object]:
        given = read(request, self._inputs, path)
        names = self._inputs.__annotations__
        return 200, {name: repr(getattr(given, name)) for name in names}

    def send(
        self,
        target: str = "/x",
        *,
        json: object = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Response:
        return self._client.post(target, json=json, body=body, headers=headers)

    def given(
        self,
        target: str = "/x",
        *,
        json: object = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> object:
        """What arrives, if all is well."""
        response = self.send(target, json=json, body=body, headers=headers)
        assert response.status == 200, response.body
        return response.json()

    def refused(
        self,
        target: str = "/x",
        *,
        json: object = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> tuple[object, str]:
        """The code and the text of a refusal."""
        response = self.send(target, json=json, body=body, headers=headers)
        assert response.status == 400, response.body
        value = response.json()
        assert isinstance(value, dict)
        assert set(value) == {"errcode", "error"}
        return value["errcode"], str(value["error"])


class Scalars:
    integer: Annotated[int, Query(), Field(ge=-5)] = 0
    number: Annotated[float, Query()] = 0.0
    flag: Annotated[bool, Query()] = False
    text: Annotated[str | None, Query("from"), Field(max_length=5)] = None
    colour: Annotated[Colour, Query()] = Colour.RED
    level: Annotated[Level | None, Query()] = None
    choice: Annotated[Literal[1, 2], Query()] = 1
    word: Annotated[Literal["a", "b"], Query()] = "a"
    page: Annotated[Page | None, Query()] = None
    key: Annotated[UUID | None, Query()] = None
    either: Annotated[int | str, Query()] = ""
    bounded: Annotated[Annotated[int, Field(le=9)] | None, Query()] = None


SCALARS = Sender(Scalars)


@pytest.mark.parametrize(
    ("query", "name", "want"),
    [
        ("integer=-5", "integer", "-5"),
        ("integer=007", "integer", "7"),
        ("number=1", "number", "1.0"),
        ("number=-1.5e3", "number", "-1500.0"),
        ("flag=true", "flag", "True"),
        ("flag=false", "flag", "False"),
        ("from=a%26b", "text", "'a&b'"),
        ("from=a+b", "text", "'a b'"),
        ("from=a%2Bb", "text", "'a+b'"),
        ("from=", "text", "''"),
        ("from", "text", "''"),
        ("%66rom=x", "text", "'x'"),
        ("from=%00", "text", r"'\x00'"),
        ("colour=blue", "colour", "<Colour.BLUE: 'blue'>"),
        ("level=2", "level", "<Level.HIGH: 2>"),
        ("choice=2", "choice", "2"),
        ("word=b", "word", "'b'"),
        ("page=3", "page", "Page(root=3)"),
        ("key=12345678-1234-5678-1234-567812345678", "key", None),
        ("either=5", "either", "5"),
        ("either=five", "either", "'five'"),
        ("bounded=9", "bounded", "9"),
        ("text=wrong+name", "text", "None"),
        ("unknown=%zz", "integer", "0"),
        ("%zz=1", "integer", "0"),
    ],
)
def test_scalars(query: str, name: str, want: str | None) -> None:
    given = SCALARS.given(f"/x?{query}")
    assert isinstance(given, dict)
    assert given[name] == want or want is None


@pytest.mark.parametrize(
    "query",
    [
        *(f"integer={text}" for text in ("+1", "%201", "1_0", "1.0", "0x1", "", "-6", "9" * 20)),
        *(f"integer={text}" for text in ("true", "null", "%D9%A1", "1%0A")),
        *(f"number={text}" for text in ("nan", "inf", "-Infinity", "1e999", "1_0", "%201", "")),
        *(f"flag={text}" for text in ("1", "yes", "True", "", "on")),
        *(f"from={text}" for text in ("123456", "%", "%zz", "%FF")),
        "colour=green",
        "level=3",
        "level=+2",
        "choice=+2",
        "choice=3",
        "word=c",
        "page=+3",
        "key=1234",
        "bounded=10",
    ],
)
def test_a120_to_a122_scalars_that_are_refused(query: str) -> None:
    errcode, text = SCALARS.refused(f"/x?{query}")
    assert errcode == "M_INVALID_PARAM"
    assert text.startswith(f"query.{query.partition('=')[0]}: Input ") or "String should" in text
    assert ";" not in text


def test_a_repeated_scalar_is_refused() -> None:
    for query in ("integer=1&integer=1", "integer=1&%69nteger=2"):
        assert SCALARS.refused(f"/x?{query}") == (
            "M_INVALID_PARAM",
            "query.integer: Input must be given once",
        )


def test_a130_too_many_parameters() -> None:
    query = "&".join(["integer=1"] * 257)
    assert SCALARS.refused(f"/x?{query}") == (
        "M_INVALID_PARAM",
        "the query string has more than 256 parameters",
    )


class Lists:
    words: Annotated[list[str], Query()]
    sizes: Annotated[list[int], Query(explode=False), Field(max_length=3)]
    tags: Annotated[Tags | None, Query()] = None
    gaps: Annotated[list[int | None] | None, Query()] = None
    flags: Annotated[list[bool] | None, Header("X-Flags")] = None


Lists.sizes = [1]


def test_a123_lists_keep_their_order() -> None:
    given = Sender(Lists).given("/x?words=b&words=a%2Cc&words=&tags=1&tags=2&sizes=3,4,5&gaps=6")
    assert given == {
        "words": "['b', 'a,c', '']",
        "sizes": "[3, 4, 5]",
        "tags": "Tags(root=['1', '2'])",
        "gaps": "[6]",
        "flags": "None",
    }


def test_lists_in_headers() -> None:
    given = Sender(Lists).given("/x?words=a", headers={"X-Flags": "true , false"})
    assert isinstance(given, dict)
    assert given["flags"] == "[True, False]"


def test_faults_in_lists_have_their_place() -> None:
    assert Sender(Lists).refused("/x?words=a&sizes=1,x,3") == (
        "M_INVALID_PARAM",
        "query.sizes.1: Input should be an integer",
    )
    assert Sender(Lists).refused("/x?words=a&sizes=1,2,3,4")[0] == "M_INVALID_PARAM"


def test_the_default_of_a_list_is_not_shared() -> None:
    resource = JsonResource()

    def spoil(request: Request) -> tuple[int, object]:
        given = read(request, Lists, {})
        given.sizes.append(2)
        return 200, given.sizes

    resource.register_paths("GET", [path("/x")], spoil, "spoil")
    client = TestClient(resource)
    assert [client.get("/x?words=a").json() for _ in range(2)] == [[1, 2], [1, 2]]
    assert Lists.sizes == [1]


class Elsewhere:
    board: Annotated[int, Path("boardId")]
    ids: Annotated[list[int], Path()]
    agent: Annotated[str | None, Header("X-Agent")] = None
    limit: Annotated[int, Header("X-Limit")] = 5
    session: Annotated[str | None, Cookie("sid")] = None


ELSEWHERE = Sender(Elsewhere, "/{board}/{ids}")


def test_paths_headers_and_cookies() -> None:
    headers = {"x-agent": "caf\u00c3\u00a9", "X-LIMIT": "7", "Cookie": "a=b; sid=s%20=1"}
    assert ELSEWHERE.given("/3/4,5", headers=headers) == {
        "board": "3",
        "ids": "[4, 5]",
        "agent": "'caf\u00e9'",
        "limit": "7",
        "session": "'s%20=1'",
    }


def test_every_fault_is_reported_with_its_place() -> None:
    headers = {"X-Agent": "\xff", "X-Limit": "many", "Cookie": "sid=\xff"}
    assert ELSEWHERE.refused("/x/4,y", headers=headers) == (
        "M_INVALID_PARAM",
        "header.X-Agent: Input is not UTF-8; cookie.sid: Input is not UTF-8; "
        "path.boardId: Input should be an integer; path.ids.1: Input should be an integer; "
        "header.X-Limit: Input should be an integer",
    )


class Required:
    one: Annotated[str, Query()]
    two: Annotated[int, Header("X-Two")]
    item: Annotated[Item, Body()]


REQUIRED = Sender(Required)
FULL = {"json": {"itemName": "n"}, "headers": {"X-Two": "2"}}


def test_a128_what_is_missing_is_named() -> None:
    assert REQUIRED.refused(json={}) == (
        "M_MISSING_PARAM",
        "query.one: Field required; header.X-Two: Field required; body.itemName: Field required",
    )


def test_a_parameter_that_cannot_be_decoded_is_not_missing_too() -> None:
    errcode, text = REQUIRED.refused("/x?one=%FF", json={"itemName": "n"}, headers={"X-Two": "2"})
    assert (errcode, text) == ("M_INVALID_PARAM", "query.one: Input is not UTF-8")


class JsonBody:
    item: Annotated[Item | Tags, Body("application/scim+json; charset=utf-8")]


class OptionalBody:
    item: Annotated[Item | None, Body()] = None


class Shapes:
    shape: Annotated[Square | Circle, Body(), Field(discriminator="kind")]


class RawBody:
    data: Annotated[bytes, Body("image/png")]


class OptionalRawBody:
    data: Annotated[bytes | None, Body("image/png")] = None


@pytest.mark.parametrize(
    ("body", "errcode", "text"),
    [
        (b"", "M_NOT_JSON", "body: Content not JSON: it is empty."),
        (b"{", "M_NOT_JSON", "body: Content not JSON: Expecting property name"),
        (b"[NaN]", "M_NOT_JSON", "body: Content not JSON: NaN and Infinity are not JSON."),
        (b"\xff", "M_NOT_JSON", "body: Content not JSON: it is not UTF-8."),
        (b'{"a":1,"a":2}', "M_BAD_JSON", "body: Content not acceptable: an object has a key twice"),
        (b"[1e999]", "M_BAD_JSON", "body: Content not acceptable: a number is out of range."),
        (b"[]", "M_BAD_JSON", "body: Input should be an object"),
        (b"null", "M_BAD_JSON", "body: Input should be an object"),
        (b"{}", "M_MISSING_PARAM", "body.itemName: Field required"),
        (b'{"name": "n"}', "M_MISSING_PARAM", "body.itemName: Field required"),
        (b'{"itemName": 1}', "M_BAD_JSON", "body.itemName: Input should be a valid string"),
        (b'{"itemName": "n", "size": "1"}', "M_BAD_JSON", "body.size: Input should be a valid int"),
        (b'{"itemName": "n", "size": null}', "M_BAD_JSON", "body.size: Input should be a valid"),
        (b'{"itemName": "n", "size": 0}', "M_BAD_JSON", "body.size: Input should be greater than"),
    ],
)
def test_a125_a126_a127_bodies_that_are_refused(body: bytes, errcode: str, text: str) -> None:
    found = Sender(OptionalItem).refused(body=body) if body else Sender(NeededItem).refused()
    assert found[0] == errcode
    assert found[1].startswith(text)


class NeededItem:
    item: Annotated[Item, Body()]


class OptionalItem:
    item: Annotated[Item, Body()] = Item(name="default")


def test_bodies() -> None:
    body = {"itemName": "n", "note": None}
    want = {"item": "Item(name='n', size=None, note=None)"}
    assert Sender(NeededItem).given(json=body) == want
    assert Sender(JsonBody).given(json=body) == want
    assert Sender(JsonBody).given(json=["a"]) == {"item": "Tags(root=['a'])"}
    assert Sender(OptionalBody).given() == {"item": "None"}
    assert Sender(OptionalBody).given(json=body) == want
    assert Sender(RawBody).given(body=b"{\xff") == {"data": r"b'{\xff'"}
    assert Sender(RawBody).given() == {"data": "b''"}
    assert Sender(OptionalRawBody).given() == {"data": "None"}
    assert Sender(OptionalRawBody).given(body=b"x") == {"data": "b'x'"}
    assert Sender(Shapes).given(json={"kind": "circle"}) == {"shape": "Circle(kind='circle')"}


def test_no_fault_quotes_what_was_sent() -> None:
    errcode, text = Sender(Shapes).refused(json={"kind": "SECRET"})
    assert errcode == "M_BAD_JSON"
    assert "SECRET" not in text
    assert "'square', 'circle'" in text


class Many:
    items: Annotated[dict[str, list[int]], Body()]


def test_b59_a_refusal_is_short_whatever_was_sent() -> None:
    began = time.perf_counter()
    errcode, text = Sender(Many).refused(json={"k\n\u00e9" * 100: ["x"] * 20_000})
    assert time.perf_counter() - began < 2
    assert errcode == "M_BAD_JSON"
    assert len(text.encode()) < 2048
    assert text.isprintable()
    listed = text.split("; ")
    assert len(listed) <= 21
    assert listed[-1] == f"and {20_000 - len(listed) + 1} more"


class Shadowing:
    """Attributes may be called like the types and modules that annotations name."""

    str: Annotated[str, Query()] = ""
    list: Annotated[list[int] | None, Query()] = None
    Query: Annotated[int, Query()] = 0


def test_attributes_do_not_hide_types() -> None:
    assert Sender(Shadowing).given("/x?str=a&list=1&Query=2") == {
        "str": "'a'",
        "list": "[1]",
        "Query": "2",
    }


class Unmarked:
    x: int


def test_a_class_that_is_no_input_class() -> None:
    with pytest.raises(TypeError, match=r"Unmarked\.x does not say where it comes from"):
        read(_request(), Unmarked, {})


class Nothing:
    """Takes nothing."""


def test_an_operation_without_input() -> None:
    assert Sender(Nothing).given() == {}


class OnlyPath:
    x: Annotated[str, Path()]


def test_a41_a_group_that_took_no_part_is_missing() -> None:
    with pytest.raises(InvalidRequestError, match=r"path\.x: Field required"):
        read(_request(), OnlyPath, {})


def _request() -> Request:
    """A request, as a callback gets it."""
    caught: list[Request] = []

    def catch(request: Request) -> tuple[int, object]:
        caught.append(request)
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], catch, "catch")
    TestClient(resource).get("/")
    return caught[0]
