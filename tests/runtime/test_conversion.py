"""Large models to JSON, a few members at a time: what comes is what comes in one go."""

from __future__ import annotations

import functools
import gc
import math
from collections.abc import Callable
from typing import Annotated, Self

import pytest
from canonicaljson import encode_canonical_json
from counterfoil._json import conversion, slices
from counterfoil._json.conversion import body_in_slices
from counterfoil._json.encoding import encode
from counterfoil.stub import Absent, Model
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)
from pydantic_core import to_jsonable_python
from typing_extensions import TypeAliasType

LONG = 64
LONGER = 10 * LONG


class Notice(Model):
    text: str
    colour: Absent[str] = None
    tags: list[int] = Field(alias="tagList", default_factory=list)


class Page(Model):
    notices: list[Notice] = Field(alias="noticeList")
    next_: Absent[str] = Field(alias="next", default=None)
    pinned: Absent[list[Notice]] = None
    count: int = 0
    any_: list[object] | None = None


class Notices(RootModel[list[Notice]]):
    pass


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    items: list[Notice]

    @model_validator(mode="after")
    def _checked(self) -> Self:
        return self


class Computed(BaseModel):
    items: list[int]

    @computed_field
    def total(self) -> int:
        return sum(self.items)


class Whole(BaseModel):
    items: list[int]

    @model_serializer
    def _shown(self) -> dict[str, int]:
        return {"total": sum(self.items)}


class Fielded(BaseModel):
    items: list[int]

    @field_serializer("items")
    def _shown(self, items: list[int]) -> int:
        return sum(items)


class Annotating(BaseModel):
    items: Annotated[list[int], PlainSerializer(sum)]


class Hidden(BaseModel):
    items: list[int] = Field(exclude_if=lambda items: len(items) > LONG)
    others: list[int] = Field(exclude=True, default_factory=list)
    text: str = ""


class Total(RootModel[Annotated[list[int], PlainSerializer(sum)]]):
    pass


class Tree(BaseModel):
    leaves: list[int]
    branches: list[Tree] = []


class Anything(BaseModel):
    value: object


class Odd(BaseModel):
    items: set[int]
    mapping: dict[int, list[int]]


class Section(Model):
    page: Page | None = Field(alias="thePage", default=None)
    pages: dict[str, Page] = Field(default_factory=dict)
    lists: list[list[Notice]] = Field(default_factory=list)
    total: Total | None = None
    numbers: dict[int, list[int]] = Field(default_factory=dict)
    totals: dict[str, Annotated[list[int], PlainSerializer(sum)]] = Field(default_factory=dict)
    roots: list[Notices] = Field(default_factory=list)
    text: str = ""
    shown: Annotated[str, PlainSerializer(len)] = ""
    pair: tuple[list[int], str] = ([], "")
    free: object = None


class Base(BaseModel):
    items: list[int] = []


class Derived(Base):
    more: list[int] = []


class Bases(BaseModel):
    base: Base
    bases: list[Base]


Numbers = TypeAliasType("Numbers", "list[Numbers] | list[int]")
Deep = TypeAliasType("Deep", "list[Deep]")


class Aliased(BaseModel):
    deep: Deep
    numbers: Numbers
    again: Deep


class Twice(BaseModel):
    model_config = ConfigDict(extra="allow")

    items: list[int] = Field(serialization_alias="x")
    others: list[int] = Field(serialization_alias="x", default_factory=list)


def notices(count: int) -> list[Notice]:
    return [
        Notice(text=f"n{number}", tagList=[number], colour="red" if number % 3 else None)
        for number in range(count)
    ]


class Name(str):
    pass


class Listed(list[Notice]):
    pass


NUMBERS = list(range(LONGER))
MANY = Page(noticeList=notices(LONGER), pinned=notices(LONGER))
SECTION = Section(
    thePage=MANY,
    pages={"p": MANY, "q": Page(noticeList=[]), "": MANY},
    lists=[notices(LONGER), [], notices(LONGER)],
    total=Total(NUMBERS),
    numbers={1: NUMBERS, 2: NUMBERS},
    totals={"t": NUMBERS},
    roots=[Notices(notices(LONGER)), Notices([])],
    text="x" * 60_000,
    shown="x" * 1000,
    pair=(NUMBERS, "y"),
    free={"a": (MANY, 1), 2: NUMBERS},
)
BODIES: dict[str, object] = {
    "page": Page(noticeList=notices(LONGER), next="x"),
    "page without": Page(noticeList=[]),
    "short page": Page(noticeList=notices(3), pinned=notices(2)),
    "two lists": Page(noticeList=notices(LONGER), pinned=notices(LONGER), any_=[*notices(LONG), 1]),
    "root": Notices(notices(LONGER)),
    "list": notices(LONGER),
    "tuple": tuple(notices(LONGER)),
    "mixed": [*notices(LONG), None, {1: Notice(text="a")}, "x"],
    "dict": {
        "a": notices(LONGER),
        2: Page(noticeList=notices(LONGER)),
        None: (1, {"b": {3}}),
        "n": 1,
    },
    "long dict": {number: notices(number % 3) for number in range(LONGER)},
    "extra": Open.model_validate({"items": notices(LONGER), "more": [1] * LONGER}),
    "computed": Computed(items=NUMBERS),
    "own serializer": Whole(items=NUMBERS),
    "serializer of a field": Fielded(items=NUMBERS),
    "serializer of a type": Annotating(items=NUMBERS),
    "left out": Hidden(items=NUMBERS, others=NUMBERS),
    "serializer of a root": Total(NUMBERS),
    "recursive": Tree(leaves=NUMBERS, branches=[Tree(leaves=NUMBERS)]),
    "others": Odd(items=set(NUMBERS), mapping={1: NUMBERS}),
    "number": 1,
    "text": "x" * 100_000,
    "section": SECTION,
    "sections": [SECTION, {"a": SECTION}],
    "subclasses": Bases(
        base=Derived(items=NUMBERS, more=NUMBERS), bases=[Derived(items=NUMBERS), Base()]
    ),
    "aliases of types": Aliased.model_validate(
        {"deep": [[[]] * LONGER, [[[]]]], "numbers": [NUMBERS], "again": [[]] * LONGER}
    ),
    "an alias twice": Twice(items=NUMBERS, others=[*NUMBERS, 1]),
    "an alias twice, the second short": Twice(items=NUMBERS),
    "an alias for another": Twice.model_validate({"items": NUMBERS, "x": "y"}),
    "keys": {1: NUMBERS, "1": [2] * LONGER, None: 3, (1, 2): 4, "b": "c"},
    "keys of a kind": dict.fromkeys(map(Name, "abc"), NUMBERS),
    "not as declared": Tree.model_construct(leaves={"a": NUMBERS}, branches=tuple(NUMBERS)),
    "keys not as declared": Section.model_construct(pages={1: MANY}, lists=[], roots=[]),
    "without a field": Page.model_construct(notices=notices(LONGER), count=1),
    "a set": set(range(10_000)),
    "a subclass of list": Listed(notices(LONGER)),
}
BODIES["a deep tree"] = functools.reduce(
    lambda tree, _: Tree(leaves=NUMBERS, branches=[tree]), range(40), Tree(leaves=NUMBERS)
)
CUT = [
    "a deep tree",
    "page",
    "two lists",
    "root",
    "list",
    "tuple",
    "dict",
    "extra",
    "section",
    "sections",
    "text",
]


def sliced(body: object, *, canonical: bool = True) -> bytes:
    return b"".join(body_in_slices(body, canonical=canonical))


def outcome(make: Callable[[], bytes]) -> object:
    try:
        return make()
    except (ValueError, TypeError) as error:
        return type(error)


@pytest.fixture(params=[slices.STEP, 300, 24])
def step(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How much a step weighs: in the smallest, each value is cut everywhere."""
    size: int = request.param
    monkeypatch.setattr(slices, "STEP", size)
    monkeypatch.setattr(conversion, "_APART", max(size // 8, 17))
    return size


@pytest.mark.parametrize("canonical", [True, False])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a71_what_comes_step_by_step_is_what_comes_in_one_go(
    body: object, canonical: bool, step: int
) -> None:
    """A71: also the order of the members."""
    whole = to_jsonable_python(body)
    assert sliced(body, canonical=canonical) == encode(whole, canonical=canonical)
    assert encode(whole) == encode_canonical_json(whole)


@pytest.mark.parametrize("name", CUT)
def test_a71_long_parts_are_cut_wherever_they_are(name: str) -> None:
    """A71: no piece is much longer than a step."""
    pieces = [len(piece) for piece in body_in_slices(BODIES[name], canonical=True)]
    assert max(pieces) <= slices.STEP
    assert max(pieces) < sum(pieces) / 2


def test_a71_nothing_but_bytes_outlives_a_step() -> None:
    """A71: what is left to the collector makes it go through all objects of a program."""
    body = Page(noticeList=notices(50 * LONGER))
    gc.collect()
    gc.freeze()  # so that those which are there now are not listed at each step
    before = len(gc.get_objects())
    most = max(len(gc.get_objects()) - before for _ in body_in_slices(body, canonical=True))
    assert most < LONGER


@pytest.mark.parametrize("depth", range(253, 257))
@pytest.mark.parametrize("kind", ["list", "dict", "tuple", "model"])
def test_a72_what_is_too_deep_is_refused_alike(depth: int, kind: str, step: int) -> None:
    """A72: the limit is pydantic's, and does not depend on slices."""
    around: dict[str, Callable[[object], object]] = {
        "list": lambda value: [value],
        "dict": lambda value: {"a": value},
        "tuple": lambda value: (value,),
        "model": lambda value: Anything(value=value),
    }
    value: object = "x" * 100
    for _ in range(depth):
        value = around[kind](value)
    assert outcome(lambda: sliced(value)) == outcome(lambda: encode(to_jsonable_python(value)))


@pytest.mark.parametrize(
    "body",
    [
        [*NUMBERS, math.nan],
        [*NUMBERS, "\ud800"],
        [*NUMBERS, object()],
        {"a": [*NUMBERS, b"\xff"]},
        Notices.model_construct([Notice.model_construct(text="\udc00")] * LONGER),
    ],
    ids=range(5),
)
def test_a72_what_json_cannot_hold(body: object) -> None:
    """A72."""
    with pytest.raises((ValueError, TypeError)):
        b"".join(body_in_slices(body, canonical=True))


def test_a72_what_holds_itself() -> None:
    """A72."""
    items: list[object] = list(NUMBERS)
    items.append(items)
    members: dict[str, object] = {}
    members["a"] = members
    for body in (items, members):
        with pytest.raises(ValueError, match=r"Circular|itself"):
            b"".join(body_in_slices(body, canonical=True))
