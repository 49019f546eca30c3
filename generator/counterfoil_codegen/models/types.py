"""Python types as a small tree: all that the annotation of a model's field can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Plain:
    """A type of Python or pydantic: `str`, `None`, `AwareDatetime`."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A type of the document: a component, or one that stands inline in the result."""

    name: str


@dataclass(frozen=True, slots=True)
class Generic:
    """`list[a]`, `dict[a, b]`, `Absent[a]`."""

    base: str
    arguments: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Literals:
    """`Literal["a", 1]`."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a | b`."""

    members: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Bounded:
    """`Annotated[a, Field(ge=1)]`."""

    inner: Type
    keywords: tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """`Annotated[a | b, Tags("kind", [["a", "A"], ["b", "B"]])]`."""

    inner: Type
    wire_name: str
    classes: tuple[tuple[str, str], ...]
    otherwise: str | None = None


Type: TypeAlias = Plain | Named | Generic | Literals | AnyOf | Bounded | Tagged

NONE: Final = Plain("None")
ABSENT_OR_NULL: Final = "AbsentOrNull"
OBJECT: Final = Plain("object")


def union(members: Iterable[Type]) -> Type:
    """Any of *members*, flat; all literals as one, None last."""
    flat: dict[Type, None] = {}
    for member in members:
        flat.update(dict.fromkeys(member.members if isinstance(member, AnyOf) else (member,)))
    ordered = sorted(_one_literal(flat), key=lambda member: member == NONE)
    return ordered[0] if len(ordered) == 1 else AnyOf(tuple(ordered))


def _one_literal(members: Iterable[Type]) -> list[Type]:
    found: list[Type] = []
    values: dict[tuple[type, Scalar], Scalar] = {}
    place = None
    for member in members:
        if isinstance(member, Literals):
            values |= {(type(value), value): value for value in member.values}
            place = len(found) if place is None else place
        else:
            found.append(member)
    if place is not None:
        found.insert(place, Literals(tuple(values.values())))
    return found


def is_absent_or_null(of: Type) -> bool:
    """Whether *of* is `AbsentOrNull[a]`, with bounds or without."""
    inner = of.inner if isinstance(of, Bounded) else of
    return isinstance(inner, Generic) and inner.base == ABSENT_OR_NULL


def without_none(of: Type) -> Type:
    """*of* but for None, if it is a union with it."""
    return union(each for each in of.members if each != NONE) if isinstance(of, AnyOf) else of


def bounded(inner: Type, keywords: Mapping[str, Scalar]) -> Type:
    """*inner* with *keywords* in its `Field`."""
    if not keywords:
        return inner
    if isinstance(inner, Bounded):
        return Bounded(inner.inner, (*inner.keywords, *keywords.items()))
    return Bounded(inner, tuple(keywords.items()))


def children(of: Type) -> tuple[Type, ...]:
    """The types that *of* is made of."""
    match of:
        case Generic(arguments=inner) | AnyOf(members=inner):
            return inner
        case Bounded(inner=one) | Tagged(inner=one):
            return (one,)
    return ()


def walk(of: Type) -> Iterator[Type]:
    """*of* and every type inside."""
    yield of
    for child in children(of):
        yield from walk(child)


def substitute(of: Type, known: Callable[[str], Type | None]) -> Type:
    """*of*, with each named type that *known* gives a type for replaced by it."""
    match of:
        case Named(name=name):
            return known(name) or of
        case Generic(base=base, arguments=arguments):
            return Generic(base, tuple(substitute(each, known) for each in arguments))
        case AnyOf(members=members):
            return union(substitute(each, known) for each in members)
        case Bounded(inner=inner, keywords=keywords):
            return bounded(substitute(inner, known), dict(keywords))
        case Tagged(inner=inner):
            return replace(of, inner=substitute(inner, known))
    return of
