"""What a browser is to do with a file (RFC 6266)."""

from __future__ import annotations

import re
from urllib.parse import quote

__all__ = ["content_disposition"]

_SEPARATOR = re.compile(r"[/\\]")

# What browsers read differently within quotation marks (RFC 6266, appendix D).
_NOT_PLAIN = re.compile(r'[^ -~]|["%]')

_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"
"""Those of RFC 8187, section 3.2.1, beside letters and digits."""


def content_disposition(filename: str, inline: bool = False) -> str:
    """The value of a `Content-Disposition` header: save the answer as *filename*, or show it.

    A slash, a backslash, and what cannot be printed (line ends, marks that turn the direction of
    text) become `_`: the name must not lead to another folder, nor to another header. A name that
    is not plain ASCII is sent in both forms, `filename` for old clients and `filename*` for others.
    """
    safe = _SEPARATOR.sub("_", filename)
    safe = "".join(each if each.isprintable() else "_" for each in safe)
    if not safe.strip(". "):  # no name of a file, or that of a folder
        safe = "download"
    plain = _NOT_PLAIN.sub("_", safe)
    value = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    if plain == safe:
        return value
    return f"{value}; filename*=UTF-8''{quote(safe, safe=_ATTRIBUTE_CHARACTERS)}"
