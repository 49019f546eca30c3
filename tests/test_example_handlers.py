"""The long poll of the worked example, with time and the store in the test's hands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

from noticeboard import models

from counterfoil import Reply

Answer: TypeAlias = Reply[models.Notice | None]

TEA = models.Notice(
    id=7,
    board_id="lobby",
    text="Tea",
    colour="pink",
    posted_at=datetime(2026, 1, 2, tzinfo=UTC),
)
