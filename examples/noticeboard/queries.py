"""What the store asks of SQLite. Each function runs in a thread, inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from noticeboard import models

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS boards (id TEXT PRIMARY KEY, title TEXT NOT NULL)",
    # AUTOINCREMENT: the id of a notice that was taken down is not given out again, so "newer than"
    # stays true for cursors and for those who wait.
    """
    CREATE TABLE IF NOT EXISTS notices (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        board_id TEXT NOT NULL REFERENCES boards (id),
        key TEXT NOT NULL,
        text TEXT NOT NULL,
        colour TEXT NOT NULL,
        author TEXT,
        posted_at TEXT NOT NULL,
        UNIQUE (board_id, key)
    )
    """,
    "CREATE INDEX IF NOT EXISTS notices_by_board ON notices (board_id, id)",
)


def set_up(connection: sqlite3.Connection) -> None:
    """Prepare a new connection. WAL: those who read and the one who writes do not wait."""
    connection.row_factory = sqlite3.Row
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def create(cursor: sqlite3.Cursor) -> None:
    for statement in SCHEMA:
        cursor.execute(statement)


def board(cursor: sqlite3.Cursor, board_id: str) -> models.Board | None:
    row = cursor.execute("SELECT * FROM boards WHERE id = ?", [board_id]).fetchone()
    if row is None:
        return None
    count = "SELECT count(*) FROM notices WHERE board_id = ?"
    [notices] = cursor.execute(count, [board_id]).fetchone()
    return models.Board(id=row["id"], title=row["title"], notices=notices)


def put_board(cursor: sqlite3.Cursor, board_id: str, title: str) -> tuple[models.Board, bool]:
    old = board(cursor, board_id)
    cursor.execute(
        "INSERT INTO boards (id, title) VALUES (?, ?)"
        " ON CONFLICT (id) DO UPDATE SET title = excluded.title",
        [board_id, title],
    )
    notices = 0 if old is None else old.notices
    return models.Board(id=board_id, title=title, notices=notices), old is None


def notice(cursor: sqlite3.Cursor, board_id: str, notice_id: int) -> models.Notice | None:
    cursor.execute("SELECT * FROM notices WHERE board_id = ? AND id = ?", [board_id, notice_id])
    return _first(cursor)


def page(
    cursor: sqlite3.Cursor, board_id: str, before: int | None, limit: int
) -> list[models.Notice] | None:
    if board(cursor, board_id) is None:
        return None
    cursor.execute(
        "SELECT * FROM notices WHERE board_id = :board AND (:before IS NULL OR id < :before)"
        " ORDER BY id DESC LIMIT :limit",
        {"board": board_id, "before": before, "limit": limit},
    )
    return [_notice(row) for row in cursor.fetchall()]


def next_notice(cursor: sqlite3.Cursor, board_id: str, after: int) -> models.Notice | None:
    cursor.execute(
        "SELECT * FROM notices WHERE board_id = ? AND id > ? ORDER BY id LIMIT 1",
        [board_id, after],
    )
    return _first(cursor)


def post(
    cursor: sqlite3.Cursor, board_id: str, key: str, new: models.NewNotice
) -> tuple[models.Notice, bool] | None:
    if board(cursor, board_id) is None:
        return None
    cursor.execute("SELECT * FROM notices WHERE board_id = ? AND key = ?", [board_id, key])
    pinned = _first(cursor)
    if pinned is not None:
        return pinned, False
    cursor.execute(
        "INSERT INTO notices (board_id, key, text, colour, author, posted_at)"
        " VALUES (:board, :key, :text, :colour, :author, :now) RETURNING *",
        {
            "board": board_id,
            "key": key,
            "text": new.text,
            "colour": new.colour,
            "author": new.author,
            "now": datetime.now(UTC).isoformat(timespec="milliseconds"),
        },
    )
    return _notice(cursor.fetchone()), True


def delete(cursor: sqlite3.Cursor, board_id: str, notice_id: int) -> bool:
    cursor.execute("DELETE FROM notices WHERE board_id = ? AND id = ?", [board_id, notice_id])
    return cursor.rowcount == 1


def search(
    cursor: sqlite3.Cursor,
    text: str,
    boards: Sequence[str],
    colours: Sequence[str],
    oldest_first: bool,
    limit: int,
) -> list[models.Notice]:
    cursor.execute(
        "SELECT * FROM notices WHERE instr(casefold(text), casefold(:text))"
        " AND (:boards = '[]' OR board_id IN (SELECT value FROM json_each(:boards)))"
        " AND (:colours = '[]' OR colour IN (SELECT value FROM json_each(:colours)))"
        " ORDER BY id * :direction LIMIT :limit",
        {
            "text": text,
            "boards": json.dumps(boards),
            "colours": json.dumps(colours),
            "direction": 1 if oldest_first else -1,
            "limit": limit,
        },
    )
    return [_notice(row) for row in cursor.fetchall()]


def _first(cursor: sqlite3.Cursor) -> models.Notice | None:
    row = cursor.fetchone()
    return None if row is None else _notice(row)


def _notice(row: sqlite3.Row) -> models.Notice:
    return models.Notice(
        id=row["id"],
        board_id=row["board_id"],
        text=row["text"],
        colour=row["colour"],
        author=row["author"],
        posted_at=datetime.fromisoformat(row["posted_at"]),
    )
