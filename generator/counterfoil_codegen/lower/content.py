"""The content of a body or an answer: which of its media types, and with which type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.context import Context, Names, expression
from counterfoil_codegen.lower.sequences import Items
from counterfoil_codegen.rules import bodies
from counterfoil_codegen.schemas import JsonSchema, Reference

JSON: Final = "application/json"
_JSON_RANGES: Final = frozenset({"*/*", "application/*"})  # those that it is in
_JSON_LIKE: Final = re.compile(
    r"((application|text)/json|[\w.+*-]+/[\w.+*-]+\+json)(\s*;.*)?", re.IGNORECASE
)
_SYMBOLS: Final = r"[\w!#$%&'*+.^`|~-]+"
MEDIA_TYPE: Final = re.compile(
    rf"{_SYMBOLS}/{_SYMBOLS}([ \t]*;[ -~]*)?", re.ASCII
)  # RFC 9110, section 8.3.1
# What only a value has that is more than text or bytes.
_OF_VALUES: Final = frozenset(
    {
        "additionalProperties",
        "allOf",
        "anyOf",
        "items",
        "oneOf",
        "patternProperties",
        "prefixItems",
        "properties",
    }
)
# What a schema may say of a string without asking anything of it.
_OF_STRINGS: Final = frozenset(
    {
        "$comment",
        "contentMediaType",
        "deprecated",
        "description",
        "example",
        "examples",
        "format",
        "title",
        "type",
    }
)


@dataclass(frozen=True, slots=True)
class Content:
    """One media type, and the schema of its values; without one, the values are bytes or text."""

    media_type: str
    schema: JsonSchema | None
    is_plain: bool = True  # what the spec says of bytes or text, their type tells
    items: Items | None = None  # what it is a sequence of
    form: Reference | None = None  # the form in parts that it is
    contract: str | None = None  # the schema, among the contracts, that its values are held against

    @property
    def is_text(self) -> bool:
        return self.media_type.lower().startswith("text/")

    def annotation(self, names: Names) -> Expression:
        if self.schema is not None:
            return expression(self.schema, names)
        return Expression.name(Identifier("str" if self.is_text else "bytes"))

    def answer(self, names: Names) -> Expression:
        """The annotation of what a handler returns: text and bytes may come in pieces too."""
        if self.items is not None:
            return self.items.annotation(names)
        if self.schema is not None:
            return self.annotation(names)
        return Expression.name(Identifier("Text" if self.is_text else "Binary"))

    def schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the annotation names."""
        if self.schema is not None:
            yield self.schema
        if self.items is not None:
            yield from self.items.schemas()


def asks_for_text(schema: Node) -> bool:
    """Whether *schema*, of what is not JSON, asks for no more than a string."""
    kind = schema.get("type")
    is_string = kind is None or kind.value == "string"
    return is_string and {key for key, _ in schema.items()} <= _OF_STRINGS


def stands_for_json(media_type: str) -> bool:
    """Whether what describes a value is JSON under *media_type*: a range, or what is none."""
    return media_type in _JSON_RANGES or MEDIA_TYPE.fullmatch(media_type) is None


def report_media_type(context: Context, media_type: str, node: Node, *, is_json: bool) -> None:
    """Report *media_type*, the key of *node*, if it is none."""
    if MEDIA_TYPE.fullmatch(media_type) is None:
        context.diagnostics.report(
            bodies.BAD_MEDIA_TYPE,
            node.key_span,
            f"{media_type!r:.80} is no media type: no message can have it, and it is "
            f"{f'read as {JSON}' if is_json else 'left out'}",
            "write it as type/subtype, such as application/json",
        )


def asks_for_value(schema: Node | None) -> bool:
    """Whether *schema*, which has been resolved, asks for more than text or bytes."""
    value = None if schema is None else schema.value
    if not isinstance(value, dict):
        return False
    types = value.get("type")
    if types is None:
        return bool(value.keys() & _OF_VALUES)
    return types != "string" and types != ["string"]


def is_json(media_type: str) -> bool:
    """Whether *media_type* is JSON, or built on it (RFC 6839, section 3.1)."""
    return _JSON_LIKE.fullmatch(media_type) is not None


def json_first(media_type: str) -> int:
    """The key that sorts JSON before all else: it is for those who do not say what they want."""
    return 0 if media_type.lower() == JSON else 1 if is_json(media_type) else 2
