"""The page: docs/support.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from counterfoil_codegen.rules import ALL

from tests.support.objects import OBJECTS
from tests.support.survey import Survey, Use

_HEAD: Final = """\
# What is supported

`make support` writes this page, from the rules of the generator and the cases of `tests/corpus/`; a
test holds it against both. "Served in" names cases that use a field, and that are generated,
type-checked, served over a socket and asked. A rule that is named beside says what is not done, or
done otherwise than the words suggest: it is reported where it applies. The rules are at the end.

To waive a rule, name it: `waive = ["CF406"]` in `[tool.counterfoil]`, or `--waive CF406`.
"""
_RULES: Final = """\
## Rules

An error keeps files from being written. A warning does not; it is repeated in each run until it is
waived or mended.
"""
_MOST: Final = 3  # cases in a cell


def page(found: Survey) -> str:
    """The text of the page."""
    blocks = [_HEAD, _cases(found)]
    blocks += [_object(kind, found) for kind in OBJECTS]
    blocks += [_values(title, found) for title in sorted({title for title, _ in found.values})]
    return "\n".join([*blocks, _rules(found)])


def _cases(found: Survey) -> str:
    rows = ((f"[{case}](../tests/corpus/{case}/)", title) for case, title in found.titles.items())
    return "## Cases that are served\n\n" + _table(("case", "what it shows"), rows)


def _object(kind: str, found: Survey) -> str:
    names = (
        *OBJECTS[kind],
        *(["x-counterfoil"] if (kind, "x-counterfoil") in found.fields else []),
    )
    uses = {name: found.fields[kind, name] for name in names}
    shown = {name: use for name, use in uses.items() if use.cases or _limits(use)}
    rows = ((f"`{name}`", *_cells(use)) for name, use in shown.items())
    rest = ", ".join(f"`{name}`" for name in uses if name not in shown)
    table = _table(("field", "served in", "rules"), rows) if shown else ""
    return f"## {kind} Object\n\n{table}" + (f"\nIn no case: {rest}.\n" if rest else "")


def _values(title: str, found: Survey) -> str:
    uses = sorted((value, use) for (kind, value), use in found.values.items() if kind == title)
    rows = ((f"`{value}`", *_cells(use)) for value, use in uses if use.cases or _limits(use))
    return f"## {title}\n\n" + _table(("value", "served in", "rules"), rows)


def _cells(use: Use) -> tuple[str, str]:
    return _some(use.cases), ", ".join(_limits(use))


def _some(cases: Collection[str]) -> str:
    more = len(cases) - _MOST
    return ", ".join(sorted(cases)[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _limits(use: Use) -> list[str]:
    """The rules about what is not supported: those of 400 and more."""
    return sorted(rule for rule in use.rules if rule.startswith("CF4"))


def _rules(found: Survey) -> str:
    rows = (
        (
            rule.id,
            rule.severity.value,
            ("yes" + (f": {rule.if_waived}" if rule.if_waived else "")) if rule.waivable else "no",
            rule.summary,
            _some(found.rules[rule.id]),
        )
        for rule in ALL
    )
    heads = ("rule", "weight", "can be waived", "what it asks for", "shown in")
    return f"{_RULES}\n{_table(heads, rows)}"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in _lines(heads, rows))


def _lines(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    yield heads
    yield tuple("---" for _ in heads)
    for row in rows:
        yield tuple(cell.replace("|", "\\|") for cell in row)
