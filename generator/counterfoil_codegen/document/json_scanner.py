"""The second pass over JSON: where each key and value stands, and what is wrong with them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from counterfoil_codegen.document import faults
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER, MOST_VALUES
from counterfoil_codegen.document.source import Source
from counterfoil_codegen.document.text import CONTROL, without_controls
from counterfoil_codegen.rules import reading as rules

_LEXEME: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONSTANTS: Final = frozenset(("true", "false", "null"))


@dataclass(slots=True)
class Mark:
    """The offsets of a key and its value; in a list and at the root, of the value twice."""

    key: int
    value: int
    members: dict[str, Mark] = field(default_factory=dict)


@dataclass(slots=True)
class Marks:
    """The marks of a document, and the keys that repeat an earlier one: key, offset, first."""

    root: Mark
    repeated: list[tuple[str, int, int]]


def scan(text: str) -> Marks:
    """Mark every key and value of *text*, which is JSON. Of a repeated key the first counts."""
    top = Mark(0, 0)
    repeated: list[tuple[str, int, int]] = []
    stack: list[tuple[Mark, bool]] = [(top, False)]  # with whether it is a mapping
    key: tuple[str, int] | None = None
    for lexeme, offset in _lexemes(text):
        if lexeme in ",:":
            continue
        if lexeme in "]}":
            stack.pop()
            continue
        container, is_mapping = stack[-1]
        if is_mapping and key is None:
            key = (without_controls(_string(lexeme)), offset)
            continue
        name, start = key or (str(len(container.members)), offset)
        key = None
        mark = Mark(start, offset)
        first = container.members.setdefault(name, mark)
        if first is not mark:
            repeated.append((name, start, first.key))
        if lexeme in "[{":
            stack.append((mark, lexeme == "{"))
    return Marks(top.members["0"], repeated)


def report_faults(source: Source) -> None:
    """Report everything in a JSON text that is past a limit or against a rule.

    Raises:
        UnusableError: it is too deep or too large; reported.
    """
    _check_size(source)
    for lexeme, offset in _lexemes(source.text):
        if lexeme.startswith('"'):
            _check_string(source, lexeme, offset)
        elif lexeme not in "{}[],:" and lexeme not in _CONSTANTS:
            _check_number(source, lexeme, offset)
    for key, offset, first in scan(source.text).repeated:
        faults.duplicate_key(source, source.at_offset(offset), key, source.at_offset(first))


def _lexemes(text: str) -> Iterator[tuple[str, int]]:
    for lexeme in _LEXEME.finditer(text):
        yield lexeme[0], lexeme.start()


def _string(lexeme: str) -> str:
    if "\\" not in lexeme:
        return lexeme[1:-1]
    return str(json.loads(lexeme))


def _check_size(source: Source) -> None:
    depth = count = 0
    for lexeme, offset in _lexemes(source.text):
        if lexeme in "[{":
            depth += 1
        elif lexeme in "]}":
            depth -= 1
            continue
        elif lexeme in ",:":
            continue
        count += 1
        if depth + (lexeme not in "[{") > DEEPEST:
            raise faults.too_deep(source, source.at_offset(offset))
        if count > MOST_VALUES:
            raise faults.too_many_values(source, source.at_offset(offset))


def _check_string(source: Source, lexeme: str, offset: int) -> None:
    if "\\" not in lexeme:
        return
    value = _string(lexeme)
    if control := CONTROL.search(value):
        faults.control_character(source, source.at_offset(offset), value, control[0])
    if half := _SURROGATE.search(value):
        source.report(
            rules.LONE_SURROGATE,
            source.at_offset(offset),
            f"the string holds half of a surrogate pair, U+{ord(half[0]):04X}",
            "write both halves, or the character itself",
        )


def _check_number(source: Source, lexeme: str, offset: int) -> None:
    if len(lexeme) > LONGEST_NUMBER:
        faults.number_too_long(source, source.at_offset(offset), len(lexeme))
    elif not math.isfinite(float(lexeme)):
        faults.not_finite(source, source.at_offset(offset), lexeme)
