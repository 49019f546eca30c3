"""The text of a module of models, put together from fragments only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from counterfoil_codegen.fragments import Constant, DocText, Expression, Identifier
from counterfoil_codegen.models.definitions import Definition
from counterfoil_codegen.models.imports import Imports
from counterfoil_codegen.models.prepare import Extra, Field, Record
from counterfoil_codegen.models.problems import ModelError
from counterfoil_codegen.models.types import (
    AnyOf,
    Bounded,
    Generic,
    Literals,
    Named,
    Plain,
    Scalar,
    Tagged,
    Type,
    is_absent_or_null,
    without_none,
)

_BUILTIN_BASES: Final = frozenset({"dict", "list"})
_IMPORTED_TYPES: Final = frozenset({"AwareDatetime", "UUID", "date"})


def module_source(
    knots: Iterable[Sequence[Definition]], homes: Mapping[str, str], taken: AbstractSet[str]
) -> str:
    """The text of a module that defines *knots*, in their order (see `split.order`).

    *homes*: the module of each component that is defined elsewhere. *taken*: the names of all
    components; an import of such a name gets an underscore before it.
    """
    imports = Imports(homes, taken)
    writer = _Writer(imports)
    body = "\n\n".join(text for knot in knots for text in writer.knot(knot))
    return f"{imports.text()}\n\n{body}\n"


class _Writer:
    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    def knot(self, knot: Sequence[Definition]) -> Iterator[str]:
        """Definitions that refer to each other: classes first, whose annotations are not evaluated.

        Named types that refer to themselves or each other are quoted as a whole.
        """
        inside = {definition.name for definition in knot}
        for definition in knot:
            if definition.record is not None:
                yield "\n".join(self._class(definition, definition.record))
        rest = [definition for definition in knot if definition.record is None]
        targets = {definition.name: definition.same for definition in knot}
        for definition in sorted(rest, key=lambda definition: _depth(definition.name, targets)):
            yield "\n".join(self._named(definition, bool(inside & definition.uses)))

    def _named(self, definition: Definition, is_quoted: bool) -> Iterator[str]:
        name = Identifier(definition.name)
        if definition.same is not None:
            yield f"{name} = {self._type(Named(definition.same))}"
        elif definition.alias is not None:
            value: Expression | Constant = self._type(definition.alias)
            if is_quoted:
                value = Constant(str(value))
            yield f"{name} = {self._name('TypeAliasType')}({Constant(definition.name)}, {value})"
        yield from _doc(definition.doc, "")

    def _class(self, definition: Definition, record: Record) -> Iterator[str]:
        yield f"class {Identifier(definition.name)}({self._name('Model')}):"
        body = [
            *_doc(definition.doc, "    "),
            *self._config(record.extra),
            *self._extra(definition.extra),
            *(line for field, kind in definition.fields for line in self._field(field, kind)),
        ]
        yield from body or ["    pass"]

    def _config(self, extra: Extra) -> Iterator[str]:
        if extra is not Extra.IGNORE:
            behaviour = "forbid" if extra is Extra.FORBID else "allow"
            call = self._call("ConfigDict", {"extra": Constant(behaviour)})
            kind = Expression.subscript(self._name("ClassVar"), self._name("ConfigDict"))
            yield f"    model_config: {kind} = {call}"
            yield ""

    def _extra(self, kind: Type | None) -> Iterator[str]:
        if kind is not None:
            call = self._call("Field", {"init": Constant(False)})
            values = self._type(Generic("dict", (Plain("str"), kind)))
            yield f"    __pydantic_extra__: {values} = {call}"
            yield ""

    def _field(self, field: Field, kind: Type) -> Iterator[str]:
        default = "" if field.required else f" = {self._default(field, kind)}"
        listed = _listed(field)
        if listed and not isinstance(kind, Generic):
            # A type checker does not see `list[X] | None` through `Field(default=[...])`.
            name, inner = Identifier(f"_default_{field.name}"), self._type(without_none(kind))
            variable = Expression.subscript(self._name("ClassVar"), inner)
            yield f"    {name}: {variable} = {Constant(listed)}"
            default = f" = {self._call('Field', {'default': Expression.name(name)})}"
        yield f"    {Identifier(field.name)}: {self._type(kind)}{default}"
        yield from _doc(field.doc, "    ")

    def _default(self, field: Field, kind: Type) -> Expression | Constant:
        if is_absent_or_null(kind):
            return self._name("UNSET")
        value = None if field.default is None else field.default.value
        match value:
            case None | str() | int() | float():
                return Constant(value)
            case Mapping():
                return self._call("Field", {"default_factory": _plain("dict")})
            case []:
                return self._call("Field", {"default_factory": _plain("list")})
        return self._call("Field", {"default": Constant(_listed(field))})

    def _type(self, kind: Type) -> Expression:
        match kind:
            case Plain(name="None"):
                return Expression.none()
            case Plain(name=name) if name in _IMPORTED_TYPES:
                return self._name(name)
            case Plain(name=name):
                return _plain(name)
            case Named(name=name):
                self._imports.use_component(name)
                return _plain(name)
            case Generic(base=base, arguments=arguments):
                head = _plain(base) if base in _BUILTIN_BASES else self._name(base)
                return Expression.subscript(head, *map(self._type, arguments))
            case Literals(values=values):
                return Expression.subscript(self._name("Literal"), *map(Constant, values))
            case AnyOf(members=members):
                return Expression.union(*map(self._type, members))
            case Tagged(inner=inner, wire_name=wire_name, classes=classes, otherwise=otherwise):
                given = [Constant(wire_name), Constant([list(pair) for pair in classes])]
                given += [] if otherwise is None else [Constant(otherwise)]
                call = Expression.call(self._name("Tags"), given)
                return Expression.subscript(self._name("Annotated"), self._type(inner), call)
            case Bounded(inner=inner, keywords=keywords):
                call = self._call("Field", {key: Constant(value) for key, value in keywords})
                return Expression.subscript(self._name("Annotated"), self._type(inner), call)

    def _call(self, function: str, keywords: Mapping[str, Expression | Constant]) -> Expression:
        given = [(Identifier(keyword), value) for keyword, value in keywords.items()]
        return Expression.call(self._name(function), (), given)

    def _name(self, name: str) -> Expression:
        return self._imports.use(name)


def _depth(name: str, targets: Mapping[str, str | None]) -> int:
    """How many definitions *name* is another name of, one after the other."""
    target = targets.get(name)
    return 0 if target is None else 1 + _depth(target, targets)


def _plain(name: str) -> Expression:
    return Expression.name(Identifier(name))


def _listed(field: Field) -> list[Scalar | None]:
    """The default of a field that is a list of scalars; empty where it is something else."""
    value = None if field.required or field.default is None else field.default.value
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    items = [item for item in value if item is None or isinstance(item, Scalar)]
    if len(items) != len(value):
        raise ModelError("a default that has no literal form")
    return items


def _doc(text: str, indent: str) -> Iterator[str]:
    if text.strip():
        yield f'{indent}"""{DocText(text, len(indent))}"""'
