"""Findings as text, JSON and GitHub commands; hostile text never reaches the terminal (C15)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from counterfoil_codegen.diagnostics import Diagnostic, Rule, Severity, Span
from counterfoil_codegen.reporting import Format, render, summary, visible
from hypothesis import given
from hypothesis import strategies as st

ERROR = Rule("CF204", Severity.ERROR, "A default fits.")
WARNING = Rule("CF401", Severity.WARNING, "Not supported yet.")
NOTE = Rule("CF301", Severity.NOTE, "A name is derived.")


def finding(
    line: int = 2, column: int = 3, rule: Rule = ERROR, message: str = "wrong", cure: str = "cure"
) -> Diagnostic:
    return Diagnostic(Span("spec/x.yaml", line, column), rule, message, cure)


def lines(*text: str) -> Callable[[str], Sequence[str]]:
    return lambda file: text if file == "spec/x.yaml" else ()


def test_text() -> None:
    default = Diagnostic(
        Span("spec/x.yaml", 14, 9),
        ERROR,
        "query parameter 'limit' has default 200 above its maximum 100",
        "lower the default, or raise the maximum",
    )
    source = lines(*[""] * 12, "      maximum: 100", "        default: 200")
    assert render([default, finding(1, 1, WARNING)], Format.TEXT, source) == (
        "spec/x.yaml:14:9: error: query parameter 'limit' has default 200 above its maximum 100"
        " [CF204]\n"
        "  13 |       maximum: 100\n"
        "  14 |         default: 200\n"
        "     |         ^\n"
        "help: lower the default, or raise the maximum\n"
        "\n"
        "spec/x.yaml:1:1: warning: wrong [CF401]\n"
        "  1 |\n"
        "    | ^\n"
        "help: cure\n"
        "\n"
        "1 error, 1 warning\n"
    )


def test_nothing_found() -> None:
    assert render([], Format.TEXT, lines()) == ""
    assert render([], Format.JSON, lines()) == "[]\n"
    assert render([], Format.GITHUB, lines()) == ""


def test_summary_counts_by_weight() -> None:
    rules = [WARNING, ERROR, NOTE, ERROR, NOTE]
    assert summary(finding(rule=rule) for rule in rules) == "2 errors, 1 warning, 2 notes"
    assert summary([]) == ""


@pytest.mark.parametrize("line", [0, 3])
def test_without_a_line_to_show_there_is_no_listing(line: int) -> None:
    text = render([finding(line)], Format.TEXT, lines("a", "b"))
    assert text == f"spec/x.yaml:{line}:3: error: wrong [CF204]\nhelp: cure\n\n1 error\n"


@pytest.mark.parametrize(
    ("line", "column", "shown", "before"),
    [
        ("abc", 2, "abc", "a"),
        ("abc", 4, "abc", "abc"),
        ("\t\tabc", 3, "        abc", "        "),
        ("\u65e5\u672c: x", 5, "\u65e5\u672c: x", "xxxxxx"),
        ("e\u0301: x", 5, "e\u0301: x", "xxx"),
        ("\x1b[31mred", 6, "\\x1b[31mred", "xxxxxxxx"),
        ("\u202ea: x", 3, "\\u202ea: x", "xxxxxxx"),
        ("\ud800: x", 4, "\\ud800: x", "xxxxxxxx"),
    ],
)
def test_the_arrow_stands_under_the_column(line: str, column: int, shown: str, before: str) -> None:
    text = render([finding(1, column)], Format.TEXT, lines(line)).split("\n")
    assert text[1] == f"  1 | {shown}"
    assert text[2] == f"    | {' ' * len(before)}^"


@pytest.mark.parametrize(
    ("column", "start", "head", "tail"),
    [
        (1, 0, "", "…"),
        (61, 0, "", "…"),
        (62, 1, "…", "…"),
        (500, 439, "…", "…"),
        (1000, 880, "…", ""),
    ],
)
def test_of_a_long_line_120_characters_around_the_column(
    column: int, start: int, head: str, tail: str
) -> None:
    line = "".join(chr(ord("a") + number % 26) for number in range(1000))
    text = render([finding(1, column)], Format.TEXT, lines(line)).split("\n")
    assert text[1] == f"  1 | {head}{line[start : start + 120]}{tail}"
    assert text[1][text[2].index("^")] == line[column - 1]


@given(st.text(max_size=300), st.integers(1, 310))
def test_a_listing_is_printable_whatever_the_line(line: str, column: int) -> None:
    text = render([finding(1, column, message=line, cure=line)], Format.TEXT, lines(line))
    heading, listing, pointer, cure, blank, last, end = text.split("\n")
    assert all(part.isprintable() for part in (heading, listing, pointer, cure))
    assert (blank, last, end) == ("", "1 error", "")
    assert pointer.startswith("    | ")
    assert pointer.endswith("^")
    assert listing.startswith("  1 |")


@given(st.text(max_size=200))
def test_visible_text_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(visible(text)) == visible(text)


@given(st.text(max_size=50))
def test_what_prints_is_left_alone(text: str) -> None:
    printable = "".join(char for char in text if char.isprintable())
    assert visible(printable) == printable


def test_json() -> None:
    found = [finding(message="a \x1b[31m 'caf\u00e9'\n"), finding(3, 1, NOTE)]
    text = render(found, Format.JSON, lines())
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == [
        {
            "file": "spec/x.yaml",
            "line": 2,
            "column": 3,
            "severity": "error",
            "rule": "CF204",
            "message": "a \x1b[31m 'caf\u00e9'\n",
            "help": "cure",
        },
        {
            "file": "spec/x.yaml",
            "line": 3,
            "column": 1,
            "severity": "note",
            "rule": "CF301",
            "message": "wrong",
            "help": "cure",
        },
    ]


def test_github() -> None:
    found = [finding(), finding(3, 1, WARNING), finding(4, 1, NOTE)]
    assert render(found, Format.GITHUB, lines()) == (
        "::error file=spec/x.yaml,line=2,col=3,title=CF204::wrong%0Ahelp: cure\n"
        "::warning file=spec/x.yaml,line=3,col=1,title=CF401::wrong%0Ahelp: cure\n"
        "::notice file=spec/x.yaml,line=4,col=1,title=CF301::wrong%0Ahelp: cure\n"
    )


def test_github_escapes() -> None:
    found = Diagnostic(Span("a,b:c%.yaml", 1, 1), ERROR, "50%: a, b", "x::error::y")
    assert render([found], Format.GITHUB, lines()) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,title=CF204::50%25: a, b%0Ahelp: x::error::y\n"
    )


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_a_finding_cannot_forge_a_github_command(file: str, message: str, cure: str) -> None:
    found = Diagnostic(Span(file, 1, 1), ERROR, message, cure)
    text = render([found], Format.GITHUB, lines())
    assert text.startswith("::error file=")
    assert text.endswith("\n")
    assert text[:-1].isprintable()
    properties = text.removeprefix("::error ").partition("::")[0]
    assert [part.partition("=")[0] for part in properties.split(",")] == [
        "file",
        "line",
        "col",
        "title",
    ]


def test_warnings_that_repeat_are_counted_and_errors_all_listed() -> None:
    found = [finding(line, 1, rule) for rule in (WARNING, ERROR) for line in range(1, 10)]

    text = render(found, Format.TEXT, lines())

    assert text.count("[CF401]") == 5
    assert text.count("[CF204]") == 9
    assert text.endswith(
        "and 4 more of CF401: --format json lists them all\n9 errors, 9 warnings\n"
    )
    assert len(json.loads(render(found, Format.JSON, lines()))) == 18
