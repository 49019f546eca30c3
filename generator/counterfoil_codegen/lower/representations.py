"""The content of an answer: the media types that it is sent as, and what the body of each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.content import (
    JSON,
    MEDIA_TYPE,
    Content,
    asks_for_text,
    asks_for_value,
    is_json,
    json_first,
    report_media_type,
    stands_for_json,
)
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.lower.keys import MEDIA_TYPE_OBJECT, check_object
from counterfoil_codegen.lower.sequences import sent_items
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import JsonSchema, Origin


def read_contents(context: Context, response: Node, origin: Origin) -> tuple[Content, ...]:
    """Each media type of *response* that it is sent as: JSON first, then as they are listed.

    Beside JSON, what is neither text nor bytes nor a sequence is left out, and reported: there is
    nothing that would write an object as XML.
    """
    return tuple(_Contents(context, origin).read(response))


def read_content(context: Context, response: Node, origin: Origin) -> Content | None:
    """The first of these, if there is any; the others are reported."""
    found = read_contents(context, response, origin)
    report_others(context, response, found, "of an error")
    return found[0] if found else None


def report_others(context: Context, response: Node, contents: Sequence[Content], what: str) -> None:
    """Report all of *contents* but the first, of *response*, as *what* does not choose."""
    if len(contents) > 1:
        first, *others = (f"{content.media_type:.80}" for content in contents[:6])
        context.diagnostics.report(
            rules.MEDIA_TYPE,
            (response.get("content") or response).key_span,
            f"{what}, only {first} is generated, not {', '.join(others)}",
            f'remove the others, or waive = ["{rules.MEDIA_TYPE.id}"]',
        )


class _Contents:
    """Reads the content of one response."""

    def __init__(self, context: Context, origin: Origin) -> None:
        self._context = context
        self._origin = origin
        self._typed: list[tuple[Node, JsonSchema]] = []

    def read(self, response: Node) -> Iterator[Content]:
        found = response.part("content")
        listed = sorted(found.items() if found is not None else (), key=lambda p: json_first(p[0]))
        has_json = False
        for written, node in listed:
            media = self._context.loader.resolve(node)
            if media is not None:
                check_object(node, media, MEDIA_TYPE_OBJECT, self._context.diagnostics)
            schema = None if media is None else media.get("schema")
            is_value = schema is not None and asks_for_value(self._context.loader.resolve(schema))
            as_json = is_value and not has_json and stands_for_json(written)
            report_media_type(self._context, written, node, is_json=as_json)
            media_type = JSON if as_json else written
            if MEDIA_TYPE.fullmatch(media_type) is None:
                continue
            items = sent_items(self._context, media_type, media, self._named(media_type))
            if items is not None:
                yield Content(media_type, None, items=items)
            elif is_json(media_type):
                has_json = True
                typed = {} if schema is None else self._schema(schema, media_type)
                yield Content(media_type, typed, contract=self._contract(schema))
            elif has_json and is_value:
                self._report(media_type, node)
            else:
                is_plain = schema is None or asks_for_text(schema)
                contract = None if is_plain or is_value else self._contract(schema)
                yield Content(media_type, None, is_plain, contract=contract)

    def _contract(self, schema: Node | None) -> str | None:
        return None if schema is None else self._context.held(schema)

    def _schema(self, schema: Node, media_type: str) -> JsonSchema:
        """The type of *schema*; one that is written twice is one type."""
        for other, typed in self._typed:
            if other.value == schema.value and other.document is schema.document:
                return typed
        typed = self._context.sent(schema, self._named(media_type))
        self._typed.append((schema, typed))
        return typed

    def _named(self, media_type: str) -> Origin:
        """What an inline schema is named after: `GetThingResponse`, `GetThingResponseCsv`."""
        if not self._typed:
            return self._origin
        return self._origin.child(pascal(media_type.partition(";")[0].partition("/")[2]))

    def _report(self, media_type: str, node: Node) -> None:
        self._context.diagnostics.report(
            rules.MEDIA_TYPE,
            node.key_span,
            f"{media_type!r:.80} is not generated beside JSON: "
            "nothing writes what its schema describes",
            "describe it as text, {type: string}, which the handler writes, "
            f'or waive = ["{rules.MEDIA_TYPE.id}"]',
        )
