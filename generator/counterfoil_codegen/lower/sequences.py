"""Sequential media types (OpenAPI 3.2, "Media Type Object"): what each item of a sequence is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.context import Context, Names, expression
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import sequences as rules
from counterfoil_codegen.schemas import JsonSchema, Origin

_EVENTS: Final = "text/event-stream"
_ITEMS: Final = re.compile(
    r"application/(jsonl|jsonlines|ndjson|x-jsonlines|x-ndjson|json-seq)|[\w.+*-]+/[\w.+*-]+\+json-seq"
)
_FIELDS: Final = ("data", "event", "id", "retry")
# What may say that data is no text, or which text it is.
_NARROWS: Final = frozenset({"allOf", "anyOf", "const", "enum", "oneOf", "properties"})
_MOST_KINDS: Final = 32
_MOST_SCHEMAS: Final = 500
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of the events of a stream."""

    data: JsonSchema | None  # None: text
    has_data: bool = True  # each of them has some
    name: JsonSchema | None = None  # None: any, or none
    has_name: bool = False  # each of them has one

    def annotation(self, names: Names) -> Expression:
        """`Event[models.Tick, Literal["tick"]]`."""
        data = _name("str") if self.data is None else expression(self.data, names)
        given = [data if self.has_data else Expression.optional(data)]
        if self.name is not None or self.has_name:
            name = _name("str") if self.name is None else expression(self.name, names)
            given.append(name if self.has_name else Expression.optional(name))
        return Expression.subscript(_name("Event"), *given)


@dataclass(frozen=True, slots=True)
class Items:
    """What a sequence holds: values of a schema, or events of some kinds."""

    schema: JsonSchema | None
    events: tuple[Event, ...] = ()
    contract: str | None = None  # the schema, among the contracts, that each item is held against
    are_data: bool = False  # that schema is of the data of events alone

    def annotation(self, names: Names) -> Expression:
        """The annotation of the sequence that a handler returns."""
        if self.schema is not None:
            return Expression.subscript(_name("AsyncIterable"), expression(self.schema, names))
        kinds = Expression.union(*(event.annotation(names) for event in self.events))
        return Expression.subscript(_name("Events"), kinds)

    def received(self, names: Names) -> Expression:
        """The annotation of the sequence that a handler gets as the body."""
        item = _name("object") if self.schema is None else expression(self.schema, names)
        return Expression.subscript(_name("AsyncIterator"), item)

    def schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the annotation names."""
        found = [self.schema, *(part for one in self.events for part in (one.data, one.name))]
        yield from (one for one in found if one is not None)


def sent_items(
    context: Context, media_type: str, media: Node | None, origin: Origin
) -> Items | None:
    """The items of an answer of *media_type*; None if it is not taken for a sequence.

    `itemSchema` is the schema of an item, and so is `items` of a `schema` that is an array. Before
    OpenAPI 3.2 there was no other way than to write what an item is as the `schema`; of events,
    that is their data.
    """
    is_of_events = _essence(media_type) == _EVENTS
    schema = _item_schema(context, media_type, media, is_known=is_of_events)
    if schema is None or media is None:
        return None
    if not is_of_events:
        return Items(context.sent(schema, origin.child("Item")), contract=context.held(schema))
    if media.get("itemSchema") is None and "data" not in _properties(context, schema):
        event = Event(_data(context, schema, origin.child("Data")))
        return Items(None, (event,), context.held_data(schema), are_data=True)
    events = _Stream(context, origin).events(schema)
    return Items(None, events, context.held(schema, is_event=True))


def received_items(
    context: Context, media_type: str, media: Node | None, origin: Origin
) -> Items | None:
    """The items of a body of *media_type*, in the same way; events are none."""
    schema = _item_schema(context, media_type, media, is_known=False)
    if schema is None:
        return None
    contract = context.components.contracts.name(schema)
    return Items(context.received(schema, origin.child("Item")), contract=contract)


def _item_schema(
    context: Context, media_type: str, media: Node | None, *, is_known: bool
) -> Node | None:
    """What an item of *media* is; None, after a report where it says, if its items are not read."""
    own = None if media is None else media.get("itemSchema")
    if is_known or _ITEMS.fullmatch(_essence(media_type)) is not None:
        return _of_one(context, media) if own is None else own
    if own is not None:
        context.diagnostics.report(
            rules.ITEM_SCHEMA,
            own.key_span,
            f"the items of {media_type!r:.80} are not held to their schema",
            f'read or write them in the handler, and waive = ["{rules.ITEM_SCHEMA.id}"]',
        )
    return None


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _of_one(context: Context, media: Node | None) -> Node | None:
    """What `schema` says of one item; None if it says no more than that there is text or bytes."""
    schema = None if media is None else media.get("schema")
    target = None if schema is None else context.loader.resolve(schema)
    if schema is None or target is None or target.value is True or not target.value:
        return None
    kind = target.get("type")
    if kind is not None and kind.value == "array":
        return target.get("items")
    return None if kind is not None and kind.value == "string" else schema


def _properties(context: Context, schema: Node) -> set[str]:
    target = context.loader.resolve(schema)
    found = None if target is None else target.get("properties")
    return set() if found is None else {name for name, _ in found.items()}


def _data(context: Context, node: Node, origin: Origin) -> JsonSchema | None:
    """The type of the data of an event; None if it is text."""
    target = context.loader.resolve(node)
    if target is None or not isinstance(target.value, dict):
        return None
    media_type, inner = target.get("contentMediaType"), target.get("contentSchema")
    if inner is not None and (media_type is None or media_type.value == "application/json"):
        _report_text(context, inner)
        return context.sent(inner, origin)
    is_text = target.value.get("type", "string") == "string"
    return None if is_text and not target.value.keys() & _NARROWS else context.sent(node, origin)


def _report_text(context: Context, schema: Node) -> None:
    """Report JSON that may be a string: handlers give that as text, and text is sent bare."""
    if _may_be_text(context, schema, set()):
        context.diagnostics.report(
            rules.TEXT_AS_JSON,
            schema.key_span,
            "a string among the data is sent as it stands, not as JSON",
            "leave contentMediaType and contentSchema out where data is text, "
            f'or waive = ["{rules.TEXT_AS_JSON.id}"]',
        )


def _may_be_text(context: Context, schema: Node, seen: set[Node]) -> bool:
    target = context.loader.resolve(schema)
    if target is None or not isinstance(target.value, dict) or target in seen:
        return False
    seen.add(target)
    kind = target.value.get("type")
    if kind == "string" or (isinstance(kind, list) and "string" in kind):
        return True
    listed = (target.get(keyword) for keyword in ("anyOf", "oneOf"))
    parts = [part for each in listed if each is not None for part in each.elements()]
    return any(_may_be_text(context, part, seen) for part in parts)


@dataclass(frozen=True, slots=True)
class _Variant:
    """A way to put an event together: what is said of each field, and which it must have."""

    fields: tuple[tuple[str, Node], ...] = ()
    required: frozenset[str] = frozenset()

    def __add__(self, other: _Variant) -> _Variant:
        return _Variant(self.fields + other.fields, self.required | other.required)

    def said(self, name: str) -> list[Node]:
        """What is said of the field *name*, the most particular first."""
        return [node for field, node in reversed(self.fields) if field == name]


class _Stream:
    """Reads the schema of the events of one stream."""

    def __init__(self, context: Context, origin: Origin) -> None:
        self._context = context
        self._origin = origin
        self._left = _MOST_SCHEMAS

    def events(self, schema: Node) -> tuple[Event, ...]:
        """Each kind of the events that *schema* allows."""
        variants = self._variants(schema, _DEEPEST)
        if len(variants) > _MOST_KINDS:
            self._context.diagnostics.report(
                rules.MANY_EVENTS,
                schema.key_span,
                f"events of more than {_MOST_KINDS} kinds are not told apart",
                "describe them by fewer alternatives",
            )
            return (Event(None, has_data=False),)
        return tuple(self._event(each, len(variants) > 1) for each in variants)

    def _variants(self, schema: Node, depth: int) -> list[_Variant]:
        self._left -= 1
        if self._left < 0:  # alternatives of alternatives of alternatives
            return [_Variant()] * (_MOST_KINDS + 1)
        node = self._context.loader.resolve(schema)
        if node is None or depth == 0 or not isinstance(node.value, dict):
            return [_Variant()]
        properties, required = node.get("properties"), node.get("required")
        fields = () if properties is None else tuple(properties.items())
        names = () if required is None else tuple(str(each.value) for each in required.elements())
        found = [_Variant(fields, frozenset(names))]
        for keyword in ("allOf", "anyOf", "oneOf"):
            listed = node.get(keyword)
            parts = [] if listed is None else list(listed.elements())
            branches = [self._variants(part, depth - 1) for part in parts]
            if keyword == "allOf":
                for branch in branches:
                    found = _joined(found, branch)
            elif branches:
                found = _joined(found, [one for branch in branches for one in branch])
        return found

    def _event(self, variant: _Variant, is_one_of_many: bool) -> Event:
        self._report_others(variant)
        name_nodes, data_nodes = variant.said("event"), variant.said("data")
        name = self._name(name_nodes)
        own = name.get("const") if name is not None and is_one_of_many else None
        origin = self._origin.child(pascal(own) if isinstance(own, str) else "")
        found = (_data(self._context, node, origin.child("Data")) for node in data_nodes)
        return Event(
            data=next((data for data in found if data is not None), None),
            has_data="data" in variant.required,
            name=name,
            has_name="event" in variant.required,
        )

    def _name(self, nodes: Sequence[Node]) -> JsonSchema | None:
        """The names that an event may have; None if these may be any."""
        for node in nodes:
            schema = self._context.sent(node, self._origin.child("Event"))
            if schema.keys() & {"const", "$ref"}:
                return schema
        return None

    def _report_others(self, variant: _Variant) -> None:
        for name, node in variant.fields:
            if name not in _FIELDS:
                self._context.diagnostics.report(
                    rules.EVENT_FIELD,
                    node.key_span,
                    f"{name!r:.80} is no field of an event: it is not sent",
                    f"events have the fields {', '.join(_FIELDS)}; write it in the data",
                )


def _joined(left: Sequence[_Variant], right: Sequence[_Variant]) -> list[_Variant]:
    """Each of *left* with each of *right*, but no more than are too many."""
    found = [one + other for one in left for other in right]
    return found[: _MOST_KINDS + 1]


def _name(name: str) -> Expression:
    return Expression.name(Identifier(name))
