"""The styles of parameters, in all places, and what cannot be read in them."""

from __future__ import annotations

import enum
from typing import Annotated, Literal

import pytest
from counterfoil.stub import Absent, Cookie, Header, Model, Path, Query
from pydantic import ConfigDict, Field, RootModel

from tests.runtime.test_reading import Sender


class Mixed(enum.Enum):
    ONE = 1
    WORD = "a"
    YES = True


class Inner(Model):
    size: Absent[Annotated[int, Field(ge=1)]] = None
    deep: Absent[dict[str, bool]] = None


class Filter(Model):
    model_config = ConfigDict(extra="forbid")

    r: Annotated[int, Field(alias="R")]
    g: Absent[float] = None
    tags: list[str] = Field(default=[])
    inner: Inner | None = None
    kids: list[Filter] | None = None


class Colour(Model):
    r: Annotated[int, Field(alias="R")]
    g: int = 0


class Sizes(RootModel[list[int]]):
    """A named list."""


class InQuery:
    form: Annotated[list[str] | None, Query()] = None
    joined: Annotated[list[str] | None, Query(explode=False)] = None
    spaced: Annotated[list[str] | None, Query(style="spaceDelimited")] = None
    piped: Annotated[list[int] | None, Query(style="pipeDelimited")] = None
    piped_apart: Annotated[list[str] | None, Query(style="pipeDelimited", explode=True)] = None
    colour: Annotated[Colour | None, Query()] = None
    pairs: Annotated[Colour | None, Query(explode=False)] = None
    spaced_pairs: Annotated[Colour | None, Query(style="spaceDelimited")] = None
    deep: Annotated[Filter | None, Query(style="deepObject")] = None
    either: Annotated[Colour | int | None, Query(style="deepObject")] = None
    expand: Annotated[list[str] | None, Query(style="deepObject")] = None
    free: Annotated[dict[str, object] | None, Query(style="deepObject")] = None
    json: Annotated[Filter | None, Query(media_type="application/json")] = None
    mixed: Annotated[Mixed | None, Query()] = None
    literal: Annotated[Literal[1, "a"] | None, Query()] = None
    empty: Annotated[int, Query(allow_empty=True)] = 5
    word: Annotated[str | None, Query(allow_empty=True)] = None


QUERY = Sender(InQuery)


@pytest.mark.parametrize(
    ("query", "name", "want"),
    [
        ("form=a%2Cb&form=c,d", "form", "['a,b', 'c,d']"),
        ("form=", "form", "[]"),
        ("joined=a%2Cb,c", "joined", "['a,b', 'c']"),
        ("joined=", "joined", "[]"),
        ("spaced=a%20b+c", "spaced", "['a', 'b', 'c']"),
        ("piped=1|2%7C3%7c4", "piped", "[1, 2, 3, 4]"),
        ("piped_apart=a%7Cb&piped_apart=c", "piped_apart", "['a|b', 'c']"),
        ("R=100&g=5", "colour", "Colour(r=100, g=5)"),
        ("pairs=R,100,g,5", "pairs", "Colour(r=100, g=5)"),
        ("spaced_pairs=R%20100", "spaced_pairs", "Colour(r=100, g=0)"),
        ("deep[R]=1&deep%5Bg%5D=1.5", "deep", "r=1, g=1.5"),
        ("deep[R]=1&deep[tags][]=a&deep[tags][]=b", "deep", "tags=['a', 'b']"),
        ("deep[R]=1&deep[tags]=a&deep[tags]=b", "deep", "tags=['a', 'b']"),
        ("deep[R]=1&deep[tags]=", "deep", "tags=[]"),
        ("deep[R]=1&deep[inner][size]=3", "deep", "inner=Inner(size=3, deep=None)"),
        ("deep[R]=1&deep[inner][deep][x]=true", "deep", "deep={'x': True}"),
        ("deep[R]=1&deep[kids][1][R]=3&deep[kids][0][R]=2", "deep", "kids=[Filter(r=2"),
        ("either=5", "either", "5"),
        ("either[R]=5", "either", "Colour(r=5, g=0)"),
        ("expand[]=a&expand[]=b", "expand", "['a', 'b']"),
        ("expand[1]=b&expand[0]=a", "expand", "['a', 'b']"),
        ("expand=a&expand=b", "expand", "['a', 'b']"),
        ("free[a][b]=1&free[c]=2", "free", "{'a': {'b': '1'}, 'c': '2'}"),
        ("json=%7B%22R%22:1,%22tags%22:[%22a%22]%7D", "json", "Filter(r=1, g=None, tags=['a']"),
        ("mixed=1", "mixed", "Mixed.ONE"),
        ("mixed=a", "mixed", "Mixed.WORD"),
        ("literal=1", "literal", "1"),
        ("literal=a", "literal", "'a'"),
        ("empty=", "empty", "5"),
        ("empty", "empty", "5"),
        ("empty=7", "empty", "7"),
        ("word=", "word", "''"),
    ],
)
def test_in_the_query(query: str, name: str, want: str) -> None:
    given = QUERY.given(f"/x?{query}")
    assert isinstance(given, dict)
    assert want in given[name]


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("joined=a&joined=b", "query.joined: Input must be given once"),
        ("joined=a,%zz", "query.joined: Input has an incomplete percent escape"),
        ("form=%FF", "query.form: Input is not UTF-8"),
        ("piped=1|x", "query.piped.1: Input should be an integer"),
        ("R=1&R=2", "query.colour: Input must give each property once"),
        ("R=%zz", "query.colour.R: Input has an incomplete percent escape"),
        ("g=1", "query.colour.R: Field required"),
        ("pairs=R,1,g", "query.pairs: Input must hold names and values in turn"),
        ("pairs=R,1,R,2", "query.pairs: Input must give each property once"),
        ("deep[R]=x", "query.deep.R: Input should be an integer"),
        ("deep[R]=%2B1", "query.deep.R: Input should be an integer"),
        ("deep[R]=1&deep[R]=2", "query.deep.R: Input must be given once"),
        ("deep[R]=1&deep[evil]=2", "query.deep.evil: Extra inputs are not permitted"),
        ("deep[R]=1&deep[evil][x]=2", "query.deep.evil: Input must be a value, and no object"),
        ("deep[R][x]=1", "query.deep.R: Input must be a value, and no object"),
        ("deep[R]=1&deep[inner]=2&deep[inner][size]=2", "query.deep.inner: Input must be a value"),
        ("deep[R]=1&deep[inner][size]=0", "query.deep.inner.size: Input should be greater"),
        ("deep[R]=1&deep[tags][1]=a", "query.deep.tags: Input must have its elements numbered"),
        ("deep[R]=%FF", "query.deep.R: Input is not UTF-8"),
        ("deep[R=1", "query.deep: Input must have each name in brackets"),
        ("deep[R]x=1", "query.deep: Input must have each name in brackets"),
        ("free" + "[a]" * 9 + "=1", "Input must not be nested deeper than 8 levels"),
        ("deep=1", "query.deep: "),
        ("either=x", "query.either"),
        ("json={%22R%22:%221%22}", "query.json.R: Input should be a valid integer"),
        ("json=%zz", "query.json: Input has an incomplete percent escape"),
        ("json={%22R%22:1}&json={%22R%22:1}", "query.json: Input must be given once"),
        ("mixed=2", "query.mixed: "),
        ("literal=2", "query.literal: "),
        ("&".join(["expand[]=a"] * 257), "the query string has more than 256 parameters"),
    ],
)
def test_refused_in_the_query(query: str, want: str) -> None:
    errcode, error = QUERY.refused(f"/x?{query}")
    assert errcode == ("M_MISSING_PARAM" if "required" in want else "M_INVALID_PARAM")
    assert want in error
    assert len(error) < 400


@pytest.mark.parametrize("text", ["{", "{%22R%22:1,%22R%22:1}", "NaN"])
def test_a124_what_is_no_json(text: str) -> None:
    errcode, error = QUERY.refused(f"/x?json={text}")
    assert errcode == "M_NOT_JSON"
    assert "query.json: Content not JSON" in error


class InPath:
    simple: Annotated[list[str], Path()]
    named: Annotated[Colour, Path(explode=True)]
    label: Annotated[list[str], Path(style="label")]
    dotted: Annotated[Colour, Path(style="label", explode=True)]
    matrix: Annotated[Sizes, Path(style="matrix")]
    apart: Annotated[list[int], Path(style="matrix", explode=True)]
    bare: Annotated[Colour, Path(style="matrix", explode=True)]
    one: Annotated[int, Path(style="matrix")]


PATH = Sender(InPath, "/{simple}/{named}/{label}/{dotted}/{matrix}/{apart}/{bare}/{one}")
GOOD = "/a%2Cb,c/R=1,g=2/.a%2Cb,c/.R=1.g=2/;matrix=1,2/;apart=1;apart=2/;R=1;g=2/;one=1"


def test_in_the_path() -> None:
    assert PATH.given(GOOD) == {
        "simple": "['a,b', 'c']",
        "named": "Colour(r=1, g=2)",
        "label": "['a,b', 'c']",
        "dotted": "Colour(r=1, g=2)",
        "matrix": "Sizes(root=[1, 2])",
        "apart": "[1, 2]",
        "bare": "Colour(r=1, g=2)",
        "one": "1",
    }


@pytest.mark.parametrize(
    ("good", "bad", "want"),
    [
        ("R=1,g=2/", "R,1/", "path.named: Input must hold a name and a value, with '='"),
        ("/.a", "/a", "path.label: Input must begin with '.'"),
        (";matrix=", ";other=", "path.matrix: Input must begin with ';' and its name"),
        (";apart=2", ";other=2", "path.apart: Input must have its name before each element"),
        (";R=1;g=2", "R=1", "path.bare: Input must begin with ';' and its name"),
        (";one=1", ";one=x", "path.one: Input should be an integer"),
        (";one=1", ";one", "path.one: Input should be an integer"),
    ],
)
def test_refused_in_the_path(good: str, bad: str, want: str) -> None:
    errcode, error = PATH.refused(GOOD.replace(good, bad))
    assert errcode == "M_INVALID_PARAM"
    assert want in error


def test_empty_lists_in_the_path() -> None:
    given = PATH.given("//R=1//.R=1/;matrix//;R=1/;one=1")
    assert isinstance(given, dict)
    assert [given[name] for name in ("simple", "label", "matrix", "apart")] == [
        "[]",
        "[]",
        "Sizes(root=[])",
        "[]",
    ]


class Elsewhere:
    quoted: Annotated[list[str] | None, Header("X-Quoted")] = None
    pairs: Annotated[Colour | None, Header("X-Pairs")] = None
    named: Annotated[Colour | None, Header("X-Named", explode=True)] = None
    json: Annotated[Colour | None, Header("X-Json", media_type="application/json")] = None
    plain: Annotated[list[int] | None, Cookie()] = None
    form: Annotated[list[int] | None, Cookie(explode=True)] = None
    apart: Annotated[list[int] | None, Cookie(style="cookie", explode=True)] = None
    joined: Annotated[Colour | None, Cookie(explode=False)] = None
    colour: Annotated[Colour | None, Cookie()] = None


ELSEWHERE = Sender(Elsewhere)


@pytest.mark.parametrize(
    ("header", "value", "name", "want"),
    [
        ("X-Quoted", 'W/"a,b", c,,"d\\",e"', "quoted", r"""['W/"a,b"', 'c', '"d\\",e"']"""),
        ("X-Quoted", '"open, a', "quoted", """['"open, a']"""),
        ("X-Pairs", "R, 1, g, 2", "pairs", "Colour(r=1, g=2)"),
        ("X-Named", "R=1, g=2", "named", "Colour(r=1, g=2)"),
        ("X-Json", '{"R": 1}', "json", "Colour(r=1, g=0)"),
        ("Cookie", "plain=1,2", "plain", "[1, 2]"),
        ("Cookie", "form=1&form=2", "form", "[1, 2]"),
        ("Cookie", "form=", "form", "[]"),
        ("Cookie", "apart=1; a=b; apart=2", "apart", "[1, 2]"),
        ("Cookie", "joined=R,1,g,2", "joined", "Colour(r=1, g=2)"),
        ("Cookie", "R=1; g=2", "colour", "Colour(r=1, g=2)"),
    ],
)
def test_in_headers_and_cookies(header: str, value: str, name: str, want: str) -> None:
    given = ELSEWHERE.given(headers={header: value})
    assert isinstance(given, dict)
    assert given[name] == want


@pytest.mark.parametrize(
    ("header", "value", "want"),
    [
        ("X-Pairs", "R, 1, g", "header.X-Pairs: Input must hold names and values in turn"),
        ("X-Json", "{", "header.X-Json: Content not JSON"),
        ("X-Quoted", "\u00ff", "header.X-Quoted: Input is not UTF-8"),
        ("Cookie", "form=1&x=2", "cookie.form: Input must have its name before each element"),
        ("Cookie", "R=1; R=2", "cookie.colour: Input must give each property once"),
        ("Cookie", "apart=\u00ff", "cookie.apart: Input is not UTF-8"),
        ("Cookie", "plain=\u00ff", "cookie.plain: Input is not UTF-8"),
        ("Cookie", "R=x", "cookie.colour.R: Input should be an integer"),
    ],
)
def test_refused_in_headers_and_cookies(header: str, value: str, want: str) -> None:
    assert want in ELSEWHERE.refused(headers={header: value})[1]


class Others:
    rest: Annotated[dict[str, int], Query()]
    known: Annotated[str | None, Query()] = None
    needed: Annotated[int | None, Query(allow_empty=True)]


def test_an_open_object_takes_what_is_no_other_parameter() -> None:
    given = Sender(Others).given("/x?a=1&known=2&b=3&needed=")
    assert given == {"rest": "{'a': 1, 'b': 3}", "known": "'2'", "needed": "None"}


def test_what_is_wrong_inside_an_object_is_not_missing_too() -> None:
    class Needed:
        deep: Annotated[Colour, Query(style="deepObject")]

    _, error = Sender(Needed).refused("/x?deep[R]=%zz")
    assert error == "query.deep.R: Input has an incomplete percent escape"
