"""What a client that knows HTTP/2 asks."""

from __future__ import annotations

from typing import Final

__all__ = ["ASKED", "LARGE"]

LARGE: Final = b"x" * 1_000_000

ASKED: Final = [
    ("GET", "/api/items/tea", b""),
    ("GET", "/api/none", b""),
    ("DELETE", "/api/items/tea", b""),
    ("POST", "/api/length", LARGE),
    ("POST", "/api/length", LARGE + b"x"),
    ("GET", "/api/large", b""),
    ("GET", "/api/late", b""),
    ("GET", "/api/torn", b""),
    ("GET", "/pushed", b""),
    ("POST", "/echo", LARGE),
]
