"""Each statement of what the runtime must do (A1 to A130) is named by a test that proves it.

`docs/statements.md` lists them. A statement is named in the name of a test (`test_a41_a42_...`) or
in its docstring (`A41`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent
STATEMENTS: Final = {f"A{number}" for number in range(1, 131)}
GOALS: Final = {f"B{number}" for number in range(1, 96)} | {f"C{number}" for number in range(1, 18)}
PAGE: Final = (TESTS.parent / "docs" / "statements.md").read_text(encoding="utf-8")

_IN_A_NAME = re.compile(r"(?<=_)a([0-9]{1,3})(?=_|$)")
_IN_A_DOCSTRING = re.compile(r"\bA([0-9]{1,3})\b(?:\s*(?:to|-)\s*A([0-9]{1,3})\b)?")


def every_test() -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for path in sorted(TESTS.rglob("test_*.py")):
        if path == Path(__file__) or "corpus" in path.relative_to(TESTS).parts[:-1]:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            ):
                yield node


def named(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for number in _IN_A_NAME.findall(test.name):
        yield f"A{number}"
    for first, last in _IN_A_DOCSTRING.findall(ast.get_docstring(test) or ""):
        yield from (f"A{number}" for number in range(int(first), int(last or first) + 1))


def test_every_statement_is_named_by_a_test() -> None:
    proven = {statement for test in every_test() for statement in named(test)}
    missing = sorted(STATEMENTS - proven, key=lambda name: int(name[1:]))
    assert not missing, f"no test names {', '.join(missing)}"


def test_no_test_names_a_statement_that_is_none() -> None:
    wrong = {
        f"{test.name}: {statement}"
        for test in every_test()
        for statement in named(test)
        if statement not in STATEMENTS
    }
    assert not wrong


def test_the_page_lists_every_statement_once_in_order() -> None:
    listed = re.findall(r"^- \*\*([ABC][0-9]+)\*\* \S", PAGE, re.MULTILINE)
    assert set(listed) == STATEMENTS | GOALS
    assert listed == sorted(set(listed), key=lambda name: (name[0], int(name[1:])))
