"""The body of a request: each of its media types, and the type of what comes in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
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
from counterfoil_codegen.lower.context import Context, Names, origin_of
from counterfoil_codegen.lower.docs import content_doc
from counterfoil_codegen.lower.extensions import Extension, refuse_stream
from counterfoil_codegen.lower.forms import DraftForm, FormNames, draft_form
from counterfoil_codegen.lower.keys import (
    ENCODING,
    MEDIA_TYPE_OBJECT,
    REQUEST_BODY,
    check_keys,
    check_object,
)
from counterfoil_codegen.lower.sequences import received_items
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import api as api_rules
from counterfoil_codegen.rules import bodies as rules
from counterfoil_codegen.schemas import JsonSchema, Origin

_FORM: Final = "application/x-www-form-urlencoded"
_PARTS: Final = "multipart/form-data"
_OF_OBJECTS: Final = frozenset(
    {"additionalProperties", "allOf", "anyOf", "oneOf", "patternProperties", "properties"}
)


@dataclass(frozen=True, slots=True)
class DraftBody:
    """A request body that waits for the names of schemas."""

    contents: tuple[Content, ...]
    required: bool
    doc: str
    stream: bool
    forms: tuple[DraftForm, ...] = ()

    def schemas(self) -> Iterator[JsonSchema]:
        yield from (schema for one in self.contents for schema in one.schemas())

    def form_schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the classes of forms name."""
        yield from (schema for one in self.forms for schema in one.schemas())

    def finish(self, names: Names, forms: FormNames) -> ir.Body:
        """The body, with the media types of one type together."""
        choices: dict[tuple[Expression, str | None], ir.Choice] = {}
        for content in self.contents:
            annotation = self._annotation(content, names, forms)
            new = ir.Choice(
                annotation,
                (),
                is_sequence=content.items is not None,
                is_form=content.form is not None,
                contract=content.contract,
            )
            known = choices.get((annotation, content.contract), new)
            media_types = (*known.media_types, content.media_type)
            choices[annotation, content.contract] = replace(known, media_types=media_types)
        return ir.Body(tuple(choices.values()), self.required, self.doc, stream=self.stream)

    def _annotation(self, content: Content, names: Names, forms: FormNames) -> Expression:
        if self.stream:
            return Expression.name(Identifier("BodyStream"))
        if content.form is not None:
            return Expression.name(Identifier("forms"), forms[content.form])
        return content.annotation(names) if content.items is None else content.items.received(names)


def draft_body(
    context: Context, operation: Node, operation_id: str, extension: Extension
) -> DraftBody | None:
    """Read the body of *operation*; None if it has none, or none that has content."""
    place = operation.mapping("requestBody", referable=True)
    node = context.loader.resolve(place) if place is not None else None
    contents: tuple[Content, ...] = ()
    reader: _Contents | None = None
    if place is not None and node is not None:
        check_object(place, node, REQUEST_BODY, context.diagnostics)
        origin = origin_of(place, node, pascal(operation_id), "Request")
        reader = _Contents(context, origin, stream=extension.stream is not None)
        contents = reader.read(node)
    if node is None or not contents or reader is None:
        refuse_stream(extension, "the operation has no body", context.diagnostics)
        return None
    if any(is_json(content.media_type) for content in contents):
        refuse_stream(extension, "the operation's is JSON", context.diagnostics)
    return DraftBody(
        contents,
        node.boolean("required") is True,
        content_doc(context, node),
        extension.stream is not None,
        tuple(reader.forms),
    )


class _Contents:
    """Reads the content of one body."""

    def __init__(self, context: Context, origin: Origin, *, stream: bool) -> None:
        self._context = context
        self._origin = origin
        self._stream = stream
        self._typed: list[tuple[Node, JsonSchema]] = []
        self.forms: list[DraftForm] = []

    def read(self, body: Node) -> tuple[Content, ...]:
        """Each media type of *body*: JSON first, then in the order of the document."""
        found = body.part("content")
        listed = list(found.items()) if found is not None else []
        seen: dict[str, Content] = {}
        for written, node in sorted(listed, key=lambda pair: json_first(pair[0])):
            media_type = self._read_as(written, node, found)
            report_media_type(self._context, written, node, is_json=media_type != written)
            essence = media_type.partition(";")[0].strip().lower()
            if MEDIA_TYPE.fullmatch(media_type) is None:
                continue
            if essence in seen and media_type == written:
                self._report_parameters(media_type, seen[essence].media_type, node)
            elif essence not in seen:
                is_used = self._context.holds_answers or not seen  # one of them is sent
                seen[essence] = (
                    self._content(media_type, node) if is_used else Content(media_type, None)
                )
        return tuple(seen.values())

    def _read_as(self, media_type: str, node: Node, contents: Node | None) -> str:
        """JSON where *media_type* stands for it, unless JSON is described as another value."""
        if not stands_for_json(media_type) or self._stream:
            return media_type
        schema = self._schema_of(node)
        described = self._schema_of(None if contents is None else contents.get(JSON))
        is_same = described is None or schema is None or described.value == schema.value
        return JSON if asks_for_value(schema) and is_same else media_type

    def _schema_of(self, media: Node | None) -> Node | None:
        found = None if media is None else self._context.loader.resolve(media)
        schema = None if found is None else found.get("schema")
        return None if schema is None else self._context.loader.resolve(schema)

    def _content(self, media_type: str, node: Node) -> Content:
        resolved = self._context.loader.resolve(node)
        self._check(node, resolved)
        schema = None if resolved is None else resolved.get("schema")
        if not self._stream:
            named = self._named(media_type)
            items = received_items(self._context, media_type, resolved, named)
            if items is not None:
                return Content(media_type, None, items=items, contract=items.contract)
        if is_json(media_type):
            return self._validated(media_type, schema)
        if schema is None or asks_for_text(schema):
            return Content(media_type, None)
        if media_type.lower().startswith(_FORM) and not self._stream and self._is_object(schema):
            self._report_separators(resolved)
            return self._validated(media_type, schema)
        form = self._form(media_type, resolved, schema)
        if form is not None:
            return Content(media_type, None, form=form.owner)
        self._report_raw(media_type, node)
        return Content(media_type, None, is_plain=False)

    def _check(self, node: Node, media: Node | None) -> None:
        """Report keys of a media type, and of its encodings, that OpenAPI does not have."""
        if media is None:
            return
        check_object(node, media, MEDIA_TYPE_OBJECT, self._context.diagnostics)
        encodings = media.get("encoding")
        for _, encoding in encodings.items() if encodings is not None else ():
            check_keys(encoding, ENCODING, self._context.diagnostics)

    def _form(self, media_type: str, media: Node | None, schema: Node) -> DraftForm | None:
        """The form in parts that the body is."""
        is_form = media_type.partition(";")[0].strip().lower() == _PARTS
        if not is_form or self._stream or media is None or not self._is_object(schema):
            return None
        form = draft_form(self._context, media, schema, replace(self._origin, suffix="Form"))
        if form is not None:
            self._report_separators(media)
            self.forms.append(form)
        return form

    def _validated(self, media_type: str, schema: Node | None) -> Content:
        """What is read as a value of *schema*; as any value without one."""
        if schema is None:
            return Content(media_type, {})
        contract = None if self._stream else self._context.contract(schema)
        return Content(media_type, self._schema(schema, media_type), contract=contract)

    def _schema(self, schema: Node, media_type: str) -> JsonSchema:
        """The type of *schema*; one that is written twice is one type."""
        for other, typed in self._typed:
            if other.value == schema.value and other.document is schema.document:
                return typed
        typed = self._context.body(schema, self._named(media_type))
        self._typed.append((schema, typed))
        return typed

    def _named(self, media_type: str) -> Origin:
        """What an inline schema is named after: `PostThingRequest`, `PostThingForm`."""
        origin = self._origin
        if media_type.lower().startswith(_FORM):
            return replace(origin, suffix="Form")
        if not self._typed:
            return origin
        subtype = media_type.partition(";")[0].partition("/")[2]
        return origin.child(pascal(subtype))

    def _is_object(self, schema: Node) -> bool:
        target = self._context.loader.resolve(schema)
        value = None if target is None else target.value
        if not isinstance(value, dict):
            return False
        types = value.get("type")
        if types is None:
            return bool(value.keys() & _OF_OBJECTS)
        return types == "object" or (isinstance(types, list) and "object" in types)

    def _report_raw(self, media_type: str, node: Node) -> None:
        is_received = self._context.holds_answers
        done = "handed to the handler as it is" if is_received else "sent as the bytes given for it"
        hint = "parse it in the handler" if is_received else "write it before it is sent"
        self._context.diagnostics.report(
            api_rules.RAW_BODY,
            node.key_span,
            f"a body of {media_type!r:.80} is {done}, whatever its schema says",
            f'{hint}, and waive = ["{api_rules.RAW_BODY.id}"]',
        )

    def _report_parameters(self, media_type: str, first: str, node: Node) -> None:
        self._context.diagnostics.report(
            rules.MEDIA_TYPE_PARAMETERS,
            node.key_span,
            f"{media_type!r:.80} is read as {first!r:.80}: parameters do not tell types apart",
            "give it a subtype of its own, such as application/vnd.example.v2+json",
        )

    def _report_separators(self, media: Node | None) -> None:
        encodings = None if media is None else media.mapping("encoding")
        for name, encoding in encodings.items() if encodings is not None else ():
            style = encoding.get("style")
            explode = encoding.get("explode")
            if (explode is not None and explode.value is False) or (
                style is not None and style.value in ("spaceDelimited", "pipeDelimited")
            ):
                self._context.diagnostics.report(
                    rules.FORM_STYLE,
                    encoding.key_span,
                    f"the field {name!r:.80} is not split at a separator: "
                    "a list is read where a field is repeated",
                    "leave explode and style out, and repeat the field",
                )
