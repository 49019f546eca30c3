"""The types of replies."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Expression, Identifier

HEADERS: Final = Identifier("headers")
"""The module of the classes of headers."""


def content(success: ir.Success) -> Expression | None:
    """The type of a success's body, None for a status that has none whatever the spec says."""
    return None if success.status in ir.BODILESS else success.annotation


def reply(success: ir.Success) -> Expression:
    """`Ok[models.Notice]`, `NoContent`; `Ok[models.Notice, headers.NoticeHeaders]`."""
    name = Expression.name(success.reply)
    parts = [] if success.status in ir.BODILESS else [success.annotation or Expression.none()]
    if success.headers:
        declared = [Expression.name(HEADERS, each) for each in success.headers]
        none = [] if success.needs_headers else [Expression.name(Identifier("NoHeaders"))]
        parts.append(Expression.union(*declared, *none))
    return Expression.subscript(name, *parts) if parts else name
