"""The types of replies."""

from __future__ import annotations

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Expression


def content(success: ir.Success) -> Expression | None:
    """The type of a success's body, None for a status that has none whatever the spec says."""
    return None if success.status in ir.BODILESS else success.annotation


def reply(success: ir.Success) -> Expression:
    """`Ok[models.Notice]`, `NoContent`."""
    name = Expression.name(success.reply)
    if success.status in ir.BODILESS:
        return name
    return Expression.subscript(name, success.annotation or Expression.none())
