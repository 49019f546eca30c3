"""Components, decided: which become a class, which an alias, and every field of each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from counterfoil_codegen.models import names
from counterfoil_codegen.models.components import Components
from counterfoil_codegen.models.defaults import Values
from counterfoil_codegen.models.discriminators import Tags, family_of, tags_of
from counterfoil_codegen.models.express import Expression, Expressions
from counterfoil_codegen.models.problems import Kind, Problem, Report
from counterfoil_codegen.models.schema import Default, JsonSchema, Schema, anything


class Extra(Enum):
    """What a class does with properties it does not declare."""

    IGNORE = "ignore"
    ALLOW = "allow"
    FORBID = "forbid"
    TYPED = "typed"  # allowed, and held to a type


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a class."""

    name: str
    wire_name: str
    doc: str
    required: bool
    nullable: bool
    default: Default | None


@dataclass(frozen=True, slots=True)
class Record:
    """A component that becomes a class."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    extra: Extra


@dataclass(frozen=True, slots=True)
class Alias:
    """A component that becomes a named type, such as `Literal["a", "b"]` or `A | B`."""

    name: str
    doc: str
    tags: Tags | None = None


@dataclass(frozen=True, slots=True)
class Same:
    """A component that is another one by another name."""

    name: str
    doc: str
    target: str


Component: TypeAlias = Record | Alias | Same


@dataclass(frozen=True, slots=True)
class Prepared:
    """The components by name, and the document that the model generator is fed with.

    In the document the fields of a class are called `f0`, `f1` ... in the order of `Record.fields`,
    and are all required; the type of further properties, if there is one, is that of `extra`.
    """

    components: Mapping[str, Component]
    document: Mapping[str, Expression]
    inline: frozenset[str]  # types of the document that stand inline in the result


def field_key(index: int) -> str:
    """What field number *index* of a class is called in the document."""
    return f"f{index}"


def prepare(schemas: Mapping[str, JsonSchema], report: Report) -> Prepared:
    """Decide what each component becomes. *report* is told what cannot be had."""
    found: set[Problem] = set()
    preparer = _Preparer(schemas, found.add)
    prepared = preparer.prepare()
    for problem in sorted(found, key=_problem_order):
        report(problem)
    return prepared


def _problem_order(problem: Problem) -> tuple[str, tuple[str, ...], str, str]:
    return problem.component, problem.pointer, problem.kind.value, problem.message


class _Preparer:
    def __init__(self, schemas: Mapping[str, JsonSchema], report: Report) -> None:
        self._report = report
        self._components = Components(schemas, report)
        self._expressions = Expressions(self._components, report)
        self._document: dict[str, Expression] = {}
        self._known = frozenset(self._components)
        self._bases: dict[str, Schema] = {}

    def prepare(self) -> Prepared:
        shapes = {name: self._shape(name) for name in self._components} | self._bases
        document = self._document | self._expressions.inline
        values = Values(document)
        components = {
            name: self._record(name, shape, values) if isinstance(shape, Schema) else shape
            for name, shape in shapes.items()
        }
        return Prepared(components, document, frozenset(self._expressions.inline))

    def _shape(self, name: str) -> Schema | Alias | Same:
        """Put the type of a component in the document. For a class: its flat schema."""
        parsed = self._components.parsed(name)
        target = self._components.sole_reference(parsed)
        if target is not None and name not in self._components.direct(parsed):
            self._document[names.internal(name)] = self._expressions.express(parsed)
            return Same(name, parsed.doc, target)
        if not self._components.is_record(name):
            flat = self._components.flat(name)
            self._document[names.internal(name)] = self._expressions.express(flat, name)
            return Alias(name, flat.doc, tags_of(flat, self._components))
        flat = self._components.flat(name)
        self._report_choices(flat)
        base = self._base_name(name)
        family = family_of(base, name, self._components)
        if family is None:
            self._document[names.internal(name)] = self._object(flat)
            return flat
        self._bases[base] = flat
        self._document[names.internal(base)] = self._object(flat)
        members = dict.fromkeys([*(child for _, child in family.classes), base])
        self._document[names.internal(name)] = self._expressions.any_of_classes(members)
        return Alias(name, flat.doc, family)

    def _base_name(self, name: str) -> str:
        """The class of what is nothing but the base of others: `PetBase`."""
        base = f"{name}Base"
        while base in self._known:
            base += "_"
        return base

    def _report_choices(self, flat: Schema) -> None:
        others = set(flat.types) - {"object", "null"}
        if others:
            message = f"an object with properties cannot also be {sorted(others)}"
            self._tell(flat, (), Kind.UNENFORCED, message)
        if flat.patterned:
            message = "properties by pattern beside others: any name is accepted"
            self._tell(flat, ("patternProperties",), Kind.UNENFORCED, message)

    def _object(self, flat: Schema) -> Expression:
        properties: Expression = {}
        for index, schema in enumerate(_properties(flat).values()):
            properties[field_key(index)] = self._expressions.express(schema)
        extra = _extra(flat)
        if extra is Extra.TYPED:
            properties[names.EXTRA] = self._expressions.further(flat)
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": extra is not Extra.FORBID,
        }

    def _record(self, name: str, flat: Schema, values: Values) -> Record:
        properties = _properties(flat)
        field_names = names.field_names(properties)
        types = self._document[names.internal(name)]["properties"]
        if not isinstance(types, Mapping):
            raise TypeError("the document is not what it was built as")
        fields = []
        for index, (wire_name, schema) in enumerate(properties.items()):
            kind = types[field_key(index)]
            required = wire_name in flat.required
            default = None if required else schema.default
            if default is not None and not values.is_default(kind, default.value):
                message = "the default is not generated: it does not fit, or has no literal form"
                self._tell(schema, ("default",), Kind.DEFAULT, message)
                default = None
            fields.append(
                Field(
                    field_names[wire_name],
                    wire_name,
                    schema.doc,
                    required,
                    values.admits_null(kind),
                    default,
                )
            )
        return Record(name, flat.doc, tuple(fields), _extra(flat))

    def _tell(self, schema: Schema, pointer: tuple[str, ...], kind: Kind, message: str) -> None:
        origin = schema.origin
        self._report(Problem(origin.component, origin.pointer + pointer, kind, message))


def _properties(flat: Schema) -> dict[str, Schema]:
    """The properties that a class declares, with those that are only required."""
    declared = {name: schema for name, schema in flat.properties.items() if not schema.never}
    undeclared = [name for name in flat.required if name not in flat.properties]
    return declared | {name: anything(flat.origin) for name in undeclared}


def _extra(flat: Schema) -> Extra:
    additional = flat.additional
    if additional is None:
        # Values of a base may be of a schema built on it: what they have more is kept.
        return Extra.ALLOW if flat.patterned or flat.discriminator else Extra.IGNORE
    if additional.never:
        return Extra.TYPED if flat.patterned else Extra.FORBID
    return Extra.ALLOW if additional.is_empty or flat.patterned else Extra.TYPED
