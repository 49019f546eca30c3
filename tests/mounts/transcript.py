"""What is asked of every host, in this order, on an empty noticeboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Ask:
    """One request. *name* is how the table of differences calls it."""

    name: str
    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def pin(name: str, key: str, board: str = "lobby", **notice: object) -> Ask:
    """A POST of a notice."""
    headers = {"Idempotency-Key": key} if key else {}
    return Ask(name, "POST", f"/boards/{board}/notices", encoded(notice), headers)


def encoded(value: object) -> bytes:
    return json.dumps(value).encode("utf-8")


TITLE: Final = encoded({"title": "Lobby"})

TRANSCRIPT: Final = [
    # Successes of every operation.
    Ask("put new", "PUT", "/boards/lobby", TITLE),
    Ask("put again", "PUT", "/boards/lobby", encoded({"title": "Große Halle \u2603"})),
    Ask("put declared JSON", "PUT", "/boards/lobby", TITLE, {"Content-Type": "application/json"}),
    Ask("get board", "GET", "/boards/lobby"),
    Ask("get board, query ignored", "GET", "/boards/lobby?x=1&x=2"),
    pin("pin", "1", text="Tea at four", colour="pink", author="Ann"),
    pin("pin again", "1", text="Tea at four", colour="pink", author="Ann"),
    pin("pin, conflict", "1", text="Coffee"),
    pin("pin second", "2", text="Café \U0001f375"),
    pin("pin third", "3", text='line\nbreak \u2028 \\ " </script>', colour="blue"),
    Ask("get notice", "GET", "/boards/lobby/notices/1"),
    Ask("list", "GET", "/boards/lobby/notices"),
    Ask("list bounded", "GET", "/boards/lobby/notices?limit=2"),
    Ask("list next page", "GET", "/boards/lobby/notices?limit=2&from=bG9iYnk6Mg=="),
    Ask("next at once", "GET", "/boards/lobby/next?after=1"),
    Ask("next in vain", "GET", "/boards/lobby/next?after=3&timeout=0"),
    Ask("next in a while", "GET", "/boards/lobby/next?after=3&timeout=20"),
    Ask("search", "GET", "/search?text=tea"),
    Ask("search lists", "GET", "/search?text=e&colour=pink&colour=blue&board=lobby&board=none"),
    Ask("search plus", "GET", "/search?text=Tea+at+four"),
    Ask("search escaped", "GET", "/search?text=%63af%C3%A9&order=oldest&limit=1"),
    # Declared errors.
    Ask("no board", "GET", "/boards/nowhere"),
    Ask("no board to list", "GET", "/boards/nowhere/notices"),
    Ask("no board to wait at", "GET", "/boards/nowhere/next?timeout=0"),
    pin("no board to pin to", "1", board="nowhere", text="Tea"),
    Ask("no notice", "GET", "/boards/lobby/notices/99"),
    Ask("no notice to delete", "DELETE", "/boards/lobby/notices/99"),
    Ask("unknown cursor", "GET", "/boards/lobby/notices?from=nonsense"),
    # Refused parameters.
    Ask("board out of pattern", "GET", "/boards/NO!"),
    Ask("notice not a number", "GET", "/boards/lobby/notices/one"),
    Ask("notice out of bounds", "GET", "/boards/lobby/notices/0"),
    Ask("notice empty", "GET", "/boards/lobby/notices/"),
    Ask("limit out of bounds", "GET", "/boards/lobby/notices?limit=101"),
    Ask("limit not a number", "GET", "/boards/lobby/notices?limit=ten"),
    Ask("limit twice", "GET", "/boards/lobby/notices?limit=1&limit=2"),
    Ask("limit empty", "GET", "/boards/lobby/notices?limit="),
    Ask("text missing", "GET", "/search"),
    Ask("text empty", "GET", "/search?text="),
    Ask("text not UTF-8", "GET", "/search?text=%FF"),
    Ask("many mistakes", "GET", "/search?colour=red&order=best&limit=x"),
    Ask("board twice", "GET", "/search?text=tea&board=lobby&board=NO"),
    # Refused bodies.
    Ask("body missing", "PUT", "/boards/lobby"),
    Ask("body not JSON", "PUT", "/boards/lobby", b"{"),
    Ask("body not UTF-8", "PUT", "/boards/lobby", b'{"title": "\xff"}'),
    Ask("body no object", "PUT", "/boards/lobby", b"[]"),
    Ask("body lacks title", "PUT", "/boards/lobby", b"{}"),
    Ask("body of wrong type", "PUT", "/boards/lobby", encoded({"title": 7})),
    Ask("body too long", "PUT", "/boards/lobby", encoded({"title": "x" * 81})),
    Ask("body NaN", "PUT", "/boards/lobby", b'{"title": NaN}'),
    Ask("body of another type", "PUT", "/boards/lobby", b"<a/>", {"Content-Type": "text/xml"}),
    pin("key missing", "", text="Tea"),
    pin("key too long", "k" * 65, text="Tea"),
    pin("all wrong", "", board="NO!", text="", colour="puce"),
    # Percent-encoded paths.
    Ask("escaped letter", "GET", "/boards/l%6Fbby"),
    Ask("escaped slash", "GET", "/boards/lobby%2Fnotices"),
    Ask("escaped UTF-8", "GET", "/boards/caf%C3%A9"),
    Ask("escaped twice", "GET", "/boards/lobb%2579"),
    Ask("escaped space", "GET", "/boards/a%20b"),
    Ask("literal slash twice", "GET", "/boards//lobby"),
    # What the host answers by itself.
    Ask("unknown path", "GET", "/boards/lobby/unknown"),
    Ask("unknown method", "PATCH", "/boards/lobby", TITLE),
    Ask("delete a board", "DELETE", "/boards/lobby"),
    Ask("post to a notice", "POST", "/boards/lobby/notices/1", TITLE),
    Ask("options", "OPTIONS", "/boards/lobby"),
    Ask(
        "preflight",
        "OPTIONS",
        "/boards/lobby/notices",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    ),
    Ask("head", "HEAD", "/boards/lobby"),
    Ask("head of a missing board", "HEAD", "/boards/nowhere"),
    Ask("head of no operation", "HEAD", "/boards/lobby/unknown"),
    # What ends a handler.
    Ask("not implemented", "GET", "/boards/later"),
    Ask("handler breaks", "GET", "/boards/broken"),
    # And it all still works.
    Ask("delete", "DELETE", "/boards/lobby/notices/2"),
    Ask("deleted", "GET", "/boards/lobby/notices/2"),
    Ask("board at the end", "GET", "/boards/lobby"),
]
