"""The content of a body or an answer: which of its media types, and with which type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.context import Context, Names, expression
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import JsonSchema, Origin

JSON: Final = "application/json"
_JSON_LIKE: Final = re.compile(r"(application|text)/([\w.+-]+\+)?json(\s*;.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """One media type, and the schema of its values; without one, the values are bytes or text."""

    media_type: str
    schema: JsonSchema | None

    def annotation(self, names: Names) -> Expression:
        if self.schema is not None:
            return expression(self.schema, names)
        text = self.media_type.lower().startswith("text/")
        return Expression.name(Identifier("str" if text else "bytes"))


def read_content(context: Context, owner: Node, origin: Origin) -> Content | None:
    """The content of a request body or response object; None if it has none.

    Of several media types JSON is taken, or else the first.
    """
    found = owner.get("content")
    listed = list(found.items()) if found is not None else []
    if not listed:
        return None
    media_type, node = next((pair for pair in listed if is_json(pair[0])), listed[0])
    if len(listed) > 1:
        others = ", ".join(name for name, _ in listed if name != media_type)
        context.diagnostics.report(
            rules.MEDIA_TYPE,
            node.key_span,
            f"of several media types only {media_type!r} is generated, not {others}",
            "describe the others as operations of their own, if they are needed",
        )
    if not is_json(media_type):
        return Content(media_type, None)
    schema = node.get("schema")
    return Content(media_type, {} if schema is None else context.typed(schema, origin))


def is_json(media_type: str) -> bool:
    """Whether *media_type* is JSON, or built on it (RFC 6839, section 3.1)."""
    return _JSON_LIKE.fullmatch(media_type) is not None
