"""Write docs/support.md."""

from __future__ import annotations

from tests.support.page import page
from tests.support.survey import survey
from tests.test_support import PAGE

PAGE.write_text(page(survey()), encoding="utf-8")
