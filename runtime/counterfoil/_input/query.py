"""Percent-encoded text: the query string, and single values (RFC 3986, section 2.1)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

__all__ = [
    "MAX_PARAMETERS",
    "TooManyParametersError",
    "percent_decode",
    "percent_decode_bytes",
    "split_query",
]

MAX_PARAMETERS = 256
"""How many parameters a query string may hold."""

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class TooManyParametersError(ValueError):
    """A query string holds more than `MAX_PARAMETERS`."""

    def __init__(self) -> None:
        super().__init__(f"the query string has more than {MAX_PARAMETERS} parameters")


def percent_decode(text: str) -> str:
    """Decode the escapes of *text* once, as UTF-8.

    Raises `ValueError` for an incomplete escape, for a character that should have been escaped, and
    for bytes that are not UTF-8. None of its messages quote the text.
    """
    if "%" not in text:
        if not text.isascii():
            raise ValueError("must be percent-encoded")
        return text
    try:
        return percent_decode_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None


def percent_decode_bytes(text: str) -> bytes:
    """Decode the escapes of *text* once, to whatever bytes they stand for.

    Raises `ValueError` for an incomplete escape, and for a character that should have been escaped.
    """
    if not text.isascii():
        raise ValueError("must be percent-encoded")
    if _BAD_ESCAPE.search(text):
        raise ValueError("has an incomplete percent escape")
    return unquote_to_bytes(text)


def split_query(query: bytes) -> list[tuple[str, str]]:
    """The pairs of *query* in order, still encoded; a parameter without `=` has an empty value.

    `&` alone separates: a server that also split at `;` would read other parameters than the proxy
    before it did. Raises `TooManyParametersError`.
    """
    if query.count(b"&") >= MAX_PARAMETERS:
        raise TooManyParametersError
    text = query.decode("latin-1").replace("+", " ")
    return [pair.partition("=")[::2] for pair in text.split("&") if pair]
