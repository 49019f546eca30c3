"""Prints the findings of a run: those of every API together, as the working folder names files."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from counterfoil_codegen.diagnostics import Diagnostic, Severity
from counterfoil_codegen.reporting import Format, Lines, render
from counterfoil_codegen.target import shown


class Findings:
    """Collects findings whose files are named below some root."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._found: dict[Diagnostic, None] = {}
        self._lines: dict[str, Sequence[str]] = {}

    def add(self, found: Iterable[Diagnostic], root: Path, lines: Lines) -> None:
        """Add findings about files below *root*, whose *lines* are asked for by those names."""
        for finding in found:
            name = shown(root / finding.span.file)
            self._lines.setdefault(name, lines(finding.span.file))
            self._found[replace(finding, span=replace(finding.span, file=name))] = None

    def add_shown(self, found: Iterable[Diagnostic]) -> None:
        """Add findings that name files as the working folder does."""
        self._found |= dict.fromkeys(found)

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self._found)

    def write(self, *, results_on_stdout: bool = False) -> None:
        """Write them: to people on stderr; to programs on stdout, unless results go there."""
        text = render(sorted(self._found), self._form, lambda file: self._lines.get(file, ()))
        to_people = self._form is Format.TEXT or results_on_stdout
        stream = sys.stderr if to_people else sys.stdout
        stream.write(text)
