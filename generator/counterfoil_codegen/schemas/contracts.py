"""Schemas that ask for more than models check, written out as JSON Schema of draft 2020-12."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeGuard

from counterfoil_codegen.budget import Budget
from counterfoil_codegen.document import JsonValue, Loader, Node
from counterfoil_codegen.naming import digest, pascal
from counterfoil_codegen.patterns import pattern_problem
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.left_out import LeftOut
from counterfoil_codegen.schemas.one_way import OneWay
from counterfoil_codegen.schemas.reach import LISTS, MAPS, ONE, Reach, members_of, target_of
from counterfoil_codegen.schemas.shapes import (
    NOT_ENFORCED,
    STRUCTURAL,
    JsonSchema,
    convert_exclusive_bounds,
    is_null,
    members,
)
from counterfoil_codegen.schemas.steps import Steps
from counterfoil_codegen.schemas.well_formed import is_schema, is_well_formed

_COPIED: Final = (
    "type",
    "const",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "dependentRequired",
)
# What models check in part, or not at all.
_BEYOND: Final = frozenset(
    (*NOT_ENFORCED, "minProperties", "maxProperties", "patternProperties", "prefixItems")
)
_OF_TEXTS: Final = frozenset(("minLength", "maxLength", "pattern"))
# What models make of text, and write as these formats have it: all others are hints.
_FORMATS: Final = frozenset(("date", "date-time", "uuid"))
_JSON: Final = "application/json"
_DATA: Final = "data"
_OF_VALUES: Final = frozenset(("allOf", "anyOf", "oneOf", "properties"))
# What holds schemas of the very value that it stands beside.
_OF_THE_SAME: Final = frozenset(("allOf", "anyOf", "oneOf", "not", "if", "then", "else"))
_BESIDE_ALTERNATIVES: Final = ("properties", "required", "allOf", "additionalProperties")


def _put_alternatives(found: JsonSchema) -> None:
    """Have alternatives of a request told as one fault, not with every fault of each.

    A validator that lists what is wrong with a value lists it for each alternative, and in these
    for each again, so that its time doubles with each level. What stands in `if` is a matter of
    yes or no.
    """
    for keyword in ("anyOf", "oneOf"):
        if keyword in found:
            chosen = {"if": {keyword: found.pop(keyword)}, "else": {keyword: [False]}}
            listed = found.get("allOf")
            found["allOf"] = [*(listed if isinstance(listed, list) else ()), chosen]


class Contracts:
    """The schemas that values are held against, as requests or as responses have them.

    Those of requests that the API itself sends stand *beside* those that it receives, and are
    written alike; `readOnly` and `writeOnly` they have as responses do.
    """

    def __init__(
        self,
        loader: Loader,
        dialects: Dialects,
        one_way: OneWay,
        left_out: LeftOut,
        budget: Budget,
        *,
        is_request: bool,
        beside: Contracts | None = None,
    ) -> None:
        self.schemas: dict[str, JsonSchema] = {} if beside is None else beside.schemas
        self._budget = budget
        self._steps = Steps(self.schemas)
        self._loader = loader
        self._dialects = dialects
        self._one_way = one_way
        self._left_out = left_out
        self._is_request = is_request or beside is not None
        self._leaves_out_read_only = is_request
        self._beyond = Reach(loader, self._asks_for_more)
        self._waiting: deque[tuple[str, Node, bool]] = deque()

    def name(self, schema: Node) -> str | None:
        """The name of *schema* among `schemas`; None if its model checks all that it asks for."""
        return self.whole(schema) if self._beyond.leads(schema) else None

    def whole(self, schema: Node, *, is_event: bool = False) -> str:
        """The name of *schema* among `schemas`, whatever it asks for.

        The data of an event is held against in two forms: the `text` of it, and the `json` that
        this is.
        """
        is_reference = isinstance(schema.value, dict) and schema.value.keys() == {"$ref"}
        target = self._loader.resolve(schema) if is_reference else schema
        return self._finished(self._named(target or schema, is_event=is_event), schema)

    def data(self, schema: Node) -> str:
        """The name of the *schema* of the data of events, in these two forms."""
        name = self._new_name(schema, "data")
        self.schemas[name] = self._data(schema)
        return self._finished(name, schema)

    def _finished(self, name: str, place: Node) -> str:
        while self._waiting:
            waiting, node, is_event = self._waiting.popleft()
            self.schemas[waiting] = self._schema(node, None, is_event=is_event)
        self._budget.check_steps(self._steps.of(name), place)
        return name

    def _named(self, node: Node, *, is_event: bool) -> str:
        name = self._new_name(node, *(("event",) if is_event else ()))
        if name not in self.schemas:
            self.schemas[name] = {}
            self._waiting.append((name, node, is_event))
        return name

    def _new_name(self, node: Node, *more: str) -> str:
        if self._is_request and not self._leaves_out_read_only and self._one_way.differs(node):
            more = (*more, "sent")
        place = "/".join((node.document.name, *node.pointer, *more))
        return f"{pascal(node.name) if node.name.isidentifier() else 'Schema'}_{digest(place)}"

    def _schema(
        self, node: Node, omitted: frozenset[str] | None, *, is_event: bool = False
    ) -> JsonSchema:
        value = node.value
        if not isinstance(value, dict):
            return {} if value is not False else {"not": {}}
        found: JsonSchema = {}
        is_old = self._dialects.of(node).nullable_keyword
        if "$ref" in value:
            target = self._loader.resolve(node)
            if target is not None:
                found["$ref"] = f"#/$defs/{self._named(target, is_event=is_event)}"
            if is_old:
                return found
        if omitted is None:
            omitted = self._one_way.omitted(node, is_request=self._leaves_out_read_only)
        found |= {key: value[key] for key in _COPIED if key in value}
        if is_old:
            convert_exclusive_bounds(found)
        found = {key: each for key, each in found.items() if is_well_formed(key, each)}
        required = value.get("required")
        if isinstance(required, list):
            found["required"] = [name for name in required if name not in omitted]
        self._put_spelling(found, value)
        self._put_schemas(found, node, omitted, is_event=is_event)
        self._put_discriminator(found, node)
        self._tell_apart(found, node)
        _loosen(found, value)
        self._left_out.loosen(found, node)
        if self._is_request:
            _put_alternatives(found)
        if is_old and value.get("nullable") is True and found:
            return {"anyOf": [found, {"type": "null"}]}
        return found

    def _put_spelling(self, found: JsonSchema, value: Mapping[str, JsonValue]) -> None:
        pattern = value.get("pattern")
        if isinstance(pattern, str) and pattern_problem(pattern) is None:
            found["pattern"] = pattern
        known = value.get("format")
        if not self._is_request and isinstance(known, str) and known in _FORMATS:
            found["format"] = known

    def _put_schemas(
        self, found: JsonSchema, node: Node, omitted: frozenset[str], *, is_event: bool
    ) -> None:
        for keyword in ONE:
            child = node.get(keyword)
            if child is not None and is_well_formed(keyword, child.value):
                found[keyword] = self._boolean_or_schema(
                    child, is_event=is_event and keyword in _OF_THE_SAME
                )
        for keyword in LISTS:
            passed_on = omitted if keyword == "allOf" else None
            holder = node.get(keyword)
            of_events = is_event and keyword in _OF_THE_SAME
            listed = [
                self._schema(each, passed_on, is_event=of_events)
                for each in (holder.elements() if holder is not None else ())
            ]
            if listed:
                found[keyword] = listed
        for keyword in MAPS:
            held = {
                name: self._boolean_or_schema(child)
                for name, child in members_of(node, keyword)
                if not (keyword == "properties" and name in omitted)
                and not (keyword == "patternProperties" and pattern_problem(name) is not None)
            }
            if keyword == "properties":
                held |= self._put_properties(node, omitted, is_event=is_event)
            if held:
                found[keyword] = held

    def _put_properties(
        self, node: Node, omitted: frozenset[str], *, is_event: bool
    ) -> dict[str, JsonSchema | bool]:
        """The properties that are held otherwise than their schemas say."""
        found: dict[str, JsonSchema | bool] = {}
        for name, child in members_of(node, "properties"):
            if name in omitted and not self._is_request:
                found[name] = False
            elif name == _DATA and is_event:
                found[name] = self._data(child)
        return found

    def _data(self, schema: Node) -> JsonSchema:
        """The schema of the data of an event, as a text, and as the JSON that it may be.

        See JSON Schema validation, section 8.5, and OpenAPI 3.2, "Server-Sent Events".
        """
        target = self._loader.resolve(schema)
        if target is None or not isinstance(target.value, dict):
            return {}
        media_type, inner = target.get("contentMediaType"), target.get("contentSchema")
        found: JsonSchema = {}
        if inner is not None and (media_type is None or media_type.value == _JSON):
            found["json"] = self._boolean_or_schema(inner)
        is_text = target.value.get("type", "string") == "string"
        found["text" if is_text and not target.value.keys() & _OF_VALUES else "json"] = (
            self._boolean_or_schema(schema)
        )
        return {"properties": found}

    def _boolean_or_schema(self, node: Node, *, is_event: bool = False) -> JsonSchema | bool:
        if isinstance(node.value, bool):
            return node.value
        return self._schema(node, None, is_event=is_event)

    def _put_discriminator(self, found: JsonSchema, node: Node) -> None:
        """Where a property tells the alternative, the value fits that one, whatever others it fits.

        The alternatives of a discriminator often all fit: they leave its property a string.
        """
        if node.get("discriminator") is not None and "oneOf" in found:
            found["anyOf"] = found.pop("oneOf")

    def _tell_apart(self, found: JsonSchema, node: Node) -> None:
        """Have alternatives exclude each other by a format, if models hold texts to it.

        Where another one, which is a hint, is all that an alternative says beside a type, none
        excludes another: what fits the alternative that it is meant for would often fit two.
        """
        holder, listed = node.get("oneOf"), found.get("oneOf")
        if holder is None or not isinstance(listed, list):
            return
        resolved = [self._loader.resolve(each) for each in holder.elements()]
        values = [{} if each is None else each.value for each in resolved]
        if any(map(_is_hint, values)):
            found.setdefault("anyOf", found.pop("oneOf"))
        elif self._is_request:
            found["oneOf"] = [
                {**schema, "format": value["format"]} if _has_known_format(value) else schema
                for schema, value in zip(listed, values, strict=True)
            ]

    def _asks_for_more(self, schema: Node) -> bool:
        return _asks_for_more(schema) or self._says_two_things(schema)

    def _says_two_things(self, schema: Node) -> bool:
        """Whether the parts of a schema differ in what they say of a property, or of a text."""
        if schema.get("allOf") is None:
            return False
        said: dict[str, JsonValue] = {}
        closed: list[AbstractSet[str]] = []  # the properties of each part that has no others
        seen: set[Node] = set()
        waiting = [schema]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            pattern = node.get("pattern")
            said_here = [*members_of(node, "properties"), *([("", pattern)] if pattern else [])]
            for name, child in said_here:
                if said.setdefault(name, child.value) != child.value:
                    return True
            others = node.get("additionalProperties")
            if others is not None and others.value is not True:
                closed.append({name for name, _ in members_of(node, "properties")})
            waiting += target_of(node, self._loader)
            waiting += [child for _, child in members_of(node, "allOf")]
        # A merged model takes the properties of all parts, also those that one of them excludes.
        return any(not said.keys() - {""} <= known for known in closed)


def _asks_for_more(schema: Node) -> bool:
    """Whether a schema says something by itself that its model does not check, or not exactly."""
    value = schema.value
    if not isinstance(value, dict):
        return False
    if _BEYOND & value.keys() or value.get("uniqueItems") is True:
        return True
    if ("$ref" in value and STRUCTURAL & value.keys()) or {"anyOf", "oneOf"} <= value.keys():
        return True
    if "format" in value and _OF_TEXTS & value.keys():
        return True
    for keyword in ("oneOf", "anyOf"):
        choices = [each for each in members(value, keyword) if not is_null(each)]
        if choices and any(key in value for key in _BESIDE_ALTERNATIVES):
            return True
        if len(choices) > 1 and (
            (keyword == "oneOf" and "discriminator" not in value and not _are_apart(choices))
            or any(_only_requires(each) for each in choices)
        ):
            return True
    return (
        _has_odd_values(value)
        or _requires_others(value)
        or any(child.value is False for _, child in members_of(schema, "properties"))
    )


def _loosen(found: JsonSchema, value: Mapping[str, JsonValue]) -> None:
    """Where an alternative is not well-formed, none excludes another: it would fit everything."""
    if "oneOf" in found and not all(map(is_schema, members(value, "oneOf"))):
        alternatives = found.pop("oneOf")
        found.setdefault("anyOf", alternatives)


def _has_known_format(value: JsonValue) -> TypeGuard[dict[str, JsonValue]]:
    """Whether a schema has a format that models hold texts to."""
    return isinstance(value, dict) and value.get("format") in _FORMATS


def _is_hint(value: JsonValue) -> bool:
    """Whether a schema has a format that is a hint, and asks for no more than a type beside it."""
    if not isinstance(value, dict) or "format" not in value or value["format"] in _FORMATS:
        return False
    return value.keys() & STRUCTURAL <= {"type", "format"}


def _requires_others(value: dict[str, JsonValue]) -> bool:
    """Whether it requires a property that only `additionalProperties` speaks of."""
    properties = value.get("properties")
    known = properties if isinstance(properties, dict) else {}
    others = any(name not in known for name in members(value, "required"))
    return others and value.get("additionalProperties", True) is not True


def _are_apart(choices: list[JsonValue]) -> bool:
    """Whether no value fits two of them, as each has a type of its own."""
    types = [each.get("type") if isinstance(each, dict) else None for each in choices]
    names = {"number" if each == "integer" else each for each in types if isinstance(each, str)}
    return len(names) == len(choices)


def _only_requires(schema: JsonValue) -> bool:
    return isinstance(schema, dict) and "required" in schema and "properties" not in schema


def _has_odd_values(value: dict[str, JsonValue]) -> bool:
    """Whether it lists values that no `Literal` holds, or, as 1 and true, that it confuses."""
    listed = [*members(value, "enum"), *([value["const"]] if "const" in value else [])]
    return any(isinstance(each, dict | list | bool) or each in (0, 1) for each in listed)
