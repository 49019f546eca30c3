"""Forms in parts: a class for each body that is multipart/form-data (OpenAPI 3.1, 4.8.15.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Expression, Identifier
from counterfoil_codegen.lower.bounds import constraints
from counterfoil_codegen.lower.content import MEDIA_TYPE, is_json
from counterfoil_codegen.lower.context import Context, Names, expression, is_shared, own_name
from counterfoil_codegen.lower.parameters import name_parameters
from counterfoil_codegen.naming import class_name, pascal, told_apart
from counterfoil_codegen.rules import bodies as rules
from counterfoil_codegen.schemas import JsonSchema, Origin, Reference
from counterfoil_codegen.schemas.annotations import ANNOTATIONS

_LIST: Final = Expression.name(Identifier("list"))
_UPLOAD: Final = Expression.name(Identifier("Upload"))
_UNTOLD: Final = (
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
)
_NARROWS: Final = ("oneOf", "anyOf", "if", "not", "minProperties", "maxProperties")


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A part that waits for the names of schemas; a file has no schema of its own."""

    name: Identifier
    wire_name: str
    schema: JsonSchema
    is_file: bool
    is_list: bool  # of files
    is_json: bool
    required: bool
    media_type: str | None
    contract: str | None

    def finish(self, names: Names) -> ir.Part:
        upload = Expression.subscript(_LIST, _UPLOAD) if self.is_list else _UPLOAD
        return ir.Part(
            name=self.name,
            wire_name=self.wire_name,
            annotation=upload if self.is_file else expression(self.schema, names),
            constraints=tuple(constraints(self.schema)) if self.is_list else (),
            required=self.required,
            media_type=self.media_type,
            is_json=self.is_json,
            contract=self.contract,
        )


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The parts of one body, or of a schema that several have."""

    owner: Reference
    wanted: str
    parts: tuple[DraftPart, ...]
    closed: bool
    doc: str

    def schemas(self) -> Iterator[JsonSchema]:
        """The schemas that the class names."""
        yield from (part.schema for part in self.parts if not part.is_file)

    def finish(self, name: Identifier, names: Names) -> ir.Form:
        parts = tuple(part.finish(names) for part in self.parts)
        return ir.Form(name, parts, self.closed, self.doc)


FormNames = Mapping[Reference, Identifier]
"""The class of each form."""


def name_forms(drafts: Iterable[DraftForm]) -> FormNames:
    """A class name for each form: after its schema, or the operation."""
    owners = {draft.owner: draft.wanted for draft in drafts}
    wanted = [(str(owner), str(class_name(name))) for owner, name in owners.items()]
    apart = told_apart(wanted, "")
    return {owner: Identifier(name) for owner, name in zip(owners, apart, strict=True)}


def draft_form(context: Context, media: Node, schema: Node, origin: Origin) -> DraftForm | None:
    """The form that *media* describes by *schema*; None if that is more than an object is."""
    target = context.loader.resolve(schema)
    if target is None:
        return None
    found = _Properties(context)
    if not found.gather(target, set()) or not found.listed:
        return None
    shared = is_shared(schema, target)
    own = Origin(pascal(own_name(target)), "") if shared else origin
    encodings = media.mapping("encoding")
    # What the encodings say is this body's alone, so it cannot have the class of the schema.
    is_of_schema = shared and (encodings is None or not encodings.value)
    owner = target if is_of_schema else media
    names = name_parameters(
        context, ((name, ir.Location.QUERY, node) for name, node in found.listed.items())
    )
    _report_others(context, found, encodings)
    return DraftForm(
        owner=Reference(owner.document.name, owner.pointer),
        wanted=f"{own.parent}Form" if is_of_schema else f"{origin.parent}{origin.suffix}",
        parts=tuple(
            _Draft(context, encodings, own).part(
                names[name, ir.Location.QUERY], name, node, required=name in found.required
            )
            for name, node in found.listed.items()
        ),
        closed=found.closed,
        doc=target.string("description") or "",
    )


class _Properties:
    """The properties of an object, and of the parts of an `allOf`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.listed: dict[str, Node] = {}
        self.required: set[str] = set()
        self.closed = False
        self.untold: list[tuple[str, Node]] = []
        """The keywords of objects that are not held to."""

    def gather(self, node: Node, seen: set[Node]) -> bool:
        """Gather those of *node*; false for what is not told by properties alone."""
        target = self._context.loader.resolve(node)
        if target is None or target in seen or not isinstance(target.value, dict):
            return False
        seen.add(target)
        if any(key in target.value for key in _NARROWS):
            return False
        properties, required = target.mapping("properties"), target.sequence("required")
        for name, each in properties.items() if properties is not None else ():
            if each.get("readOnly") is None or each.boolean("readOnly") is not True:
                self.listed[name] = each
        for each in required.elements() if required is not None else ():
            self.required.add(str(each.value))
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            others = target.get(keyword)
            self.closed = self.closed or (others is not None and others.value is False)
            if others is not None and isinstance(others.value, dict):
                self.untold.append((keyword, others))
        self.untold += [(key, each) for key, each in target.items() if key in _UNTOLD]
        parts = target.sequence("allOf")
        told = [self.gather(each, seen) for each in (parts.elements() if parts else ())]
        return all(told)


class _Draft:
    """Reads the parts of one form."""

    def __init__(self, context: Context, encodings: Node | None, origin: Origin) -> None:
        self._context = context
        self._encodings = encodings
        self._origin = origin

    def part(self, name: Identifier, wire_name: str, node: Node, *, required: bool) -> DraftPart:
        encoding = None if self._encodings is None else self._encodings.get(wire_name)
        media_type = None if encoding is None else self._content_type(encoding)
        target = self._context.loader.resolve(node)
        items = None if target is None or _type(target) != "array" else target.get("items")
        is_list = items is not None and self._is_file(items, media_type)
        is_file = is_list or self._is_file(node, media_type)
        schema: JsonSchema = {}
        contract = None
        if is_list and target is not None and isinstance(target.value, dict):
            bounds = ("minItems", "maxItems")
            found = {key: target.value[key] for key in bounds if key in target.value}
            schema = {"type": "array", **found}
        elif not is_file:
            schema = dict(self._context.received(node, self._origin.child(pascal(wire_name))))
            schema.pop("default", None)
            contract = self._context.components.contracts.name(node)
        told = [] if media_type is None else media_type.split(",")
        return DraftPart(
            name=name,
            wire_name=wire_name,
            schema=schema,
            is_file=is_file,
            is_list=is_list,
            is_json=not is_file
            and ((bool(told) and all(map(is_json, told))) or self._is_object(node)),
            required=required,
            media_type=media_type,
            contract=contract,
        )

    def _content_type(self, encoding: Node) -> str | None:
        """What it says of media types, without what is none, which is reported."""
        told = encoding.get("contentType")
        given = encoding.string("contentType")
        if told is None or given is None:
            return None
        listed = [each.strip() for each in given.split(",")]
        good = [each for each in listed if MEDIA_TYPE.fullmatch(each)]
        for each in listed:
            if each not in good:
                self._context.diagnostics.report(
                    rules.BAD_MEDIA_TYPE,
                    told.key_span,
                    f"{each!r:.80} is no media type: no part can have it, and it is left out",
                    "write it as type/subtype, such as image/png",
                )
        return ", ".join(good) or None

    def _is_file(self, node: Node, media_type: str | None) -> bool:
        """Whether a part holds bytes: OpenAPI 3.0 says so by a format, 3.1 by saying nothing."""
        target = self._context.loader.resolve(node)
        if target is None or target.value is True:
            return True
        kind = _type(target)
        if kind is None and isinstance(target.value, dict):
            said = target.value.keys() - ANNOTATIONS - {"contentMediaType", "format"}
            return not said and (media_type is None or not is_json(media_type))
        if kind != "string" or target.get("contentEncoding") is not None:
            return False
        is_binary = (
            target.string("format") == "binary" or target.get("contentMediaType") is not None
        )
        told = (media_type or "").lower()
        return is_binary or bool(told and not told.startswith("text/") and not is_json(told))

    def _is_object(self, node: Node) -> bool:
        target = self._context.loader.resolve(node)
        if target is None:
            return False
        kind = _type(target)
        return kind == "object" or (kind is None and target.get("properties") is not None)


def _type(node: Node) -> object:
    """The type of a schema, null apart; None if it says none."""
    types = node.value.get("type") if isinstance(node.value, dict) else None
    if isinstance(types, list):
        said = [each for each in types if each != "null"]
        return said[0] if len(said) == 1 else None
    return types


def _report_others(context: Context, found: _Properties, encodings: Node | None) -> None:
    """Report what is not held to, or not typed, of a form."""
    waive = f'or waive = ["{rules.FORM_PARTS.id}"]'
    for keyword, place in found.untold:
        if keyword in _UNTOLD:
            message, advice = (
                f"{keyword} is not held to in a form in parts",
                "check it in the handler",
            )
        else:
            message = "other parts than the declared ones are passed over"
            advice = "declare them under properties"
        context.diagnostics.report(rules.FORM_PARTS, place.key_span, message, f"{advice}, {waive}")
    for name, encoding in encodings.items() if encodings is not None else ():
        headers = encoding.get("headers")
        if name not in found.listed:
            message = f"{name!r:.80} is no property, so its encoding says nothing"
            advice = "name it as a property, or remove it"
            place = encoding
        elif headers is not None:
            message = "the headers of a part are not typed"
            advice = "read those of a file from its headers"
            place = headers
        else:
            continue
        context.diagnostics.report(rules.FORM_PARTS, place.key_span, message, f"{advice}, {waive}")
