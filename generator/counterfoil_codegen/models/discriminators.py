"""Unions whose classes are told apart by a property (OpenAPI 3.1, section 4.8.25)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil_codegen.models.components import Components
from counterfoil_codegen.models.schema import Discriminator, Schema


@dataclass(frozen=True, slots=True)
class Tags:
    """Which of the classes of a union a value is of, by one of its properties."""

    wire_name: str
    classes: tuple[tuple[str, str], ...]  # values of the property, each with its class
    otherwise: str | None = None  # the class of all else; None: there is nothing else


def tags_of(union: Schema, components: Components) -> Tags | None:
    """What tells the classes of *union* apart; None where that is not sure.

    It is sure where every alternative is a class that requires the property, and each value of it
    stands for one of them. Elsewhere a value is of the class that it fits best.
    """
    discriminator = union.discriminator
    if discriminator is None or len(union.alternatives) != 1:
        return None
    found: dict[str, str] = {}
    for branch in union.alternatives[0]:
        if branch.types == ("null",):
            continue
        name = components.sole_reference(branch)
        if name is None or not components.is_record(name):
            return None
        values = set(_values(name, discriminator, components))
        if not values or any(found.get(value, name) != name for value in values):
            return None
        found.update(dict.fromkeys(values, name))
    return Tags(discriminator.name, tuple(sorted(found.items()))) if found else None


def family_of(base: str, name: str, components: Components) -> Tags | None:
    """What tells those apart that are built on the component *name*, whose own class is *base*.

    None if nothing is built on it, or a value of the property stands for two of them.
    """
    discriminator = components.flat(name).discriminator
    if discriminator is None or discriminator.name not in components.flat(name).properties:
        return None
    found: dict[str, str] = {}
    for child in components.built_on(name):
        called = components.parsed(child).name
        implied = Discriminator(
            discriminator.name, (*discriminator.mapping, *([(called, child)] if called else []))
        )
        for value in _values(child, implied, components, is_required=False):
            if found.setdefault(value, child) != child:
                return None
    if not found:
        return None
    return Tags(discriminator.name, tuple(sorted(found.items())), otherwise=base)


def _values(
    name: str, discriminator: Discriminator, components: Components, *, is_required: bool = True
) -> Iterator[str]:
    """The values of the property that stand for the class *name*; none if it is not required.

    What the class says itself counts, and else what is mapped to it.
    """
    flat = components.flat(name)
    kind = flat.properties.get(discriminator.name)
    if kind is None or (is_required and discriminator.name not in flat.required):
        return
    kind = components.flatten(kind)
    if kind.enum is not None:
        yield from (value for value in kind.enum if isinstance(value, str))
    else:
        yield from (key for key, target in discriminator.mapping if target == name)
