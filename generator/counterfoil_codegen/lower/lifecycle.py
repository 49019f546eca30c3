"""Since when an operation is deprecated, and when it will be gone: `deprecation` and `sunset`.

What is let through here is what the runtime's `lifecycle` takes: it would refuse the rest only when
the generated package is imported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.fields import Fields

_KEYS: Final = ("date", "link")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # RFC 3339, section 5.6
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_URI_REFERENCE: Final = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")  # RFC 3986, A
_CURE: Final = "write the day, 2026-11-27, or the second, 2026-11-27T12:00:00Z"


def read_milestone(fields: Fields, key: str, diagnostics: Diagnostics) -> ir.Milestone | None:
    """What *key* says: a date, a mapping with a date and a link, or false for none at all.

    None if it is absent, and after reporting what is nothing of these.
    """
    node = fields.get(key)
    if node is None:
        return None
    if node.value is False:
        return ir.Milestone()
    if not isinstance(node.value, dict):
        date = _date(fields, key, node)
        return None if date is None else ir.Milestone(date)
    inner = Fields(node, f"{key} of {fields.what}", diagnostics)
    inner.check_keys(_KEYS)
    link = _link(inner)
    dated = inner.get("date")
    if dated is None:
        inner.refuse(node, "there is no 'date'", _CURE)
        return None
    date = _date(inner, "date", dated)
    return None if date is None else ir.Milestone(date, link)


def check_order(fields: Fields, own: ir.Options, options: ir.Options) -> None:
    """Report a sunset before the deprecation (RFC 9745, section 4), of which one is *own*."""
    since, until = options.deprecation, options.sunset
    node = fields.get("deprecation" if own.sunset is None else "sunset")
    if node is None or (own.deprecation is None and own.sunset is None):
        return
    if since is None or until is None or not (since.date and until.date):
        return
    if _instant(until.date) < _instant(since.date):
        fields.refuse(
            node,
            f"the sunset, {until.date}, is before the deprecation, {since.date}",
            "what is gone cannot become deprecated: change one of the dates",
        )


def _date(fields: Fields, key: str, node: Node) -> str | None:
    text = node.value
    if isinstance(text, str) and (_DATE.fullmatch(text) or _DATE_TIME.fullmatch(text)):
        try:
            _instant(text.upper())
        except (ValueError, OverflowError):
            pass  # the 30th of February, or the year 0
        else:
            return text.upper()
    fields.refuse(node, f"{key!r} is no date", _CURE)
    return None


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if len(text) == 10 else found.astimezone(UTC)


def _link(fields: Fields) -> str | None:
    node = fields.get("link")
    if node is None:
        return None
    if isinstance(node.value, str) and _URI_REFERENCE.fullmatch(node.value):
        return node.value
    fields.refuse(
        node, "'link' is no URI reference", "write it percent-encoded: https://example.org/changes"
    )
    return None
