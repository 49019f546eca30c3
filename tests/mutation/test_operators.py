"""The changes that `make mutate` makes, and those that it leaves alone."""

from __future__ import annotations

from types import FunctionType

import pytest

from tests.mutation.operators import mutants


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a is None or b", ["a is None and b", "b", "a is None", "a is not None"]),
        ("not a", ["a"]),
        ("a + 1", ["a - 1", "2"]),
        ("a if b else c", ["a if not b else c"]),
        ("f(a, b, c=True)", ["f(b, a, c=True)", "f(a, b)", "False"]),
        ("A | B", ["A", "B"]),
        ("'text'", ["'X'"]),
    ],
)
def test_an_expression(source: str, changed: list[str]) -> None:
    told = [mutant.change for mutant in mutants(f"x = {source}\n", "m.py")]
    assert [change.partition("  ->  ")[2] for change in told] == changed


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("if a:\n    b = c", ["if a:  ->  if not a:"]),
        ("def f():\n    return a", ["return a  ->  return None"]),
        ("def f():\n    raise E", ["raise E  ->  pass", "raise E  ->  raise ArithmeticError"]),
        ("try:\n    b = c\nexcept E:\n    b = d", ["except E:  ->  except GeneratorExit:"]),
        ("f()", ["f()  ->  pass"]),
        ("a.b = c", ["a.b = c  ->  pass"]),
        ("while a:\n    break", ["while a:  ->  while not a:", "break  ->  continue"]),
    ],
)
def test_a_statement(source: str, changed: list[str]) -> None:
    assert [mutant.change for mutant in mutants(f"{source}\n", "m.py")] == changed


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        '__all__ = ["a"]',
        'T = TypeVar("T", bound=int)',
        'def f(a: Literal["a"]) -> "int":\n    b = a',
        "class A(Protocol):\n    def f(self):\n        return 1",
        "@overload\ndef f(a=1):\n    return 1",
        "x = isinstance(a, b)",
    ],
)
def test_what_has_no_behaviour_of_its_own(source: str) -> None:
    assert [mutant.change for mutant in mutants(f"{source}\n", "m.py")] == []


def test_the_text_of_a_log_line_is_left_alone_but_not_the_line() -> None:
    told = [mutant.change for mutant in mutants('logger.info("left")\n', "m.py")]
    assert told == ["logger.info('left')  ->  pass"]


def test_a_mutant_runs_and_the_module_is_whole_after_it() -> None:
    found = []
    for mutant in mutants("x = 1\ny = 5\n", "m.py"):
        namespace: dict[str, object] = {}
        FunctionType(mutant.code, namespace)()
        found.append((mutant.lines, namespace["x"], namespace["y"]))
    assert found == [(range(1, 2), 2, 5), (range(2, 3), 1, 6)]
