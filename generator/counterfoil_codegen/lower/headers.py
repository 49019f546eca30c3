"""The headers of responses: a class for each response that declares some."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import JsonValue, Node
from counterfoil_codegen.fragments import Identifier
from counterfoil_codegen.lower.content import is_json
from counterfoil_codegen.lower.context import Context, Names, expression, is_shared, own_name
from counterfoil_codegen.lower.docs import parameter_doc
from counterfoil_codegen.lower.keys import HEADER, check_object
from counterfoil_codegen.lower.parameters import Found, name_parameters
from counterfoil_codegen.naming import class_name, pascal, told_apart
from counterfoil_codegen.rules import answers as rules
from counterfoil_codegen.schemas import JsonSchema, Origin, Reference
from counterfoil_codegen.schemas.annotations import ANNOTATIONS

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.1
# The media type tells the type (OpenAPI 3.1, section 4.8.17.1); the rest is the server's to say.
_NOT_TYPED: Final = frozenset(
    {"connection", "content-length", "content-type", "date", "server", "transfer-encoding"}
)
_SET_COOKIE: Final = "set-cookie"
# What a page may read anyway, and what it never may (Fetch, "CORS-safelisted response-header name"
# and "forbidden response-header name").
_NOT_EXPOSED: Final = frozenset(
    {"cache-control", "content-language", "expires", "last-modified", "pragma", _SET_COOKIE}
)
_TEXT: Final[JsonSchema] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """A header that waits for the names of schemas."""

    name: Identifier
    wire_name: str
    schema: JsonSchema
    required: bool
    explode: bool
    is_json: bool
    doc: str
    contract: str | None  # the schema, among the contracts, that its value is held against

    def finish(self, names: Names) -> ir.ResponseHeader:
        is_cookie = self.wire_name.lower() == _SET_COOKIE
        annotation = ir.SET_COOKIE if is_cookie else expression(self.schema, names)
        return ir.ResponseHeader(
            self.name,
            self.wire_name,
            annotation,
            self.required,
            self.explode,
            self.is_json,
            self.doc,
        )

    def described(self) -> ir.DescribedHeader:
        """What an answer is held against."""
        contract = None if self.wire_name.lower() == _SET_COOKIE else self.contract
        return ir.DescribedHeader(
            self.wire_name, self.required, contract, self.explode, self.is_json
        )


@dataclass(frozen=True, slots=True)
class DraftHeaders:
    """The headers of one response."""

    owner: Reference
    wanted: str
    members: tuple[DraftHeader, ...]
    doc: str

    @property
    def is_needed(self) -> bool:
        """Whether an answer must have some of them."""
        return any(member.required for member in self.members)

    def schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the class names."""
        yield from (member.schema for member in self.members)

    def shape(self, names: Names) -> str:
        """What tells apart two classes of headers but for their names."""
        return "; ".join(
            f"{one.wire_name}: {one.finish(names).annotation} {one.required} {one.explode}"
            for one in self.members
        )

    def finish(self, name: Identifier, names: Names) -> ir.ResponseHeaders:
        members = tuple(member.finish(names) for member in self.members)
        return ir.ResponseHeaders(name, members, self.doc)


HeaderNames = Mapping[Reference, Identifier]
"""The class of the headers of each response that a handler returns."""


def draft_headers(
    context: Context, response: Node, origin: Origin, *, redirects: bool
) -> DraftHeaders | None:
    """The headers of *response*; None if it declares none that are typed.

    Of a response that *redirects*, its `Location` is what the handler returns.
    """
    skipped = _NOT_TYPED | {"location"} if redirects else _NOT_TYPED
    found = list(_listed(context, response, skipped))
    if not found:
        return None
    names = name_parameters(context, ((one.wire_name, one.location, one.node) for one in found))
    return DraftHeaders(
        owner=Reference(response.document.name, response.pointer),
        wanted=f"{origin.parent}{origin.suffix}Headers",
        members=tuple(
            _draft(context, one, names[one.wire_name, one.location], origin) for one in found
        ),
        doc=response.string("description") or "",
    )


def exposed(responses: Iterable[DraftHeaders]) -> tuple[str, ...]:
    """The headers that pages of other origins are let read: all but those that need no leave."""
    names = [member.wire_name for one in responses for member in one.members]
    by_name = {name.lower(): name for name in reversed(names)}
    return tuple(by_name[name] for name in sorted(by_name) if name not in _NOT_EXPOSED)


def name_headers(drafts: Iterable[DraftHeaders], taken: Iterable[Identifier]) -> HeaderNames:
    """A class name for each response: after the component, or the operation and the status.

    Those *taken* are of the headers of errors.
    """
    known = [(str(name), str(name)) for name in taken]
    owners = {draft.owner: draft.wanted for draft in drafts}
    wanted = [(str(owner), str(class_name(name))) for owner, name in owners.items()]
    apart = told_apart([*known, *wanted], "")[len(known) :]
    return {owner: Identifier(name) for owner, name in zip(owners, apart, strict=True)}


def _listed(context: Context, response: Node, skipped: frozenset[str]) -> Iterator[Found]:
    headers = response.part("headers")
    seen: set[str] = set()
    for name, place in headers.items() if headers is not None else ():
        node = context.loader.resolve(place)
        lower = name.lower()
        if node is None:
            continue
        check_object(place, node, HEADER, context.diagnostics)
        if lower in skipped:
            continue
        if not _TOKEN.fullmatch(name) or lower in seen:
            what = "is listed twice" if lower in seen else "cannot be the name of a header"
            context.diagnostics.report(
                rules.BAD_HEADER,
                place.key_span,
                f"{name!r:.80} {what}: it is left out",
                "write a name of letters, digits and hyphens, once",
            )
            continue
        seen.add(lower)
        yield Found(place, node, name, ir.Location.HEADER)


def _draft(context: Context, one: Found, name: Identifier, origin: Origin) -> DraftHeader:
    shared = is_shared(one.place, one.node)
    own = Origin(pascal(own_name(one.node)), "Header") if shared else origin
    own = own if shared else own.child(pascal(one.wire_name))
    media_type, schema = _described(context, one.node)
    is_document = media_type is not None and is_json(media_type)
    is_text = media_type is not None and not is_document
    if media_type is None:
        is_text = not _is_simple(context, one, schema)
    return DraftHeader(
        name=name,
        wire_name=one.wire_name,
        schema=_TEXT if is_text else _typed(context, schema, own, is_document=is_document),
        required=one.node.boolean("required") is True,
        explode=one.node.boolean("explode") is True,
        is_json=is_document,
        doc=parameter_doc(context, one.node),
        contract=None if is_text or schema is None else context.held(schema),
    )


def _described(context: Context, header: Node) -> tuple[str | None, Node | None]:
    """The media type of a header that is described by `content`, and the schema."""
    found = header.get("content")
    for media_type, place in found.items() if found is not None else ():
        node = context.loader.resolve(place)
        return media_type, None if node is None else node.get("schema")
    return None, header.get("schema")


def _typed(
    context: Context, schema: Node | None, origin: Origin, *, is_document: bool
) -> JsonSchema:
    if schema is None:
        return {} if is_document else _TEXT
    typed = dict(context.sent(schema, origin, constraints=True))
    typed.pop("default", None)
    return typed if is_document or typed.keys() - ANNOTATIONS else {**typed, **_TEXT}


def _is_simple(context: Context, one: Found, schema: Node | None) -> bool:
    """Whether the style `simple` can write it, the only one of headers; if not, it is reported."""
    style = one.node.get("style")
    if style is not None and style.value != "simple":
        context.diagnostics.report(
            rules.HEADER_STYLE,
            style,
            f"a header has no style {style.value!r:.80}: it is written in the style 'simple'",
            "write style: simple, or leave it out",
        )
    nested = _nested(context, schema)
    if nested is not None:
        context.diagnostics.report(
            rules.HEADER_STYLE,
            nested,
            f"the style of headers cannot write what {one.wire_name!r:.80} nests here: "
            "the handler gives it as text",
            "describe it by content, {application/json: {schema: ...}}",
        )
    return nested is None


def _nested(context: Context, schema: Node | None) -> Node | None:
    """A list or an object in the list or the object that *schema* is; None if there is none."""
    whole = None if schema is None else context.loader.resolve(schema)
    if whole is None or not isinstance(whole.value, dict):
        return None
    properties = whole.get("properties")
    inner = [whole.get("items"), whole.get("additionalProperties")]
    inner += [each for _, each in properties.items()] if properties is not None else ()
    for place in inner:
        node = None if place is None else context.loader.resolve(place)
        if node is not None and isinstance(node.value, dict) and _is_compound(node.value):
            return place
    return None


def _is_compound(schema: Mapping[str, JsonValue]) -> bool:
    told = schema.get("type")
    types = told if isinstance(told, list) else [told]
    return "properties" in schema or "array" in types or "object" in types
