"""Why nothing could be done: what a verb raises, and the command turns into exit code 2.

Exception
├── UsageError   the command line does not say what to do
└── RefusalError      findings about the project: its configuration, the files in the way
"""

from __future__ import annotations

from counterfoil_codegen.diagnostics import Diagnostics, Rule, Span


class UsageError(Exception):
    """The command line does not say what to do. The text says what would."""


class RefusalError(Exception):
    """Nothing was done; `diagnostics` say why, and what to do about it."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        super().__init__("; ".join(found.message for found in diagnostics))
        self.diagnostics = diagnostics

    @classmethod
    def because(cls, rule: Rule, file: str, message: str, cure: str) -> RefusalError:
        """A refusal with one finding, about *file* as a whole."""
        diagnostics = Diagnostics()
        diagnostics.report(rule, Span(file, 1, 1), message, cure)
        return cls(diagnostics)
