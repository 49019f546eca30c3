"""Builds schemas anew from an allow-list of keywords, as requests or as responses have them."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader, Node
from counterfoil_codegen.naming import pascal
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.rules.oddities import BROKEN_MAPPING
from counterfoil_codegen.rules.reading import REFERENCES
from counterfoil_codegen.schemas.dialects import Dialects
from counterfoil_codegen.schemas.labels import ENTRIES, Labels
from counterfoil_codegen.schemas.one_way import OneWay
from counterfoil_codegen.schemas.registry import Component, Origin, Registry
from counterfoil_codegen.schemas.shapes import (
    STRUCTURAL,
    JsonSchema,
    Reference,
    is_null,
    members,
    needs_name,
    nullable,
)
from counterfoil_codegen.schemas.spelling import Spelling, report_kind
from counterfoil_codegen.schemas.told import told


class View:
    """Schemas as they are on one way: without what goes on the other alone.

    A property that is `readOnly` is in no request, one that is `writeOnly` in no response (OpenAPI
    3.0, section 4.7.24.2; JSON Schema validation, section 9.4). What has none is the same in both.
    """

    def __init__(
        self,
        registry: Registry,
        labels: Labels,
        loader: Loader,
        diagnostics: Diagnostics,
        dialects: Dialects,
        one_way: OneWay,
        *,
        is_request: bool,
    ) -> None:
        self._registry = registry
        self._labels = labels
        self._loader = loader
        self._diagnostics = diagnostics
        self._dialects = dialects
        self._spelling = Spelling(diagnostics)
        self._one_way = one_way
        self._is_request = is_request

    def named(self, node: Node) -> Component:
        """The component of a schema that is named by where it stands: the target of a `$ref`."""
        node = self._labels.meant(node)
        plain = self._registry.component(node, None, is_request=False)
        if not self._is_split(node):
            return plain
        return self._registry.component(node, Origin(plain.reference, "Request"), is_request=True)

    def inline(self, node: Node, origin: Origin) -> Component:
        """The component of a schema that is named after what is around it."""
        return self._registry.component(node, origin, is_request=self._is_split(node))

    def build(self, component: Component) -> None:
        """Build the schema of *component*, and meet what it refers to."""
        component.schema = self._content(component.node, Origin(component.reference))
        name = self._labels.called(component.node)
        if name is not None:
            component.schema["name"] = name

    def _is_split(self, node: Node) -> bool:
        return self._is_request and self._one_way.differs(node)

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
            self._spelling.check(node, self._dialects.of(node))
            return self._annotated(self.use(collapsed, origin), node, value)
        if needs_name(value):
            schema: JsonSchema = {"$ref": self.inline(node, origin).reference}
            self._copy_annotations(schema, value)
        else:
            schema = self._content(node, origin)
        return nullable(schema) if self._dialects.of(node).is_nullable(value) else schema

    def _reference(self, node: Node, value: Mapping[str, JsonValue]) -> JsonSchema:
        target = self._loader.resolve(node)
        if target is None:
            return {}
        report_kind(node, target, "a schema", "schemas", self._diagnostics)
        if target.value is True or target.value == {}:
            return {}
        if not isinstance(target.value, dict):
            return self._malformed(target)
        reference: JsonSchema = {"$ref": self.named(target).reference}
        dialect = self._dialects.of(node)
        if not dialect.nullable_keyword:
            self._copy_annotations(reference, value)
        return (
            nullable(reference)
            if self._dialects.of(target).is_nullable(target.value)
            else reference
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
        for key in ("default", "deprecated"):
            if key in value:
                schema[key] = value[key]
        text = told(value)
        if text:
            schema["description"] = text

    def _content(
        self, node: Node, origin: Origin, omitted: frozenset[str] | None = None
    ) -> JsonSchema:
        """The whole of a schema but for null; *origin* names what is inside it.

        Properties that are *omitted* by what it is a part of, or by itself, are not in it.
        """
        value = node.value
        if not isinstance(value, dict):
            return {} if value is True else self._malformed(node)
        if "$ref" in value:
            return self._reference(node, value)
        self._spelling.check(node, self._dialects.of(node))
        if omitted is None:
            omitted = self._one_way.omitted(node, is_request=self._is_request)
        schema = self._dialects.of(node).plain(value)
        _leave_out(schema, omitted)
        self._put_object_parts(schema, node, origin, omitted)
        self._put_array_parts(schema, node, origin)
        self._put_choices(schema, node, origin, omitted)
        if "type" not in schema and schema.keys() & {"properties", "patternProperties"}:
            schema["type"] = "object"
        return schema

    def _put_object_parts(
        self, schema: JsonSchema, node: Node, origin: Origin, omitted: frozenset[str]
    ) -> None:
        for keyword in ("properties", "patternProperties"):
            properties = node.get(keyword)
            if properties is not None and isinstance(properties.value, dict):
                schema[keyword] = {
                    name: self.use(child, origin.child(pascal(name)))
                    for name, child in properties.items()
                    if name not in omitted or keyword != "properties"
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

    def _put_choices(
        self, schema: JsonSchema, node: Node, origin: Origin, omitted: frozenset[str]
    ) -> None:
        parts = node.get("allOf")
        if parts is not None and parts.value:
            schema["allOf"] = [self._content(child, origin, omitted) for child in parts.elements()]
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
        named = {
            key: target
            for key, child in (mapping.items() if mapping is not None else ())
            if (target := self._mapped(child)) is not None
        }
        schema["discriminator"] = {"propertyName": name, "mapping": self._implied(node) | named}

    def _implied(self, node: Node) -> dict[str, Reference]:
        """The names of the alternatives, which a mapping need not list (OpenAPI 3.1, 4.8.25)."""
        found: dict[str, Reference] = {}
        for keyword in ("anyOf", "oneOf"):
            choices = node.get(keyword)
            for child in choices.elements() if choices is not None else ():
                target = self._loader.resolve(child)
                if target is not None and target != child:
                    name = self._labels.called(target) or target.name
                    found[name] = self.named(target).reference
        return found

    def _mapped(self, node: Node) -> Reference | None:
        """A discriminator's target: a schema's name, or a reference (OpenAPI 3.1, 4.8.25)."""
        if not isinstance(node.value, str):
            return None
        target: Node | None = node.document.root
        for token in (*ENTRIES, node.value):
            target = None if target is None else target.get(token)
        target = target or self._labels.find(node.value)
        if target is None:
            with self._diagnostics.standing_in(dict.fromkeys(REFERENCES, BROKEN_MAPPING)):
                target = self._loader.follow(node)
        return None if target is None else self.named(target).reference

    def _malformed(self, node: Node) -> JsonSchema:
        if node.value is not False:
            self._diagnostics.report(
                rules.BAD_SCHEMA,
                node,
                "expected a schema, an object, true or false: any value fits this",
                "write the schema as a mapping, such as {type: string}",
            )
        return {}


def _leave_out(schema: JsonSchema, omitted: frozenset[str]) -> None:
    required = schema.get("required")
    if omitted and isinstance(required, list):
        schema["required"] = [name for name in required if name not in omitted]


def _admits_null(schema: JsonSchema) -> bool:
    choices = schema.get("anyOf")
    return isinstance(choices, list) and any(is_null(choice) for choice in choices)
