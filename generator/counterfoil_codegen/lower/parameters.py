"""Parameters: which are read, under which Python name, and with which type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.lower.bounds import constraints, settle_bounds
from counterfoil_codegen.lower.content import is_json
from counterfoil_codegen.lower.context import Context, Names, expression, is_shared, origin_of
from counterfoil_codegen.lower.defaults import read_default
from counterfoil_codegen.lower.docs import parameter_doc
from counterfoil_codegen.lower.keys import PARAMETER, check_object
from counterfoil_codegen.naming import pascal, snake, told_apart
from counterfoil_codegen.reserved import RESERVED_PARAMETER_NAMES
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules import spelling
from counterfoil_codegen.rules.bodies import CONTENT_CODING
from counterfoil_codegen.schemas import JsonSchema, Origin
from counterfoil_codegen.schemas.annotations import ANNOTATIONS, admits_null

_LOCATIONS: Final = {location.value.lower(): location for location in ir.Location}
# A header parameter of these names is to be ignored (OpenAPI 3.1, section 4.8.12.2).
_IGNORED_HEADERS: Final = frozenset(("accept", "content-type", "authorization"))
# The styles of each place, the usual one first (OpenAPI 3.2, section 4.12.2.2.2).
_STYLES: Final = {
    ir.Location.PATH: ("simple", "label", "matrix"),
    ir.Location.QUERY: ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    ir.Location.HEADER: ("simple",),
    ir.Location.COOKIE: ("form", "cookie"),
}


@dataclass(frozen=True, slots=True)
class DraftParameter:
    """A parameter that waits for the names of schemas."""

    name: Identifier
    wire_name: str
    location: ir.Location
    schema: JsonSchema
    required: bool
    default: Constant | None
    explode: bool | None
    doc: str
    node: Node
    style: str | None = None
    media_type: str | None = None
    allow_empty: bool = False
    contract: str | None = None

    def finish(self, names: Names) -> ir.Parameter:
        annotation = expression(self.schema, names)
        absent = self.default is None and (self.allow_empty or not self.required)
        if absent and not admits_null(self.schema):
            annotation = Expression.union(annotation, Expression.none())
        return ir.Parameter(
            name=self.name,
            wire_name=self.wire_name,
            location=self.location,
            annotation=annotation,
            constraints=tuple(constraints(self.schema)),
            required=self.required,
            default=self.default,
            explode=self.explode,
            doc=self.doc,
            place=self.node,
            style=self.style,
            media_type=self.media_type,
            allow_empty=self.allow_empty,
            contract=self.contract,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A parameter object, and where the operation lists it."""

    place: Node
    node: Node
    wire_name: str
    location: ir.Location


def find_parameters(context: Context, item: Node, operation: Node) -> list[Found]:
    """The parameters of *operation*: its own override those of its path item."""
    found: dict[tuple[str, ir.Location], Found] = {}
    for owner in (item, operation):
        own: set[tuple[str, ir.Location]] = set()
        for parameter in _listed(context, owner):
            _report_repeated(context, parameter, own)
            found[parameter.wire_name, parameter.location] = parameter
    return [
        parameter
        for parameter in found.values()
        if parameter.location is not ir.Location.HEADER
        or parameter.wire_name.lower() not in _IGNORED_HEADERS
    ]


def _report_repeated(context: Context, one: Found, seen: set[tuple[str, ir.Location]]) -> None:
    """Report a parameter of a list that has it already (OpenAPI 3.1, section 4.8.10.1)."""
    key = (one.wire_name, one.location)
    if key in seen:
        context.diagnostics.report(
            spelling.REPEATED_PARAMETER,
            one.place,
            f"the {one.location.value.lower()} parameter {one.wire_name!r:.80} is listed twice: "
            "this one counts",
            "remove one of them",
        )
    seen.add(key)


def draft_parameters(
    context: Context,
    found: list[Found],
    template: tuple[str, ...],
    names: Mapping[tuple[str, ir.Location], Identifier],
    operation_id: str,
) -> tuple[DraftParameter, ...]:
    """Decide types: of those of the path in the template's order, then of the rest."""
    order = {name: index for index, name in enumerate(template)}
    last = len(order)
    ordered = sorted(
        found,
        key=lambda one: (
            order.get(one.wire_name, last) if one.location is ir.Location.PATH else last
        ),
    )
    return tuple(
        _draft(context, one, names[one.wire_name, one.location], operation_id) for one in ordered
    )


def _listed(context: Context, owner: Node) -> Iterator[Found]:
    listed = owner.sequence("parameters")
    for place in listed.elements() if listed is not None else ():
        node = context.loader.resolve(place)
        if node is None:
            continue
        check_object(place, node, PARAMETER, context.diagnostics)
        name = node.string("name")
        where = node.string("in")
        location = _LOCATIONS.get(where or "")
        if where == "querystring":
            context.diagnostics.report(
                rules.QUERYSTRING,
                node,
                "a parameter in: querystring is not read for the handler",
                f'read request.uri, and waive = ["{rules.QUERYSTRING.id}"]',
            )
            continue
        if name is not None and where is not None and location is None:
            _report_location(context, node.get("in") or node, where)
            continue
        if name is None or location is None:
            context.diagnostics.report(
                rules.BAD_PARAMETER,
                node,
                "a parameter needs a 'name', and an 'in' that is path, query, header or cookie",
                "write {name: limit, in: query, schema: {type: integer}}",
            )
            continue
        yield Found(place, node, name, location)


def _report_location(context: Context, place: Node, where: str) -> None:
    near = get_close_matches(where.lower()[:20], _LOCATIONS, 1)
    cure = "describe it as a requestBody" if where in ("body", "formData") else None
    context.diagnostics.report(
        rules.BAD_PARAMETER,
        place,
        f"{where!r:.80} is no location of a parameter: path, query, header and cookie are",
        cure or (f"did you mean {near[0]!r}?" if near else "use one of these"),
    )


def name_parameters(
    context: Context, found: Iterable[tuple[str, ir.Location, Node]]
) -> dict[tuple[str, ir.Location], Identifier]:
    """The names in the handler; where two locations share one, the latter tells its location."""
    names: dict[tuple[str, ir.Location], Identifier] = {}
    by_location: defaultdict[ir.Location, dict[str, Node]] = defaultdict(dict)
    for wire_name, location, node in found:
        by_location[location][wire_name] = node
    for location in ir.Location:
        known = [(str(name), str(name)) for name in names.values()]
        wanted = [
            (wire_name, str(_python_name(wire_name, location, set(names.values()))))
            for wire_name in by_location[location]
        ]
        apart = told_apart([*known, *wanted])[len(known) :]
        for (wire_name, plain), name in zip(wanted, apart, strict=True):
            names[wire_name, location] = Identifier(name)
            if name != plain:
                _report_alike(context, by_location[location][wire_name], wire_name, plain, name)
    return names


def _python_name(wire_name: str, location: ir.Location, taken: set[Identifier]) -> Identifier:
    name = snake(wire_name, RESERVED_PARAMETER_NAMES)
    if name not in taken:
        return name
    return snake(f"{wire_name}_{location.value}", RESERVED_PARAMETER_NAMES)


def _report_alike(context: Context, node: Node, wire_name: str, plain: str, name: str) -> None:
    context.diagnostics.report(
        rules.NAME_CLASH,
        node,
        f"the parameter {wire_name!r:.80} is not the only one that becomes {plain}: "
        f"it is called {name}",
        "rename one of them",
    )


def _draft(context: Context, one: Found, name: Identifier, operation_id: str) -> DraftParameter:
    own = origin_of(one.place, one.node, pascal(operation_id), "")
    own = own.child("Parameter" if is_shared(one.place, one.node) else pascal(one.wire_name))
    content = content_of(context, one, own) or described_of(context, one, own)
    media_type, schema = content.media_type, content.schema
    settle_bounds(context, one.node, schema)
    _check_coding(context, one)
    required = _required(context, one)
    default = read_default(context, one.node, schema, required=required)
    return DraftParameter(
        name=name,
        wire_name=one.wire_name,
        location=one.location,
        schema=schema,
        required=required,
        default=default,
        explode=_explode(one, schema),
        doc=parameter_doc(context, one.node),
        node=one.node,
        style=_style(context, one) if media_type is None else None,
        media_type=media_type,
        allow_empty=_may_be_empty(one, schema),
        contract=content.contract,
    )


def _check_coding(context: Context, one: Found) -> None:
    """How long a body becomes that is compressed is not known before: the server refuses it."""
    if not context.holds_answers or one.location is not ir.Location.HEADER:
        return
    if one.wire_name.lower() == "content-encoding":
        context.diagnostics.report(
            CONTENT_CODING,
            one.node,
            f"a body with a {one.wire_name} other than 'identity' is refused with 415",
            f'let a proxy decode it, and waive = ["{CONTENT_CODING.id}"]',
        )


def _required(context: Context, one: Found) -> bool:
    required = one.node.boolean("required")
    if one.location is ir.Location.PATH and required is not True:
        context.diagnostics.report(
            rules.OPTIONAL_PATH,
            one.node,
            f"the path parameter {one.wire_name!r:.80} is not marked required; it is read as such",
            "write required: true",
        )
        return True
    return required is True


@dataclass(frozen=True, slots=True)
class ParameterContent:
    """What the text of a parameter holds."""

    schema: JsonSchema
    media_type: str | None = None
    contract: str | None = None


def content_of(context: Context, one: Found, origin: Origin) -> ParameterContent | None:
    """What a parameter that is described by `content` holds; None if it is not.

    There is one media type in it (OpenAPI 3.1, section 4.8.12.2.3).
    """
    found = one.node.part("content")
    media_type, node = (
        next(iter(found.items()), (None, None)) if found is not None else (None, None)
    )
    if media_type is None or node is None:
        return None
    if not is_json(media_type):
        context.diagnostics.report(
            rules.PARAMETER_CONTENT,
            node.key_span,
            f"the parameter {one.wire_name!r:.80} is {media_type!r:.80}, which is handed to the "
            "handler as text",
            f'parse it in the handler, and waive = ["{rules.PARAMETER_CONTENT.id}"]',
        )
        return ParameterContent({"type": "string"})
    resolved = context.loader.resolve(node)
    schema = None if resolved is None else resolved.get("schema")
    if schema is None:
        return ParameterContent({}, media_type)
    typed = dict(context.received(schema, origin))
    typed.pop("default", None)
    return ParameterContent(typed, media_type, context.components.contracts.name(schema))


def described_of(context: Context, one: Found, origin: Origin) -> ParameterContent:
    """What a parameter that is described by `schema` holds."""
    node = one.node.get("schema")
    target = None if node is None else context.loader.resolve(node)
    if node is None or target is None or not isinstance(target.value, dict):
        return ParameterContent({"type": "string"})
    contract = context.components.contracts.name(node)
    if target.value.get("type") == "array":
        return ParameterContent(_list_schema(context, target, origin), contract=contract)
    schema = context.received(node, origin, constraints=True)
    typed = schema if schema.keys() - ANNOTATIONS else {"type": "string", **schema}
    return ParameterContent(typed, contract=contract)


def _list_schema(context: Context, node: Node, origin: Origin) -> JsonSchema:
    items = node.get("items")
    inner: JsonSchema = {"type": "string"}
    if items is not None:
        inner = context.received(items, origin.child("Item"))
    kept = ("description", "default", "deprecated", "minItems", "maxItems")
    value = node.value if isinstance(node.value, dict) else {}
    return {"type": "array", "items": inner, **{key: value[key] for key in kept if key in value}}


def _style(context: Context, one: Found) -> str | None:
    """The style, where it is not the usual one."""
    usual, *others = _STYLES[one.location]
    style = one.node.string("style") or usual
    if style != usual and style not in others:
        context.diagnostics.report(
            rules.PARAMETER_STYLE,
            one.node.get("style") or one.node,
            f"a {one.location.value.lower()} parameter has no style {style!r:.80}: "
            f"it is read in the style {usual!r}",
            f"use {' or '.join([usual, *others])}",
        )
    return style if style in others else None


def _explode(one: Found, schema: JsonSchema) -> bool | None:
    """Of a list or an object, where it is not as its style has it."""
    explode = one.node.boolean("explode")
    if schema.get("type") in ("string", "integer", "number", "boolean") or explode is None:
        return None
    usual = (one.node.string("style") or _STYLES[one.location][0]) in ("form", "deepObject")
    return None if explode == usual and one.location is not ir.Location.COOKIE else explode


def _may_be_empty(one: Found, schema: JsonSchema) -> bool:
    is_text = schema.get("type") == "string" and "format" not in schema
    is_query = one.location is ir.Location.QUERY
    return is_query and not is_text and one.node.boolean("allowEmptyValue") is True
