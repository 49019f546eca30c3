"""Findings about a spec: one type for every verb, collected, sorted, and reported all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

_MOST_OF_A_RULE: Final = 5_000


class Severity(Enum):
    """How much a finding weighs. Only errors keep files from being written."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a diagnostic speaks of: a stable id, its weight, and one sentence of documentation.

    Warnings and notes can be waived by name; an error only where it says what is then generated.
    """

    id: str
    severity: Severity
    summary: str
    if_waived: str = ""

    @property
    def waivable(self) -> bool:
        """Whether the configuration may name the rule in `waive`."""
        return self.severity is not Severity.ERROR or bool(self.if_waived)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a spec file. Lines and columns count from 1; a column counts characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Place(Protocol):
    """Something that stands in a spec. Its span may be computed when first asked for."""

    @property
    def span(self) -> Span: ...


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding: where, which rule, what is wrong, and what to do about it."""

    span: Span
    rule: Rule = field(compare=False)
    message: str
    help: str

    @property
    def severity(self) -> Severity:
        return self.rule.severity


class Diagnostics:
    """Collects the findings of one run. A rule that is waived is not collected.

    Of one rule no more than a few thousand are: a spec may hold a million faults.
    """

    def __init__(self, waived: frozenset[str] = frozenset()) -> None:
        self._waived = waived
        self._found: dict[Diagnostic, Diagnostic] = {}
        self._counts: Counter[Rule] = Counter()
        self._standing_in: Mapping[Rule, Rule | None] = {}

    def report(self, rule: Rule, place: Place | Span, message: str, cure: str) -> None:
        """Add a finding of *rule* at *place*; *cure* is its help.

        The same finding counts once: as an error, if it was reported as one at any time.
        """
        standing_in = self._standing_in.get(rule, rule)
        if standing_in is None:
            return
        rule = standing_in
        if self.is_waived(rule) or self._counts[rule] == _MOST_OF_A_RULE:
            return
        self._counts[rule] += 1
        span = place if isinstance(place, Span) else place.span
        found = Diagnostic(span, rule, message, cure)
        if found not in self._found or rule.severity is Severity.ERROR:
            self._found.pop(found, None)  # the key, which another rule may equal, is replaced too
            self._found[found] = found

    @contextmanager
    def standing_in(self, rules: Mapping[Rule, Rule | None]) -> Iterator[None]:
        """Within, report findings of a rule that is a key of *rules* as those of its value.

        Those of a rule without one are not reported: they are met again.
        """
        before, self._standing_in = self._standing_in, {**self._standing_in, **rules}
        try:
            yield
        finally:
            self._standing_in = before

    def is_waived(self, rule: Rule) -> bool:
        """Whether findings of *rule* are passed over."""
        return rule.waivable and rule.id in self._waived

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def has_errors(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self._found)
