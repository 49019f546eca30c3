"""How the text of a parameter may be spelled, whatever name its type goes by."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from typing import Annotated, Literal
from uuid import UUID

import pytest
from counterfoil.stub import Cookie, Header, Query
from pydantic import AwareDatetime, Field, NaiveDatetime, RootModel
from typing_extensions import TypeAliasType

from tests.runtime.test_reading import Sender

Size = TypeAliasType("Size", Annotated[int, Field(ge=1)])
Maybe = TypeAliasType("Maybe", Size | None)
Again = TypeAliasType("Again", "Size")
Flag = TypeAliasType("Flag", bool)
Share = TypeAliasType("Share", float)
Level = TypeAliasType("Level", Literal[1, 2])
Sizes = TypeAliasType("Sizes", list[Size])


class Boxed(RootModel[Size]):
    """A named type of a named type."""


class Aliased:
    size: Annotated[Size, Query()] = 1
    small: Annotated[Size, Query(), Field(le=3)] = 1
    maybe: Annotated[Maybe, Query()] = None
    either: Annotated[Size | None, Query()] = None
    again: Annotated[Again, Query()] = 1
    flag: Annotated[Flag, Query()] = False
    share: Annotated[Share, Query()] = 0.0
    level: Annotated[Level, Query()] = 1
    boxed: Annotated[Boxed | None, Query()] = None
    each: Annotated[list[Size] | None, Query()] = None
    sizes: Annotated[Sizes | None, Query()] = None
    joined: Annotated[Sizes | None, Query(explode=False)] = None
    listed: Annotated[Sizes | None, Header("X-Sizes")] = None


ALIASED = Sender(Aliased)

NUMBERS = ("size", "small", "maybe", "either", "again", "boxed", "each", "sizes", "joined", "level")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *product(NUMBERS, ["%2B1", "%201", "1_0", "1.0", "0", "9" * 5000]),
        *product(sorted(set(NUMBERS) - {"each", "sizes", "joined"}), [""]),  # an empty list is one
    ],
)
def test_a120_integers_are_strict_behind_aliases(name: str, text: str) -> None:
    errcode, error = ALIASED.refused(f"/x?{name}={text}")
    assert errcode == "M_INVALID_PARAM"
    assert error.startswith(f"query.{name}")
    assert len(error) < 100


@pytest.mark.parametrize("query", ["flag=1", "flag=on", "share=nan", "share=1_0", "small=4"])
def test_a120_a121_other_types_are_strict_behind_aliases(query: str) -> None:
    assert ALIASED.refused(f"/x?{query}")[0] == "M_INVALID_PARAM"


def test_values_are_read_behind_aliases() -> None:
    query = "size=5&small=3&maybe=2&either=2&again=7&flag=true&share=0.5"
    given = ALIASED.given(f"/x?{query}&level=2&boxed=4&each=1&each=2&joined=6,7")
    assert isinstance(given, dict)
    assert [given[name] for name in ("size", "small", "maybe", "either", "again")] == list("53227")
    assert (given["flag"], given["share"], given["level"]) == ("True", "0.5", "2")
    assert (given["boxed"], given["each"]) == ("Boxed(root=4)", "[1, 2]")


def test_a123_lists_are_lists_behind_aliases() -> None:
    given = ALIASED.given("/x?sizes=1&sizes=2&joined=3,4", headers={"X-Sizes": "5, 6"})
    assert isinstance(given, dict)
    assert [given[name] for name in ("sizes", "joined", "listed")] == ["[1, 2]", "[3, 4]", "[5, 6]"]


class Timed:
    day: Annotated[date | None, Query()] = None
    at: Annotated[AwareDatetime | None, Query()] = None
    local: Annotated[NaiveDatetime | None, Query()] = None
    either: Annotated[datetime | None, Query()] = None
    key: Annotated[UUID | None, Query()] = None


@pytest.mark.parametrize(
    "query",
    [
        *(f"day={text}" for text in ("0", "1600000000", "20200101", "2020-13-01", "2020-1-1")),
        *(f"at={text}" for text in ("0", "1600000000", "2020-01-01T00:00Z", "2020-01-01")),
        "at=2020-01-01_00:00:00Z",
        "at=2020-01-01T00:00:00",
        "local=2020-01-01T00:00:00Z",
        "either=1e3",
        "key=urn:uuid:12345678-1234-5678-1234-567812345678",
        "key={12345678-1234-5678-1234-567812345678}",
        "key=%3Cscript%3E",
    ],
)
def test_a120_dates_and_uuids_have_one_spelling(query: str) -> None:
    errcode, error = Sender(Timed).refused(f"/x?{query}")
    assert errcode == "M_INVALID_PARAM"
    assert "<" not in error


@pytest.mark.parametrize(
    "query",
    [
        "day=2020-02-29",
        "at=2020-01-01T00:00:00Z",
        "at=2020-01-01t00:00:00.123456%2B01:00",
        "local=2020-01-01T00:00:00",
        "either=2020-01-01T00:00:00-01:30",
        "key=12345678-1234-5678-1234-5678ABCDefab",
    ],
)
def test_dates_and_uuids_as_they_are_spelled(query: str) -> None:
    Sender(Timed).given(f"/x?{query}")


class FromHeaders:
    session: Annotated[str | None, Cookie("sid")] = None
    words: Annotated[list[str] | None, Header("X-Words")] = None


@pytest.mark.parametrize(
    ("cookie", "want"),
    [
        ("sid=a; sid=b", "'a'"),
        ("sid; sid=b", "'b'"),
        ("other=x;sid=a=b", "'a=b'"),
        (" sid = a ", "'a'"),
        ('sid="a"', "'\"a\"'"),
        ("sid=", "''"),
        ("Sid=a; sidx=b", "None"),
    ],
)
def test_a122_of_two_cookies_the_first_counts(cookie: str, want: str) -> None:
    given = Sender(FromHeaders).given(headers={"Cookie": cookie})
    assert isinstance(given, dict)
    assert given["session"] == want


@pytest.mark.parametrize(("line", "want"), [("a, , b,", "['a', 'b']"), ("", "[]"), (",", "[]")])
def test_empty_elements_of_a_header_do_not_count(line: str, want: str) -> None:
    given = Sender(FromHeaders).given(headers={"X-Words": line})
    assert isinstance(given, dict)
    assert given["words"] == want
