"""B61: alternatives in alternatives: what a body may cost is counted before it is validated."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

import pytest
from counterfoil._input import branching
from counterfoil._input.branching import json_validator
from counterfoil._input.json_values import JsonValidator
from counterfoil._input.wire import type_adapter
from counterfoil.stub import UNSET, Absent, AbsentOrNull, Model
from pydantic import ConfigDict, Field, ValidationError

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | None"


class And(Model):
    type: Literal["and"]
    parts: Absent[list[And | Or | str]] = None
    other: AbsentOrNull[Or] = UNSET


class Or(Model):
    type: Literal["or"]
    parts: Absent[list[And | Or | str]] = None
    aliased: Annotated[Absent[And], Field(alias="x-other")] = None
    named: Absent[dict[str, And | Or]] = None


class Tree(Model):
    left: Absent[Tree] = None
    right: Absent[Tree | int] = None


class Apple(Model):
    kind: Literal["apple"]
    core: Absent[Apple | Pear] = None


class Pear(Model):
    kind: Literal["pear"]
    core: Absent[Annotated[Apple | Pear, Field(discriminator="kind")]] = None


class Tagged(Model):
    fruit: Annotated[Apple2 | Pear2, Field(discriminator="kind")]


class Apple2(Model):
    kind: Literal["apple"]
    core: Absent[Tagged] = None


class Pear2(Model):
    kind: Literal["pear"]
    core: Absent[Tagged] = None


class End(Model):
    name: str


class Closed(Model):
    model_config = ConfigDict(extra="ignore")
    inner: Absent[Closed | list[Closed]] = None


A1: TypeAlias = End | list[End]
A2: TypeAlias = A1 | dict[str, A1]
A3: TypeAlias = list[A2] | dict[str, A2]
A4: TypeAlias = list[A3] | dict[str, A3]
A5: TypeAlias = list[A4] | dict[str, A4]
A6: TypeAlias = list[A5] | dict[str, A5]
A7: TypeAlias = list[A6] | dict[str, A6]
A8: TypeAlias = list[A7] | dict[str, A7]


def nested(depth: int, key: str = "parts") -> JsonValue:
    value: JsonValue = {"type": "and"}
    for _ in range(depth):
        value = {"type": "and", key: [value]}
    return value


def validate(validator: JsonValidator, value: JsonValue) -> object:
    data = json.dumps(value).encode()
    return validator.validate_json(data, strict=True, by_alias=True, by_name=False)


def is_counted(of: object) -> bool:
    adapter = type_adapter(of)
    return json_validator(adapter) is not adapter.validator


def test_what_branches_in_itself_is_counted() -> None:
    assert is_counted(And | Or)
    assert is_counted(list[And])
    assert is_counted(Apple)


def test_alternatives_that_stand_in_each_other_often_enough_are_counted() -> None:
    assert not is_counted(A3)
    assert is_counted(A8)


@pytest.mark.parametrize(
    "of", [Tree, Tagged, End, list[End], Annotated[int, Field(ge=1)], dict[str, Tree], str | int]
)
def test_what_does_not_branch_is_not_counted(of: object) -> None:
    assert not is_counted(of)


def test_b61_alternatives_nested_too_deeply_are_refused_before_they_are_tried() -> None:
    validator = json_validator(type_adapter(And | Or))
    with pytest.raises(ValidationError) as caught:
        validate(validator, nested(30))
    (error,) = caught.value.errors()
    assert error["type"] == "too_many_alternatives"
    assert "deeply" in error["msg"]
    with pytest.raises(ValidationError, match="deeply"):
        validate(validator, {"a": "b", "type": "or", "x-other": nested(30)})
    with pytest.raises(ValidationError, match="deeply"):
        validate(validator, {"type": "or", "named": {"a": nested(30)}})


def test_what_no_field_takes_is_not_counted() -> None:
    steps = json_validator(type_adapter(Closed))
    assert count(steps, {"odd": nested(30)}) == count(steps, {})


def test_alternatives_that_nest_a_little_are_validated() -> None:
    validator = json_validator(type_adapter(And | Or))
    assert isinstance(validate(validator, nested(10)), And)
    with pytest.raises(ValidationError, match="Input should be"):
        validate(validator, {"type": "xor"})
    long: JsonValue = {"type": "and", "parts": ["a"] * 100_000}
    assert isinstance(validate(validator, long), And)


def test_steps_are_counted_as_they_are_made() -> None:
    steps = branching.json_validator(type_adapter(And | Or))
    few = [count(steps, nested(depth)) for depth in (1, 2, 3, 4)]
    growth = [later / earlier for earlier, later in pairwise(few)]
    assert all(1.5 < each < 2.5 for each in growth)


def count(validator: JsonValidator, value: JsonValue) -> int:
    assert isinstance(validator, branching._Counting)
    return validator._steps.of(value)
