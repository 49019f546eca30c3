"""Large models to JSON, a few members at a time: what comes is what comes in one go."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Self

import pytest
from canonicaljson import encode_canonical_json
from counterfoil._json.conversion import body_in_slices
LONG = 64
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


class Odd(BaseModel):
    items: set[int]
    mapping: dict[int, list[int]]


def notices(count: int) -> list[Notice]:
    return [
        Notice(text=f"n{number}", tagList=[number], colour="red" if number % 3 else None)
        for number in range(count)
    ]


NUMBERS = list(range(LONGER))
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
}


def ended(steps: Iterator[None]) -> tuple[int, object]:
    """How many steps there were, and what they returned."""
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return count, end.value
        count += 1


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a71_what_comes_step_by_step_is_what_pydantic_makes(body: object) -> None:
    """A71: also the order of the members."""
    whole = to_jsonable_python(body)
    _, value = ended(converted_in_slices(body))
    assert value == whole
    assert encode(value, canonical=False) == encode(whole, canonical=False)
    assert b"".join(body_in_slices(body, canonical=True)) == encode_canonical_json(whole)


@pytest.mark.parametrize("name", ["page", "two lists", "root", "list", "tuple", "dict", "extra"])
def test_a71_long_lists_are_cut(name: str) -> None:
    """A71."""
    count, _ = ended(converted_in_slices(BODIES[name]))
    assert count >= 3


def test_a71_the_members_of_a_step_follow_the_time_that_they_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A71: with a clock by which each step is quick, or slow."""
    counts = []
    for step in (0.0, 1.0):
        clock = iter(range(10**6))
        monkeypatch.setattr("time.perf_counter", lambda clock=clock, step=step: step * next(clock))
        counts.append(ended(converted_in_slices(NUMBERS))[0])
    monkeypatch.undo()
    assert counts[0] < 10
    assert counts[1] > LONGER * 0.9


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
        with pytest.raises(ValueError, match=r"Circular|deep"):
            b"".join(body_in_slices(body, canonical=True))
