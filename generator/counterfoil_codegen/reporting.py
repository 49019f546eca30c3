"""Findings for a person, a program, or GitHub: the same findings in the same order.

Spec text is untrusted here too. Whatever does not print as itself (control characters, terminal
escapes, marks that turn text round) is shown as an escape.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Final, TypeAlias

from counterfoil_codegen.diagnostics import Diagnostic, Severity

# The lines of a file that a span names; none if the file has no text to show.
Lines: TypeAlias = Callable[[str], Sequence[str]]

_WIDEST: Final = 120  # characters of a source line
_MOST_OF_A_RULE: Final = 5  # warnings and notes
_MOST_ERRORS_OF_A_RULE: Final = 100
_TAB: Final = "    "
_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class Format(Enum):
    """How findings are written. The value is what `--format` takes."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def render(found: Iterable[Diagnostic], form: Format, lines: Lines) -> str:
    """The findings in *form*, ending in a newline; empty if there is nothing to say.

    `text`: each with its source line and an arrow, then a summary. `json`: one list of objects,
    also if it is empty. `github`: a workflow command each, which puts it on the line in a review.
    """
    match form:
        case Format.TEXT:
            return _text(tuple(found), lines)
        case Format.JSON:
            return json.dumps([_object(finding) for finding in found], indent=2) + "\n"
        case Format.GITHUB:
            return "".join(f"{_command(finding)}\n" for finding in found)


def summary(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; empty if there are none."""
    counts = Counter(finding.severity for finding in found)
    return ", ".join(
        f"{counts[severity]} {severity.value}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts[severity]
    )


def visible(text: str) -> str:
    """*text* as one line that prints as it is: what does not is escaped, a tab is four spaces."""
    if text.isprintable():
        return text
    return "".join(_visible(char) for char in text)


def _text(found: Sequence[Diagnostic], lines: Lines) -> str:
    if not found:
        return ""
    listed, left_out = _first_of_each(found)
    paragraphs = ["\n".join(_paragraph(finding, lines)) for finding in listed]
    more = [
        f"and {count} more of {rule}: --format json lists them all"
        for rule, count in sorted(left_out.items())
    ]
    return "\n\n".join([*paragraphs, "\n".join([*more, summary(found)])]) + "\n"


def _first_of_each(found: Sequence[Diagnostic]) -> tuple[list[Diagnostic], Counter[str]]:
    """The first findings of each rule, more of errors than of others; how many are left out."""
    seen: Counter[str] = Counter()
    listed = []
    for finding in found:
        seen[finding.rule.id] += 1
        is_error = finding.severity is Severity.ERROR
        if seen[finding.rule.id] <= (_MOST_ERRORS_OF_A_RULE if is_error else _MOST_OF_A_RULE):
            listed.append(finding)
    shown = Counter(finding.rule.id for finding in listed)
    return listed, seen - shown


def _paragraph(finding: Diagnostic, lines: Lines) -> list[str]:
    heading = f"{finding.span}: {finding.severity.value}: {finding.message} [{finding.rule.id}]"
    listing = _listing(lines(finding.span.file), finding.span.line, finding.span.column)
    return [visible(heading), *listing, f"help: {visible(finding.help)}"]


def _listing(lines: Sequence[str], line: int, column: int) -> list[str]:
    """The line, the one before it, and an arrow under the column."""
    if not 1 <= line <= len(lines):
        return []
    gutter = len(str(line))
    listing = [
        f"  {number:>{gutter}} | {_window(lines[number - 1], column)[0]}".rstrip()
        for number in range(max(1, line - 1), line + 1)
    ]
    before = _window(lines[line - 1], column)[1]
    return [*listing, f"  {'':{gutter}} | {' ' * _width(before)}^"]


def _window(line: str, column: int) -> tuple[str, str]:
    """What is shown of a line, and the part of it before *column*."""
    start = max(0, min(column - 1 - _WIDEST // 2, len(line) - _WIDEST))
    end = start + _WIDEST
    head = "…" if start else ""
    tail = "…" if end < len(line) else ""
    return (
        f"{head}{visible(line[start:end])}{tail}",
        f"{head}{visible(line[start : max(start, column - 1)])}",
    )


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if char == "\t":
        return _TAB
    return char.encode("unicode_escape").decode()


def _width(text: str) -> int:
    """The columns that printable text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _object(finding: Diagnostic) -> dict[str, str | int]:
    return {
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "severity": finding.severity.value,
        "rule": finding.rule.id,
        "message": finding.message,
        "help": finding.help,
    }


def _command(finding: Diagnostic) -> str:
    """A workflow command, escaped as GitHub's own toolkit does."""
    place = f"file={_property(visible(finding.span.file))},line={finding.span.line}"
    properties = f"{place},col={finding.span.column},title={finding.rule.id}"
    message = f"{_data(visible(finding.message))}%0Ahelp: {_data(visible(finding.help))}"
    return f"::{_COMMANDS[finding.severity]} {properties}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
