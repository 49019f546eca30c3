"""The text of one file, and where in it a finding stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from counterfoil_codegen.diagnostics import Diagnostics, Rule, Span

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class Source:
    """The text of a file under the name that its findings carry."""

    def __init__(self, name: str, text: str, diagnostics: Diagnostics) -> None:
        self.name: Final = name
        self.text: Final = text
        self.diagnostics: Final = diagnostics

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends: `\\n`, `\\r\\n` or `\\r`, as YAML has them."""
        return tuple(_LINE_END.split(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def at(self, line: int, column: int) -> Span:
        """The place at a line and a column, both from 1."""
        return Span(self.name, line, column)

    def at_offset(self, offset: int) -> Span:
        """The place of the character at *offset*, from 0."""
        line = bisect_right(self._starts, offset)
        return Span(self.name, line, offset - self._starts[line - 1] + 1)

    def report(self, rule: Rule, span: Span, message: str, cure: str) -> None:
        self.diagnostics.report(rule, span, message, cure)


class UnusableError(Exception):
    """The file cannot be read on. What is wrong has been reported."""


def shown(text: str, longest: int = 80) -> str:
    """Spec text for a message: quoted, one line, no terminal escapes, cut at *longest*."""
    quoted = repr(text[:longest])
    return quoted if len(text) <= longest else f"{quoted[:-1]}…{quoted[-1]}"
