"""Collects the schemas that need a name, and builds each anew from an allow-list of keywords."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas.shapes import (
    NOT_ENFORCED,
    STRUCTURAL,
    Dialect,
    JsonSchema,
    Reference,
    is_null,
    members,
    needs_name,
    nullable,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What an inline schema is named after: the schema or name around it, and its place in that."""

    parent: Reference | str
    suffix: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return str(self.parent), self.suffix

    def child(self, suffix: str) -> Origin:
        return Origin(self.parent, self.suffix + suffix)


@dataclass(slots=True)
class Component:
    """A schema that gets a name."""

    node: Node
    origin: Origin | None  # None: named by where it stands
    schema: JsonSchema = field(default_factory=dict)
    users: set[str] = field(default_factory=set)

    @property
    def reference(self) -> Reference:
        return Reference(self.node.document.name, self.node.pointer)


class Components:
    """The named schemas of an API."""

    def __init__(self, loader: Loader, diagnostics: Diagnostics, dialects: Dialects) -> None:
        self._loader = loader
        self._diagnostics = diagnostics
        self._dialects = dialects
        self._found: dict[Reference, Component] = {}
        self._to_build: deque[Component] = deque()

    def __iter__(self) -> Iterator[Component]:
        return iter(self._found.values())

    def named(self, node: Node) -> Component:
        """The component of a schema that is named by where it stands: the target of a `$ref`."""
        return self._component(node, None)

    def inline(self, node: Node, origin: Origin) -> Component:
        """The component of a schema that is named after what is around it."""
        return self._component(node, origin)

    def add_user(self, reference: Reference, user: str) -> None:
        """Note that the module *user* names this component itself."""
        self._found[reference].users.add(user)

    def build(self) -> None:
        """Build what was found, and what that refers to, and so on."""
        while self._to_build:
            component = self._to_build.popleft()
            component.schema = self._content(component.node, Origin(component.reference))

    def use(self, node: Node, origin: Origin) -> JsonSchema:
        """The schema to put where *node* is used: a reference to what is named, the rest inline."""
        value = node.value
        if value is True:
            return {}
        if not isinstance(value, dict):
            return self._malformed(node)
        if "$ref" in value:
            return self._reference(node, value)
        collapsed = self._collapse(node, value)
        if collapsed is not None:
            return self._annotated(self.use(collapsed, origin), node, value)
        if needs_name(value):
            schema: JsonSchema = {"$ref": self.inline(node, origin).reference}
            self._copy_annotations(schema, value)
        else:
            schema = self._content(node, origin)
        return nullable(schema) if self._dialects.of(node).is_nullable(value) else schema

    def _component(self, node: Node, origin: Origin | None) -> Component:
        reference = Reference(node.document.name, node.pointer)
        found = self._found.get(reference)
        if found is None:
            found = self._found[reference] = Component(node, origin)
            self._to_build.append(found)
        elif origin is None or (found.origin is not None and origin.key < found.origin.key):
            found.origin = origin  # whatever the order of reading, the same one is left
        return found

    def _reference(self, node: Node, value: Mapping[str, JsonValue]) -> JsonSchema:
        target = self._loader.resolve(node)
        if target is None:
            return {}
        if target.value is True or target.value == {}:
            return {}
        if not isinstance(target.value, dict):
            return self._malformed(target)
        reference: JsonSchema = {"$ref": self.named(target).reference}
        dialect = self._dialects.of(node)
        if not dialect.nullable_keyword:
            self._check_siblings(node, value, target)
            self._copy_annotations(reference, value)
        return (
            nullable(reference)
            if self._dialects.of(target).is_nullable(target.value)
            else reference
        )

    def _check_siblings(self, node: Node, value: Mapping[str, JsonValue], target: Node) -> None:
        """Report what stands beside a `$ref` and would narrow it; a repetition is harmless."""
        for key in sorted(STRUCTURAL.intersection(value)):
            own = target.get(key)
            if own is None or own.value != value[key]:
                self._diagnostics.report(
                    rules.SCHEMA_KEYWORD,
                    node.get(key) or node,
                    f"{key!r} beside $ref is not enforced",
                    "write it in the schema that the $ref names, or in an allOf beside it",
                )

    def _collapse(self, node: Node, value: Mapping[str, JsonValue]) -> Node | None:
        """The one schema that *node* is another way to write: `allOf: [x]`, `anyOf: [x, null]`."""
        for keyword in ("allOf", "anyOf", "oneOf"):
            listed = members(value, keyword)
            kept = [i for i, member in enumerate(listed) if not is_null(member)]
            if len(kept) == 1 and not (STRUCTURAL - {keyword, "discriminator"}).intersection(value):
                found = node.get(keyword)
                return None if found is None else found.element(kept[0])
        return None

    def _annotated(
        self, schema: JsonSchema, node: Node, value: Mapping[str, JsonValue]
    ) -> JsonSchema:
        may_be_null = self._dialects.of(node).is_nullable(value)
        schema = dict(schema)
        self._copy_annotations(schema, value)
        if not may_be_null or _admits_null(schema):
            return schema
        return nullable(schema)

    def _copy_annotations(self, schema: JsonSchema, value: Mapping[str, JsonValue]) -> None:
        for key in ("description", "default", "deprecated"):
            if key in value:
                schema[key] = value[key]

    def _content(self, node: Node, origin: Origin) -> JsonSchema:
        """The whole of a schema but for null; *origin* names what is inside it."""
        value = node.value
        if not isinstance(value, dict):
            return {} if value is True else self._malformed(node)
        if "$ref" in value:
            return self._reference(node, value)
        schema = self._dialects.of(node).plain(value)
        self._report_not_enforced(node, value)
        self._put_object_parts(schema, node, origin)
        self._put_array_parts(schema, node, origin)
        self._put_choices(schema, node, origin)
        if "type" not in schema and schema.keys() & {"properties", "patternProperties"}:
            schema["type"] = "object"
        return schema

    def _put_object_parts(self, schema: JsonSchema, node: Node, origin: Origin) -> None:
        for keyword in ("properties", "patternProperties"):
            properties = node.get(keyword)
            if properties is not None and isinstance(properties.value, dict):
                schema[keyword] = {
                    name: self.use(child, origin.child(pascal(name)))
                    for name, child in properties.items()
                }
        self._put_schema(schema, node, "additionalProperties", origin.child("Value"))

    def _put_array_parts(self, schema: JsonSchema, node: Node, origin: Origin) -> None:
        prefix = node.get("prefixItems")
        if prefix is not None:
            schema["prefixItems"] = [
                self.use(child, origin.child(f"Item{index}"))
                for index, child in enumerate(prefix.elements(), start=1)
            ]
        self._put_schema(schema, node, "items", origin.child("Item"))

    def _put_schema(self, schema: JsonSchema, node: Node, keyword: str, origin: Origin) -> None:
        child = node.get(keyword)
        if child is None:
            return
        schema[keyword] = child.value if isinstance(child.value, bool) else self.use(child, origin)

    def _put_choices(self, schema: JsonSchema, node: Node, origin: Origin) -> None:
        parts = node.get("allOf")
        if parts is not None and parts.value:
            schema["allOf"] = [self._content(child, origin) for child in parts.elements()]
        for keyword in ("anyOf", "oneOf"):
            choices = node.get(keyword)
            if choices is None:
                continue
            found = [
                self.use(child, origin.child(f"Option{index}"))
                for index, child in enumerate(choices.elements(), start=1)
                if not is_null(child.value)
            ]
            if found:
                schema[keyword] = found
        self._put_discriminator(schema, node)

    def _put_discriminator(self, schema: JsonSchema, node: Node) -> None:
        found = node.get("discriminator")
        name = found.string("propertyName") if found is not None else None
        if found is None or name is None:
            return
        mapping = found.get("mapping")
        schema["discriminator"] = {
            "propertyName": name,
            "mapping": {
                key: target
                for key, child in (mapping.items() if mapping is not None else ())
                if (target := self._mapped(child)) is not None
            },
        }

    def _mapped(self, node: Node) -> Reference | None:
        """A discriminator's target: a schema's name, or a reference (OpenAPI 3.1, 4.8.25)."""
        if not isinstance(node.value, str):
            return None
        target: Node | None = node.document.root
        for token in ("components", "schemas", node.value):
            target = None if target is None else target.get(token)
        if target is None:
            target = self._loader.follow(node)
        return None if target is None else self.named(target).reference

    def _report_not_enforced(self, node: Node, value: Mapping[str, JsonValue]) -> None:
        for keyword in NOT_ENFORCED:
            if keyword in value:
                self._diagnostics.report(
                    rules.SCHEMA_KEYWORD,
                    node.get(keyword) or node,
                    f"{keyword!r} is not enforced: values that break it are let through",
                    f'check it in the handler, and waive = ["{rules.SCHEMA_KEYWORD.id}"]',
                )

    def _malformed(self, node: Node) -> JsonSchema:
        if node.value is False:
            self._diagnostics.report(
                rules.SCHEMA_KEYWORD,
                node,
                "the schema 'false' is not enforced: values that break it are let through",
                "leave the property out, or say additionalProperties: false",
            )
        else:
            self._diagnostics.report(
                rules.BAD_SCHEMA,
                node,
                "expected a schema: an object, true or false",
                "write the schema as a mapping, such as {type: string}",
            )
        return {}


class Dialects:
    """The dialect of each document: its own `openapi` version, or that of the first document."""

    def __init__(self, by_document: Mapping[str, Dialect], default: Dialect) -> None:
        self._by_document = by_document
        self._default = default

    def of(self, node: Node) -> Dialect:
        return self._by_document.get(node.document.name, self._default)


def _admits_null(schema: JsonSchema) -> bool:
    choices = schema.get("anyOf")
    return isinstance(choices, list) and any(is_null(choice) for choice in choices)
