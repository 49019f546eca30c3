"""A number of JSON whose fraction is zero is an integer (JSON Schema 2020-12, "type")."""

from __future__ import annotations

from typing import Literal

import pytest
from counterfoil._input.json_values import read_json
from counterfoil._input.problems import Problem
from counterfoil._input.wire import type_adapter
from counterfoil.stub import Model


class Box(Model):
    size: int
    weight: float = 0.5
    label: str = ""


def read(text: str, annotation: object) -> object:
    """What *text* is as a value of that type; where it is refused, a list of what is said."""
    problems: list[Problem] = []
    value = read_json(text.encode(), type_adapter(annotation).validator, "body", problems)
    return [str(problem) for problem in problems] if problems else value


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1.0", 1),
        ("1e2", 100),
        ("-3.00", -3),
        ("1.5e1", 15),
        ("-0.0", 0),
        ("9007199254740992.0", 2**53),
    ],
)
def test_whole_numbers_are_integers(text: str, want: int) -> None:
    value = read(text, int)
    assert value == want
    assert type(value) is int


@pytest.mark.parametrize("text", ["1.5", "1e-1", '"1.0"', "9007199254740994.0", "1e300", "true"])
def test_other_values_are_not(text: str) -> None:
    assert read(text, int) == ["body: Input should be a valid integer"]


def test_whole_numbers_stand_anywhere() -> None:
    assert read('{"size": 2.0, "weight": 1.5, "label": "1.0"}', Box) == Box(
        size=2, weight=1.5, label="1.0"
    )
    assert read("[[1.0], [2]]", list[list[int]]) == [[1], [2]]
    assert read("2.0", Literal[1, 2]) == 2


def test_the_other_faults_are_told_too() -> None:
    said = read('{"size": 2.0, "weight": "1.5"}', Box)
    assert said == ["body.weight: Input should be a valid number"]


def test_a_float_stays_one() -> None:
    value = read("1.0", float)
    assert value == 1
    assert type(value) is float
