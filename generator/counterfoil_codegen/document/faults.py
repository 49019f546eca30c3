"""Findings that YAML and JSON share, worded once."""

from __future__ import annotations

from counterfoil_codegen.diagnostics import Span
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER, MOST_VALUES
from counterfoil_codegen.document.source import Source, UnusableError, shown
from counterfoil_codegen.rules import reading as rules
from counterfoil_codegen.rules.oddities import REPLACED_CONTROL


def empty_file(source: Source) -> UnusableError:
    source.report(
        rules.EMPTY_FILE,
        source.at(1, 1),
        "the file has no content",
        "write an OpenAPI document, or remove the file",
    )
    return UnusableError(source.name)


def too_deep(source: Source, span: Span) -> UnusableError:
    source.report(
        rules.TOO_DEEP,
        span,
        f"the document nests deeper than {DEEPEST} levels here",
        "move the inner part to a file or a component of its own, and refer to it",
    )
    return UnusableError(source.name)


def too_many_values(source: Source, span: Span) -> UnusableError:
    source.report(
        rules.TOO_MANY_VALUES,
        span,
        f"the document holds more than {MOST_VALUES:,} keys and values, aliases expanded",
        "split it into several files; use $ref in place of an alias that repeats much",
    )
    return UnusableError(source.name)


def duplicate_key(source: Source, span: Span, key: str, first: Span) -> None:
    source.report(
        rules.DUPLICATE_KEY,
        span,
        f"the key {shown(key)} stands twice in this mapping",
        f"rename or remove one; the first is {there(first)}",
    )


def control_character(source: Source, span: Span, text: str, first: str) -> None:
    """The *first* that is escaped in *text*. Binary examples hold some; a NUL is an attack's."""
    if "\0" in text:
        source.report(
            rules.CONTROL_CHARACTER, span, "the string holds the character U+0000", "remove it"
        )
        return
    source.report(
        REPLACED_CONTROL,
        span,
        f"the string holds the control character U+{ord(first):04X}: "
        "it is read as U+FFFD, that which stands for what cannot be read",
        "remove its escape; a backslash that is meant as one is written twice",
    )


def number_too_long(source: Source, span: Span, length: int) -> None:
    source.report(
        rules.NUMBER_TOO_LONG,
        span,
        f"the number has {length:,} characters, at most {LONGEST_NUMBER} are read",
        "quote it if it is meant as a string",
    )


def not_finite(source: Source, span: Span, text: str) -> None:
    source.report(
        rules.NOT_FINITE,
        span,
        f"{text} is not a finite number: JSON has no form for it",
        "quote it if it is meant as a string",
    )


def there(span: Span) -> str:
    """A second place in the same file, for a help text."""
    return f"at line {span.line}, column {span.column}"
