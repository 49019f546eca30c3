"""Opaque cursors: where a page of notices ended."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(board_id: str, last_id: int) -> str:
    """Name the place after the notice *last_id* of a board."""
    return urlsafe_b64encode(f"{board_id}:{last_id}".encode()).decode()


def decode(board_id: str, cursor: str) -> int | None:
    """Return the id that *cursor* was made from. None: it was not made here, for this board."""
    try:
        last_id = int(urlsafe_b64decode(cursor).rpartition(b":")[2])
    except ValueError:
        return None
    return last_id if encode(board_id, last_id) == cursor else None
