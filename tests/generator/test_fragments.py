"""Fragments: the only way from data to Python text."""

from __future__ import annotations

import ast
import copy
import json
import pickle

import pytest
from counterfoil_codegen.entries import json_entries
from counterfoil_codegen.fragments import (
    KINDS,
    Comment,
    Constant,
    DocText,
    Expression,
    Fragment,
    Identifier,
    Import,
    LiteralValue,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.generator.hostile_texts import HOSTILE_TEXTS

INT = Expression.name(Identifier("int"))
STR = Expression.name(Identifier("str"))

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


class Forged(str):
    """A text that prints as something else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "__import__('os')"

    def __str__(self) -> str:
        return "__import__('os')"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def test_every_kind_is_known() -> None:
    assert set(Fragment.__subclasses__()) == KINDS


def test_there_are_no_kinds_elsewhere() -> None:
    with pytest.raises(TypeError, match="fragments only"):
        type("Sly", (Fragment,), {})
    with pytest.raises(TypeError, match="fragments only"):
        type("Sly", (Constant,), {"__str__": lambda self: "import os"})


def test_a_fragment_has_a_kind() -> None:
    with pytest.raises(TypeError, match="kind"):
        Fragment()


def test_an_expression_is_composed() -> None:
    with pytest.raises(TypeError, match="compose"):
        Expression()


@pytest.mark.parametrize("attribute", ["_text", "_members", "other"])
def test_a_fragment_cannot_be_changed(attribute: str) -> None:
    with pytest.raises(AttributeError):
        setattr(INT, attribute, "import os")
    with pytest.raises(AttributeError):
        delattr(INT, attribute)
    assert str(INT) == "int"


def test_a_fragment_is_never_loaded() -> None:
    with pytest.raises(TypeError, match="never loaded"):
        pickle.dumps(INT)
    assert copy.copy(INT) is INT
    assert copy.deepcopy(INT) is INT


def test_fragments_of_one_kind_and_text_are_equal() -> None:
    assert Identifier("a") == Identifier("a")
    assert len({Identifier("a"), Identifier("a"), Expression.name(Identifier("a"))}) == 2


@pytest.mark.parametrize(
    "text",
    ["", "2fa", "a-b", "a b", "a.b", "class", "None", "__import__", "é", "a\n", "a;b", "x" * 201],
)
def test_no_identifier(text: str) -> None:
    with pytest.raises(ValueError, match="not a usable"):
        Identifier(text)


@pytest.mark.parametrize("forged", [Forged("a"), Forged("import os")])
def test_a_subclass_of_str_is_refused(forged: Forged) -> None:
    with pytest.raises(ValueError, match="not a usable"):
        Identifier(forged)
    with pytest.raises(ValueError, match="no literal form"):
        Constant(forged)
    with pytest.raises(ValueError, match="no literal form"):
        Constant([forged])


@given(st.recursive(scalars, lambda inner: st.lists(inner, max_size=5), max_leaves=10))
def test_a_constant_is_its_value(value: LiteralValue) -> None:
    if "inf" in repr(value):
        return
    text = str(Constant(value))
    assert ast.literal_eval(text) == value
    assert text.isascii()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("whole", [False, True])
def test_a_hostile_constant_is_its_value(text: str, whole: bool) -> None:
    written = str(Constant(text, whole=whole))
    assert ast.literal_eval(written) == text
    assert written.isascii()
    assert "\n" not in written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), [float("inf")]])
def test_no_constant(value: LiteralValue) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        Constant(value)


def test_a_tuple_is_written_as_a_list() -> None:
    assert str(Constant((1, ("a",)))) == "[1, ['a']]"


def test_a_long_constant_is_written_in_pieces() -> None:
    pieces = str(Constant("a few words " * 20)).split("' '")
    assert len(pieces) == 4
    assert all(len(piece) <= 75 for piece in pieces)


def test_a_long_constant_breaks_at_its_lines() -> None:
    """So a change in an entry of a long JSON text leaves the lines of all others as they are."""
    entries = dict.fromkeys(("a", "b", "c"), "a few words " * 9)
    before = str(Constant(json_entries(entries))).split("' '")
    after = str(Constant(json_entries(entries | {"a": "others"}))).split("' '")
    assert [piece for piece in after if piece not in before] == ['\'{"a": "others",\\n']
    assert json.loads(json_entries(entries)) == entries
    assert ast.literal_eval(str(Constant("line\n" * 20))) == "line\n" * 20


def test_pieces_among_others_stand_in_parentheses() -> None:
    long = "a few words " * 8
    literal = Expression.name(Identifier("Literal"))
    pieces = str(Constant(long))
    assert str(Expression.subscript(literal, Constant(long))) == f"Literal[{pieces}]"
    assert str(Expression.subscript(literal, Constant(long), Constant("it's' '"))) == (
        f"Literal[({pieces}), \"it's' '\"]"
    )
    assert str(Constant([long, "b"])) == f"[({pieces}), 'b']"


def test_a_whole_constant_stays_in_one_piece() -> None:
    route = "/a" * 60
    assert str(Constant(route, whole=True)) == f"'{route}'"
    assert str(Constant(route)) != f"'{route}'"


def test_several_values() -> None:
    assert str(Expression.several()) == "()"
    assert str(Expression.several(Constant("a"))) == "('a',)"
    assert str(Expression.several(Constant("a"), INT)) == "('a', int)"
    long = Constant("a few words " * 8)
    assert str(Expression.several(long)) == f"(({long}),)"
    called = Expression.call(STR, [long, Expression.several()])
    assert str(called) == f"str(({long}), ())"


def test_expressions() -> None:
    low, high = Identifier("ge"), Identifier("le")
    called = Expression.call(
        Expression.name(Identifier("Field")), [Constant("a")], [(low, Constant(1)), (high, INT)]
    )
    assert str(called) == "Field('a', ge=1, le=int)"
    assert str(Expression.subscript(STR, INT, Constant("x"))) == "str[int, 'x']"
    assert str(Expression.name(Identifier("models"), Identifier("A"))) == "models.A"


def test_a_union_has_each_member_once_and_none_last() -> None:
    none = Expression.none()
    assert str(Expression.union(none, INT, STR, INT)) == "int | str | None"
    assert str(Expression.union(Expression.union(INT, none), STR)) == "int | str | None"
    assert str(Expression.optional(Expression.optional(INT))) == "int | None"
    listed = Expression.subscript(Expression.name(Identifier("list")), Expression.optional(INT))
    assert str(Expression.optional(listed)) == "list[int | None] | None"
    with pytest.raises(ValueError, match="nothing"):
        Expression.union()


def test_an_import() -> None:
    assert str(Import("datetime")) == "import datetime"
    assert str(Import(".errors", [Identifier("A"), Identifier("B")])) == "from .errors import A, B"
    long = Identifier("A" * 70)
    assert str(Import("typing", [long])) == f"from typing import ({long},)"
    for module in ("", "os; x", "a b", "..", "a..b", "a\nb"):
        with pytest.raises(ValueError, match="not a module"):
            Import(module)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("indent", [0, 8])
def test_a_docstring_is_one_string(text: str, indent: int) -> None:
    if not text.strip():
        return
    source = f'{" " * indent}"""{DocText(text, indent)}"""\n'
    tree = ast.parse("if 1:\n" + source if indent else source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    assert len(statements) == 1
    constant = statements[0].value
    assert isinstance(constant, ast.Constant)
    assert isinstance(constant.value, str)
    assert all(line == "" or line.startswith(" " * indent) for line in source.splitlines())
    source.encode("utf-8")


@given(st.text(min_size=1))
def test_any_docstring_is_one_string(text: str) -> None:
    try:
        inside = str(DocText(text, 4))
    except ValueError:
        assert not text.strip()
        return
    value = ast.literal_eval(f'"""{inside}"""')
    assert isinstance(value, str)
    kept = [char for char in text if char.isascii() and char.isalnum()]
    left = iter(value)
    assert all(char in left for char in kept)


def test_docstring_lines_are_wrapped() -> None:
    lines = str(DocText("word " * 100, 8)).split("\n")
    assert len(lines) > 5
    assert all(len(line) <= 96 for line in lines)
    assert lines[-1] == " " * 8


def test_a_wide_docstring_is_wrapped_by_its_columns() -> None:
    lines = str(DocText("掲示 " * 60, 0)).split("\n")
    assert all(len(line) <= 60 for line in lines)


def test_a_long_word_keeps_a_line_of_its_own() -> None:
    link = "https://example.org/" + "x" * 120
    lines = str(DocText(f"See {link} there.", 0)).split("\n")
    assert lines == ["See", link, "there.", ""]


def test_a_list_goes_on_under_its_text() -> None:
    lines = str(DocText("- " + "word " * 30, 4)).split("\n")
    assert lines[0].startswith("- word")
    assert lines[1].startswith("      word")


def test_letters_of_every_script_stay() -> None:
    assert str(DocText("Grüße, мир, 掲示板 — “so”")) == "Grüße, мир, 掲示板 — “so”"


def test_what_hides_or_turns_text_is_written_out() -> None:
    assert str(DocText("a\u202eb\u200bc\x00d\ud800e\U000e0041f")) == (
        "a\\\\u202eb\\\\u200bc\\\\u0000d\\\\ud800e\\\\U000e0041f"
    )


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_docstring_says_something(text: str) -> None:
    with pytest.raises(ValueError, match="says something"):
        DocText(text)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_comment_is_one_line_that_speaks_to_no_tool(text: str) -> None:
    comment = str(Comment(text))
    assert comment.isascii()
    assert comment.isprintable()
    assert len(comment) <= 200
    assert not set(comment) & set(":=#\\\"'")


@pytest.mark.parametrize(
    ("maker", "arguments"),
    [
        ("name", ["os"]),
        ("subscript", [INT, "os"]),
        ("union", [INT, "os"]),
        ("optional", ["os"]),
        ("call", ["os"]),
        ("call", [INT, ["os"]]),
        ("call", [INT, [], [("os", INT)]]),
    ],
)
def test_texts_do_not_get_into_expressions(maker: str, arguments: list[object]) -> None:
    with pytest.raises(TypeError, match="expected, not str"):
        getattr(Expression, maker)(*arguments)
