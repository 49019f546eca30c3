"""Opaque cursors: where a page of notices ended."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(board_id: str, last_id: int) -> str:
    """Name the place after the notice *last_id* of a board."""
    return urlsafe_b64encode(f"{board_id}:{last_id}".encode()).decode()


def decode(board_id: str, cursor: str) -> int:
    """Return the id that *cursor* was made from.

    Raises:
        ValueError: it was not made by `encode` for this board.
    """
    text = urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
    made = re.fullmatch(rf"{re.escape(board_id)}:([1-9][0-9]{{0,15}})", text)
    if made is None:
        raise ValueError("a cursor of something else")
    return int(made[1])
