"""Schemas in the words the model generator is fed with, so that it has nothing left to decide.

What it gets of a component is a type: `{}`, a `$ref`, one of the JSON types with its bounds, an
`enum` of literals, or an `anyOf` of these. It never sees an inline object or enum that it would
have to name, a wire name, a default, a text, or a nullable keyword.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from counterfoil_codegen.bounds import whole_bounds
from counterfoil_codegen.models import names
from counterfoil_codegen.models.components import Components
from counterfoil_codegen.models.problems import Kind, ModelError, Problem, Report
from counterfoil_codegen.models.schema import JsonValue, Origin, Schema, fits

Expression: TypeAlias = dict[str, JsonValue]

NULL: Final[Mapping[str, JsonValue]] = {"type": "null"}

_STRING_BOUNDS: Final = ("minLength", "maxLength")
_NUMBER_BOUNDS: Final = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
)
_ARRAY_BOUNDS: Final = ("minItems", "maxItems")
_OBJECT_BOUNDS: Final = ("minProperties", "maxProperties")
_UNBOUND: Final = frozenset({"$ref", "type", "format", "items", "additionalProperties", "anyOf"})


class Expressions:
    """Expresses schemas of one API; keeps those that need a place of their own in `inline`."""

    def __init__(self, components: Components, report: Report) -> None:
        self.inline: dict[str, Expression] = {}
        self._components = components
        self._report = report
        self._inline_names: dict[str, str] = {}

    def express(self, schema: Schema, owner: str | None = None) -> Expression:
        """*schema* as a type. *owner*: the component that it is, or is an alternative of.

        Raises:
            ModelError: it has properties; the caller gives every such schema a name.
        """
        if schema.never:
            self._unenforced(schema.origin, "that nothing fits is not checked")
            return {}
        sole = self._components.sole_reference(schema)
        if sole is not None:
            return self._reference(sole)
        if schema.ref is not None or schema.all_of:
            schema = self._components.flatten(schema)
        if schema.is_keyed:
            raise ModelError(f"an inline object at {schema.origin}")
        if schema.alternatives:
            return self._union(schema, owner)
        if schema.enum is not None:
            return self._enumeration(schema)
        return _any_of([self._nested(self._typed(name, schema)) for name in _types(schema)])

    def nested(self, schema: Schema) -> Expression:
        """*schema* as a type inside another, where bounds need a place of their own."""
        return self._nested(self.express(schema))

    def any_of_classes(self, classes: Iterable[str]) -> Expression:
        """Any of these classes of the document."""
        return _any_of(_ref(names.internal(name)) for name in classes)

    def further(self, schema: Schema) -> Expression:
        """The type of the properties of *schema* that have no name of their own."""
        return self._values(schema)

    def _nested(self, expression: Expression) -> Expression:
        if expression.keys() <= _UNBOUND:
            return expression
        key = json.dumps(expression, sort_keys=True)
        name = self._inline_names.setdefault(key, names.inline(len(self._inline_names)))
        self.inline[name] = expression
        return _ref(name)

    def _reference(self, component: str) -> Expression:
        target = _ref(names.internal(component))
        return _any_of([target, dict(NULL)]) if self._components.is_nullable(component) else target

    def _union(self, schema: Schema, owner: str | None) -> Expression:
        """One of the alternatives; what stands beside them is merged into each that it fits."""
        group, *others = schema.alternatives
        if others:
            self._unenforced(schema.origin, "of anyOf and oneOf beside each other, anyOf counts")
        beside = _beside(schema)
        found = []
        for branch in group:
            if owner is not None and owner in self._components.direct(branch):
                self._tell(branch.origin, Kind.LOOP, "an alternative is the schema itself")
                continue
            joined = branch
            if not beside.is_empty and not self._components.is_structured(branch):
                joined = Schema(branch.origin, all_of=(beside, branch))
            found.append(self._nested(self.express(joined, owner)))
        return _any_of(found)

    def _enumeration(self, schema: Schema) -> Expression:
        values = [value for value in _distinct(schema.enum or ()) if fits(value, schema.types)]
        if not values:
            self._tell(schema.origin, Kind.CONFLICT, "no value of the enum has the schema's type")
            return _any_of([self._typed(name, schema) for name in schema.types])
        if any(isinstance(value, Mapping | list | tuple) for value in values):
            self._unenforced(schema.origin / "enum", "an enum of lists or objects is not checked")
            return {}
        return self._values_of(values, any_number="number" in schema.types)

    def _values_of(self, values: list[JsonValue], *, any_number: bool) -> Expression:
        """Exactly these values: a Literal, and for numbers that cannot be in it, ranges of one.

        Floats cannot; nor can integers beside booleans, for Python says that 1 is True.
        """
        apart = any_number or any(isinstance(value, bool) for value in values)
        literals: list[JsonValue] = []
        found: list[Expression] = []
        for value in values:
            if isinstance(value, float) or (apart and type(value) is int):
                is_float = any_number or isinstance(value, float)
                kind = "number" if is_float else "integer"
                found.append({"type": kind, "minimum": value, "maximum": value})
            elif value is not None:
                literals.append(value)
        if literals:
            found.append({"enum": literals})
        if None in values:
            found.append(dict(NULL))
        return found[0] if len(found) == 1 else _any_of([self._nested(each) for each in found])

    def _typed(self, name: str, schema: Schema) -> Expression:
        match name:
            case "string":
                return self._string(schema)
            case "integer":
                return {"type": name, **whole_bounds(_numbers(schema))}
            case "number":
                return {"type": name, **_pick(schema, _NUMBER_BOUNDS)}
            case "array":
                return self._array(schema)
            case "object":
                return self._map(schema)
        return {"type": name}

    def _string(self, schema: Schema) -> Expression:
        bounds = _pick(schema, _STRING_BOUNDS)
        if bounds.get("minLength") == 0:
            del bounds["minLength"]
        if schema.pattern is not None:
            bounds["pattern"] = schema.pattern
        if schema.format is None:
            return {"type": "string", **bounds}
        if bounds:
            self._unenforced(schema.origin, f"bounds on the text of a {schema.format}")
        return {"type": "string", "format": schema.format}

    def _array(self, schema: Schema) -> Expression:
        """An array; one of different items has items of any of their types."""
        bounds = _pick(schema, _ARRAY_BOUNDS)
        items = schema.items
        if schema.prefix:
            self._unenforced(schema.origin / "prefixItems", "the order of prefixItems")
            rest = () if items is not None and items.never else (items or Schema(schema.origin),)
            if not rest:
                bounds.setdefault("maxItems", len(schema.prefix))
            most = bounds.get("maxItems")
            if isinstance(most, int) and most <= len(schema.prefix):
                rest = ()
            items = Schema(schema.origin, alternatives=((*schema.prefix, *rest),))
        elif items is not None and items.never:
            bounds["maxItems"] = 0
            items = None
        inner = self.nested(items) if items is not None else {}
        return {"type": "array", "items": inner, **bounds}

    def _map(self, schema: Schema) -> Expression:
        found: Expression = {
            "type": "object",
            "additionalProperties": self._values(schema),
            **_pick(schema, _OBJECT_BOUNDS),
        }
        if schema.additional is not None and schema.additional.never and not schema.patterned:
            found["maxProperties"] = 0
        keys = self._keys(schema)
        if keys not in ({}, {"type": "string"}):
            found["propertyNames"] = keys
        return found

    def _values(self, schema: Schema) -> Expression:
        """The type of the values of an object without properties of its own."""
        additional = schema.additional
        values = [each for _, each in schema.patterned]
        if additional is not None and not additional.never:
            values.append(additional)
        return _any_of([self.nested(value) for value in values])

    def _keys(self, schema: Schema) -> Expression:
        """What the keys of an object without properties are held to.

        Keys of `patternProperties` are, where no other keys are allowed and one pattern tells all.
        """
        if schema.keys is not None:
            pattern = schema.keys
            keys = Schema(
                pattern.origin, all_of=(pattern, Schema(pattern.origin, types=("string",)))
            )
            return self.nested(keys)
        closed = schema.additional is not None and schema.additional.never
        if closed and len(schema.patterned) == 1 and schema.patterned[0][0]:
            return self._nested({"type": "string", "pattern": schema.patterned[0][0]})
        if schema.patterned:
            self._unenforced(
                schema.origin / "patternProperties", "every key is held to the same schema"
            )
        return {}

    def _unenforced(self, origin: Origin, message: str) -> None:
        self._tell(origin, Kind.UNENFORCED, message)

    def _tell(self, origin: Origin, kind: Kind, message: str) -> None:
        self._report(Problem(origin.component, origin.pointer, kind, message))


def _ref(name: str) -> Expression:
    return {"$ref": f"#/components/schemas/{name}"}


def _any_of(found: Iterable[Expression]) -> Expression:
    """Any of these: flat, each once, null last. `{}` if one of them, or none, says nothing."""
    flat: list[Expression] = []
    for expression in found:
        inner = expression["anyOf"] if expression.keys() == {"anyOf"} else [expression]
        if isinstance(inner, list):
            flat += [each for each in inner if each not in flat]
    if not flat or {} in flat:
        return {}
    flat.sort(key=lambda expression: expression == NULL)
    return flat[0] if len(flat) == 1 else {"anyOf": list(flat)}


def _types(schema: Schema) -> tuple[str, ...]:
    """The types of a schema; where it names none, those that its keywords speak of."""
    if schema.types:
        return schema.types
    if schema.pattern or schema.format or _pick(schema, _STRING_BOUNDS):
        return ("string",)
    if _pick(schema, _NUMBER_BOUNDS):
        return ("number",)
    if schema.items is not None or schema.prefix:
        return ("array",)
    if schema.additional is not None or schema.patterned or schema.keys:
        return ("object",)
    return ()


def _beside(schema: Schema) -> Schema:
    """What *schema* says beside its alternatives."""
    return Schema(
        schema.origin,
        types=schema.types,
        enum=schema.enum,
        format=schema.format,
        pattern=schema.pattern,
        bounds=schema.bounds,
        items=schema.items,
    )


def _pick(schema: Schema, keywords: Iterable[str]) -> Expression:
    return {key: schema.bounds[key] for key in keywords if key in schema.bounds}


def _numbers(schema: Schema) -> dict[str, int | float]:
    return {key: schema.bounds[key] for key in _NUMBER_BOUNDS if key in schema.bounds}


def _distinct(values: Iterable[JsonValue]) -> list[JsonValue]:
    """Each value once; 1 and 1.0 are one value, 1 and true are two."""
    found: dict[str, JsonValue] = {}
    for value in values:
        plain = int(value) if isinstance(value, float) and value.is_integer() else value
        found.setdefault(json.dumps(plain, sort_keys=True), plain)
    return list(found.values())
