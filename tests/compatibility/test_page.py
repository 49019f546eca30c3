"""docs/twisted.md names the tests that it is true by."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent.parent / "docs" / "twisted.md").read_text(encoding="utf-8")


def names(folder: Path) -> set[str]:
    """Those of the tests in *folder*, but for this file's."""
    pages = [page for page in folder.glob("test_*.py") if page != Path(__file__)]
    return {
        name
        for page in pages
        for name in re.findall(r"^def (test_\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_each_test_that_the_page_names_is_there_and_each_that_is_there_is_named() -> None:
    named, here = set(re.findall(r"`(test_\w+)`", PAGE)), names(TESTS)
    assert named <= here | names(TESTS.parent / "runtime")
    assert here <= named
