"""Small models to JSON in one step: what comes is what pydantic and canonicaljson make of them."""

from __future__ import annotations

import functools
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import Enum, Flag, StrEnum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from canonicaljson import encode_canonical_json
from counterfoil._json.accelerated import flat_text
from counterfoil._json.guards import LONGEST_LIST, LONGEST_TEXT
from counterfoil._json.writing import small_text, small_texts
from counterfoil.stub import UNSET, Absent, AbsentOrNull, Model
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    computed_field,
    field_serializer,
    model_serializer,
)
from pydantic_core import to_jsonable_python
from typing_extensions import TypeAliasType


class Colour(StrEnum):
    RED = "red"


class Level(Enum):
    LOW = 1
    HIGH = "high"


class Inner(Model):
    name: str
    size: Absent[int] = None


class Plain(Model):
    zeta: str = "z"
    alpha: int = Field(alias="ab%s{0}", default=0)
    ratio: float = 0.5
    is_on: bool = True
    nothing: None = None
    maybe: str | None = None
    either: AbsentOrNull[str] = UNSET
    colour: Colour = Colour.RED
    level: Level = Level.LOW
    word: Literal["a", 1, None] = "a"
    when: datetime = datetime(2026, 11, 28, 3, 4, 5, 678, tzinfo=UTC)
    day: date = date(2026, 11, 28)
    at: time = time(1, 2, 3)
    number: UUID = UUID(int=7)
    inner: Inner | None = None
    inners: list[Inner] = Field(alias="İ", default_factory=list)
    rows: list[list[str]] = Field(default_factory=list)


class Chain(Model):
    next_: Chain | None = Field(alias="next", default=None)
    name: str = "link"


Nested = TypeAliasType("Nested", "list[Nested]")


def usual(body: object) -> bytes:
    return encode_canonical_json(to_jsonable_python(body))


TEXTS = ["", "a", '"\\/', "\0\x1f\x7f\b\f\n\r\t", "é\u2028😀", "</script>", "x" * LONGEST_TEXT]
FLOATS = [0.0, -0.0, 0.1, 1e-4, 9999999999999998.0, 123456789.125, -3.3333333333333335]
WITH_EXPONENTS = [1e-5, -1e-7, 1e16, 1e22, 5e-324, 1.7976931348623157e308]
INTEGERS = [0, -1, 2**53, 2**63 - 1, -(2**63)]


def random_plain(chance: random.Random) -> Plain:
    def inner() -> Inner:
        return Inner(name=chance.choice(TEXTS), size=chance.choice([None, *INTEGERS]))

    return Plain.model_validate(
        {
            "zeta": chance.choice(TEXTS),
            "ab%s{0}": chance.choice(INTEGERS),
            "ratio": chance.choice(FLOATS),
            "is_on": chance.choice([True, False]),
            "maybe": chance.choice([None, *TEXTS]),
            "either": chance.choice([UNSET, None, *TEXTS]),
            "level": chance.choice(list(Level)),
            "word": chance.choice(["a", 1, None]),
            "when": datetime.fromtimestamp(chance.randrange(2**32), UTC),
            "inner": chance.choice([None, inner()]),
            "İ": [inner() for _ in range(chance.randrange(4))],
            "rows": [[chance.choice(TEXTS[:-1])] * chance.randrange(3) for _ in range(2)],
        }
    )


def test_random_models_are_written_as_usual() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        body = random_plain(chance)
        assert small_text(body) == usual(body)


def test_a_model_that_holds_its_own_kind() -> None:
    body = Chain.model_validate({"name": "a", "next": {"name": "b"}})
    assert small_text(body) == usual(body) == b'{"name":"a","next":{"name":"b","next":null}}'


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str


class Computed(BaseModel):
    name: str

    @computed_field
    def length(self) -> int:
        return len(self.name)


class Whole(BaseModel):
    name: str

    @model_serializer
    def _shown(self) -> str:
        return self.name


class Fielded(BaseModel):
    name: str

    @field_serializer("name")
    def _shown(self, name: str) -> str:
        return name.upper()


class Annotating(BaseModel):
    name: Annotated[str, PlainSerializer(str.upper)]


class Leaving(BaseModel):
    name: str
    hidden: str = Field(exclude=True)


class Choosing(BaseModel):
    name: str = Field(exclude_if=lambda name: name == "a")


class Holding(BaseModel):
    whole: Whole


class Nesting(BaseModel):
    nested: Nested


class Names(RootModel[list[str]]):
    pass


class Anything(BaseModel):
    value: object


class Younger(Inner):
    age: int = 1


class Parent(Model):
    child: Inner


class Pair(Model):
    one: Inner
    other: Younger


class Other(Model):
    name: str


class Timed(BaseModel):
    model_config = ConfigDict(ser_json_temporal="seconds")

    at: datetime


class Flags(Flag):
    ONE = 1


class Flagged(BaseModel):
    flags: Flags


class Rate(Enum):
    HALF = 1e-9


class Counted(BaseModel):
    rate: Rate


class Remembering(BaseModel):
    name: str

    @functools.cached_property
    def length(self) -> int:
        return len(self.name)


OTHERS: list[Callable[[], object]] = [
    lambda: Open.model_validate({"name": "a", "more": 1}),
    lambda: Computed(name="a"),
    lambda: Whole(name="a"),
    lambda: Fielded(name="a"),
    lambda: Annotating(name="a"),
    lambda: Leaving(name="a", hidden="b"),
    lambda: Choosing(name="a"),
    lambda: Holding(whole=Whole(name="a")),
    lambda: Nesting(nested=[[], [[]]]),
    lambda: Names(["a"]),
    lambda: Anything(value={"b": 1, "a": 2}),
    lambda: Parent(child=Younger(name="a")),
    lambda: Plain(zeta="x" * (LONGEST_TEXT + 1)),
    lambda: Plain(rows=[["a"]] * (LONGEST_LIST + 1)),
    lambda: Plain(rows=[["a"] * 40] * 40),
    lambda: Plain(rows=[["x" * LONGEST_TEXT] * 17]),
    lambda: Plain.model_construct(ratio=float("nan")),
    lambda: Plain.model_construct(ratio=float("inf")),
    lambda: Plain.model_validate({"ab%s{0}": 2**64}),
    lambda: Plain.model_validate({"ab%s{0}": -(10**40)}),
    lambda: Inner(name="\ud800"),
    lambda: Parent.model_construct(child=Other(name="a")),
    lambda: Pair(one=Inner(name="a"), other=Younger(name="b")),
    lambda: Timed(at=datetime(2026, 1, 1, tzinfo=UTC)),
    lambda: Flagged(flags=Flags.ONE),
    lambda: Counted(rate=Rate.HALF),
    lambda: {"name": "a"},
    lambda: [Inner(name="a")],
    lambda: "a",
    lambda: None,
]


@pytest.mark.parametrize("make", OTHERS)
def test_anything_else_is_left_to_the_usual_way(make: Callable[[], object]) -> None:
    assert small_text(make()) is None


@pytest.mark.parametrize("ratio", WITH_EXPONENTS)
def test_numbers_with_exponents_are_left_to_the_usual_way(ratio: float) -> None:
    assert small_text(Plain(ratio=ratio)) is None
    assert small_text(Plain(ratio=-ratio)) is None


def test_numbers_have_the_same_digits() -> None:
    chance = random.Random(6)
    for _ in range(20_000):
        ratio = chance.choice((1, -1)) * chance.uniform(1, 10) * 10.0 ** chance.randint(-5, 17)
        assert small_text(Plain(ratio=ratio)) in {None, usual(Plain(ratio=ratio))}
        assert small_text(Plain(ratio=round(chance.uniform(-1e6, 1e6), 3))) is not None


WRONG: list[Callable[[], object]] = [
    lambda: Plain.model_construct(zeta=1),
    lambda: Plain.model_construct(alpha=True),
    lambda: Plain.model_construct(zeta=Inner(name="a")),
    lambda: Plain.model_construct(inner={"name": "a", "b": 1}),
    lambda: Plain.model_construct(zeta=Colour.RED),
    lambda: Plain.model_construct(ratio=1),
    lambda: Plain.model_construct(rows=("a", "b")),
    lambda: Plain.model_construct(when="now"),
    lambda: Plain.model_construct(zeta=date(2026, 1, 1)),
    lambda: Plain.model_construct(day=datetime(2026, 1, 1, tzinfo=UTC)),
    lambda: Plain.model_construct(when=date(2026, 1, 1)),
    lambda: Plain.model_construct(number="a"),
    lambda: Plain.model_construct(level="high", colour="red"),
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("make", WRONG)
def test_what_no_validation_made_is_written_as_usual_or_left(make: Callable[[], object]) -> None:
    assert small_text(make()) in {None, usual(make())}


def test_what_is_kept_beside_the_fields_is_not_written() -> None:
    body = Remembering(name="a")
    assert body.length == 1
    assert small_text(body) == usual(body) == b'{"name":"a"}'


def test_models_between_commas_if_they_are_of_one_class() -> None:
    inners = [Inner(name="a", size=1), Inner(name="b")]
    assert small_texts(inners) == b'{"name":"a","size":1},{"name":"b"}'
    assert small_texts([*inners, Younger(name="c")]) is None
    assert small_texts([Inner(name="\ud800")]) is None
    assert small_texts(["a", "b"]) is None


def test_all_is_left_to_the_usual_way_without_orjson() -> None:
    program = """
import sys
sys.modules["orjson"] = None
from counterfoil._json.writing import small_text, small_texts
from counterfoil.stub import Model

class Inner(Model):
    name: str

assert small_text(Inner(name="a")) is None
assert small_texts([Inner(name="a")]) is None
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"b": "x", "a": 'y"\\\n\x7f', "é": "😀", "": "\u2028", "aa": True, "c": None, "d": 2**63},
        dict.fromkeys(TEXTS, -1),
    ],
)
def test_a_flat_object_is_written_as_usual(value: dict[str, object]) -> None:
    assert flat_text(value) == encode_canonical_json(value)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0},
        {"a": 2**64},
        {"a": "\ud800"},
        {"\ud800": "a"},
        {1: "a"},
        {"a": []},
        {"a": Colour.RED},
        {Colour.RED: "a"},
        {"a": date(2026, 1, 1)},
        ["a"],
        "a",
    ],
)
def test_what_is_not_flat_is_left_to_the_usual_way(value: object) -> None:
    assert flat_text(value) is None


def test_what_has_no_additional_property_is_plain() -> None:
    assert small_text(Open(name="a")) == b'{"name":"a"}'
