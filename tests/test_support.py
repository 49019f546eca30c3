"""docs/support.md says what the rules and the corpus say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from counterfoil_codegen.rules import ALL

from tests.support.objects import OBJECTS
from tests.support.page import page
from tests.support.survey import survey

PAGE: Final = Path(__file__).parent.parent / "docs" / "support.md"


def test_the_page_is_what_the_rules_and_the_corpus_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(survey()), "run `make support`"


def test_every_served_case_says_what_it_shows() -> None:
    found = survey()
    assert all(found.titles.values())
    assert {rule.id for rule in ALL} == set(found.rules)
    assert {kind for kind, _ in found.fields} <= set(OBJECTS)
