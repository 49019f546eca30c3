"""What stands in a module of models: the decisions of `prepare` and the types of `translate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from counterfoil_codegen.models import names
from counterfoil_codegen.models.prepare import (
    Alias,
    Component,
    Extra,
    Field,
    Prepared,
    Record,
    Same,
    field_key,
)
from counterfoil_codegen.models.problems import ModelError
from counterfoil_codegen.models.translate import Translated
from counterfoil_codegen.models.types import (
    ABSENT_OR_NULL,
    Generic,
    Named,
    Scalar,
    Tagged,
    Type,
    bounded,
    substitute,
    walk,
    without_none,
)


@dataclass(frozen=True)
class Definition:
    """A class (its `record` is set) or a named type (its `alias`, or `same`)."""

    name: str
    doc: str
    record: Record | None = None
    fields: tuple[tuple[Field, Type], ...] = ()
    extra: Type | None = None
    alias: Type | None = None
    same: str | None = None

    @property
    def types(self) -> Iterator[Type]:
        """The types that it is made of."""
        yield from (kind for _, kind in self.fields)
        yield from (kind for kind in (self.extra, self.alias) if kind is not None)

    @cached_property
    def uses(self) -> frozenset[str]:
        """The components that it names."""
        found = {each.name for kind in self.types for each in walk(kind) if isinstance(each, Named)}
        return frozenset(found | {self.same}) if self.same is not None else frozenset(found)


def define(prepared: Prepared, translated: Translated) -> dict[str, Definition]:
    """A definition for each component, by name; *translated* has the types of all of them."""
    types = _Types(prepared.inline, translated)
    return {name: types.define(of) for name, of in prepared.components.items()}


class _Types:
    def __init__(self, inline: frozenset[str], translated: Translated) -> None:
        self._inline = inline
        self._translated = translated

    def define(self, component: Component) -> Definition:
        internal = names.internal(component.name)
        match component:
            case Record():
                return self._record(component, self._translated.classes[internal])
            case Alias(name=name, doc=doc, tags=tags):
                alias = self._own(self._translated.aliases[internal])
                if tags is not None:
                    alias = Tagged(alias, tags.wire_name, tags.classes, tags.otherwise)
                return Definition(name, doc, alias=alias)
            case Same(name=name, doc=doc, target=target):
                return Definition(name, doc, same=target)

    def _record(self, record: Record, types: Mapping[str, Type]) -> Definition:
        fields = tuple(
            (field, self._field(field, types[field_key(index)]))
            for index, field in enumerate(record.fields)
        )
        extra = self._own(types[names.EXTRA]) if record.extra is Extra.TYPED else None
        return Definition(record.name, record.doc, record, fields, extra)

    def _field(self, field: Field, kind: Type) -> Type:
        own = self._own(kind)
        if not (field.required or field.default):
            base = ABSENT_OR_NULL if field.nullable else "Absent"
            own = Generic(base, (without_none(own),))
        keywords: dict[str, Scalar] = {}
        if field.wire_name != field.name:
            keywords["alias"] = field.wire_name
        return bounded(own, keywords)

    def _own(self, kind: Type) -> Type:
        """*kind* by the names of the components, with what stands inline in its place."""
        return substitute(kind, self._resolve)

    def _resolve(self, name: str) -> Type | None:
        if name in self._inline:
            return self._own(self._translated.aliases[name])
        component = names.public(name)
        if component is None:
            raise ModelError(f"a type {name} that was not asked for")
        return Named(component)
