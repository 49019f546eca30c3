"""`allOf` and `$ref` with siblings, made into one flat schema.

Classes are flat: one that derives from several would narrow inherited fields, which type checkers
refuse, depend on the order of definition across modules, and hide half of its fields from a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Final, TypeVar

from counterfoil_codegen.models.problems import Kind, Problem, Report
from counterfoil_codegen.models.schema import (
    TYPES,
    JsonValue,
    Origin,
    Schema,
    anything,
    fits,
    unkeyed,
)

_T = TypeVar("_T")
_LOWER: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})


class Merger:
    """Flattens schemas; *resolve* gives the flat form of a component."""

    def __init__(self, resolve: Callable[[str], Schema], report: Report) -> None:
        self._resolve = resolve
        self._report = report

    def flatten(self, schema: Schema) -> Schema:
        """*schema* with its reference and its `allOf` merged in; alternatives stay.

        The alternatives of a schema with properties of its own are folded into it (see `_fold`).
        """
        parts = [self.flatten(member) for member in schema.all_of]
        if schema.ref is not None:
            parts.insert(0, self._resolve(schema.ref))
        own = replace(schema, all_of=(), ref=None)
        merged = reduce(self._merge, [*parts, own], anything(schema.origin))
        if merged.types == ("object",):
            self._check_required(merged.required, [*parts, own], schema.origin)
        merged = replace(
            merged,
            origin=schema.origin,
            default=schema.default,
            doc=schema.doc or merged.doc,
        )
        merged = self._settle(merged)
        return self._fold(merged) if merged.is_keyed and merged.alternatives else merged

    def _check_required(
        self, required: Iterable[str], parts: Iterable[Schema], origin: Origin
    ) -> None:
        """Report what is required though a part that is closed has no such property."""
        for part in parts:
            closed = part.additional is not None and part.additional.never and not part.patterned
            barred = next((name for name in required if name not in part.properties), None)
            if closed and barred is not None:
                self._conflict(
                    origin,
                    f"no object fits: {barred!r:.80} is required, and is none of the properties "
                    "beside `additionalProperties: false`",
                )
                return

    def _settle(self, schema: Schema) -> Schema:
        """Properties say nothing of what is no object; of an object, an enum cannot be told."""
        if not schema.is_keyed:
            return schema
        if schema.types and "object" not in schema.types:
            return unkeyed(schema)
        values = [value for value in schema.enum or () if fits(value, schema.types)]
        if schema.enum is None or (values and not any(isinstance(v, Mapping) for v in values)):
            return schema if schema.enum is None else unkeyed(schema)
        at = schema.origin / "enum"
        if values:
            self._tell(at, Kind.UNENFORCED, "an enum of objects is not checked")
        else:
            self._conflict(at, "no value of the enum has the schema's type")
        return replace(schema, enum=None)

    def _merge(self, first: Schema, second: Schema) -> Schema:
        """The schema of what both accept, where that can be said; *second* wins where it cannot."""
        return Schema(
            second.origin,
            doc=second.doc or first.doc,
            default=second.default or first.default,
            never=first.never or second.never,
            types=self._types(first, second),
            enum=self._enum(first, second),
            format=second.format or first.format,
            pattern=self._pattern(first, second),
            bounds=_bounds(first.bounds, second.bounds),
            alternatives=_distinct(first.alternatives + second.alternatives),
            discriminator=second.discriminator,  # of the schema itself, not of those it is made of
            items=self._both(first.items, second.items),
            prefix=second.prefix or first.prefix,
            properties=self._properties(first.properties, second.properties),
            required=tuple(dict.fromkeys(first.required + second.required)),
            additional=self._additional(first.additional, second.additional),
            patterned=_distinct(first.patterned + second.patterned),
            keys=second.keys or first.keys,
        )

    def _types(self, first: Schema, second: Schema) -> tuple[str, ...]:
        if not first.types or not second.types:
            return second.types or first.types
        common = tuple(name for name in TYPES if _has(first, name) and _has(second, name))
        if not common:
            self._conflict(second.origin / "type", "no value has both types; the latter counts")
        return common or second.types

    def _enum(self, first: Schema, second: Schema) -> tuple[JsonValue, ...] | None:
        if first.enum is None or second.enum is None:
            return first.enum if second.enum is None else second.enum
        common = tuple(value for value in first.enum if _among(value, second.enum))
        if not common:
            self._conflict(second.origin / "enum", "the enums share no value; the latter counts")
        return common or second.enum

    def _pattern(self, first: Schema, second: Schema) -> str | None:
        if first.pattern and second.pattern and first.pattern != second.pattern:
            self._tell(second.origin / "pattern", Kind.UNENFORCED, "of two patterns the latter")
        return second.pattern or first.pattern

    def _both(self, first: Schema | None, second: Schema | None) -> Schema | None:
        if first is None or second is None:
            return first if second is None else second
        return self._narrow(first, second)

    def _additional(self, first: Schema | None, second: Schema | None) -> Schema | None:
        """Closed if either is. (Taken by the letter, a closed part would refuse all others.)"""
        closed = next((each for each in (first, second) if each is not None and each.never), None)
        return closed or self._both(first, second)

    def _properties(
        self, first: Mapping[str, Schema], second: Mapping[str, Schema]
    ) -> dict[str, Schema]:
        merged = dict(first)
        for name, schema in second.items():
            merged[name] = self._narrow(first[name], schema) if name in first else schema
        return merged

    def _narrow(self, first: Schema, second: Schema) -> Schema:
        """One schema for a place that has two: what both accept, or else the second's."""
        if first == second or first.is_empty:
            return replace(
                second, doc=second.doc or first.doc, default=second.default or first.default
            )
        if second.is_empty:
            return replace(
                first, doc=second.doc or first.doc, default=second.default or first.default
            )
        if self._is_complex(first) or self._is_complex(second):
            if not self._covers(second, first):
                self._tell(
                    second.origin, Kind.UNENFORCED, "of two schemas of one place, the latter counts"
                )
            return second
        return replace(
            self.flatten(Schema(second.origin, all_of=(first, second))),
            default=second.default or first.default,
        )

    def _covers(self, schema: Schema, other: Schema) -> bool:
        """Whether *schema* has every property that *other* has, and may so be a narrower one."""
        mine, others = (
            one if one.ref is None else self._resolve(one.ref) for one in (schema, other)
        )
        return (
            not others.alternatives
            and others.properties.keys() <= mine.properties.keys()
            and set(others.required) <= set(mine.required)
        )

    def _is_complex(self, schema: Schema) -> bool:
        """Merging it would ask for a class without a name."""
        if schema.ref is None and not schema.all_of:
            return schema.is_keyed or bool(schema.alternatives)
        if schema.ref is not None:
            target = self._resolve(schema.ref)
            return target.is_keyed or bool(target.alternatives)
        return any(self._is_complex(member) for member in schema.all_of)

    def _fold(self, schema: Schema) -> Schema:
        """A schema with properties and alternatives: those of the alternatives become optional.

        Every value that the schema accepts is accepted still, and no property is lost.
        """
        self._tell(
            schema.origin, Kind.UNENFORCED, "alternatives beside properties: any mix is accepted"
        )
        folded = replace(schema, alternatives=())
        for group in schema.alternatives:
            branches = [
                flat
                for branch in group
                if not (flat := self.flatten(branch)).types or "object" in flat.types
            ]
            folded = replace(
                folded,
                properties=self._joined(folded.properties, branches),
                required=_required(folded.required, branches),
            )
        return folded

    def _joined(
        self, own: Mapping[str, Schema], branches: Iterable[Schema]
    ) -> Mapping[str, Schema]:
        found: dict[str, list[Schema]] = {}
        for branch in branches:
            for name, schema in branch.properties.items():
                found.setdefault(name, []).append(schema)
        joined = dict(own)
        for name, schemas in found.items():
            if name not in own or own[name].is_empty:
                joined[name] = _any_of(schemas)
        return joined

    def _conflict(self, origin: Origin, message: str) -> None:
        self._tell(origin, Kind.CONFLICT, message)

    def _tell(self, origin: Origin, kind: Kind, message: str) -> None:
        self._report(Problem(origin.component, origin.pointer, kind, message))


def _any_of(schemas: list[Schema]) -> Schema:
    distinct = _distinct(schemas)
    if len(distinct) == 1:
        return distinct[0]
    return Schema(distinct[0].origin, doc=distinct[0].doc, alternatives=(distinct,))


def _distinct(values: Iterable[_T]) -> tuple[_T, ...]:
    """Each value once. (A schema has no hash.)"""
    found: list[_T] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)


def _required(own: tuple[str, ...], branches: list[Schema]) -> tuple[str, ...]:
    """What is required, whichever branch is taken."""
    if not branches:
        return own
    common = [
        name for name in branches[0].required if all(name in branch.required for branch in branches)
    ]
    return tuple(dict.fromkeys((*own, *common)))


def _has(schema: Schema, type_name: str) -> bool:
    return type_name in schema.types or (type_name == "integer" and "number" in schema.types)


def _among(value: JsonValue, values: Iterable[JsonValue]) -> bool:
    """JSON equality: true is not 1."""
    return any(
        value == other and isinstance(value, bool) == isinstance(other, bool) for other in values
    )


def _bounds(
    first: Mapping[str, int | float], second: Mapping[str, int | float]
) -> dict[str, int | float]:
    merged = dict(first)
    for keyword, value in second.items():
        if keyword not in first or keyword == "multipleOf":
            merged[keyword] = value
        else:
            pick = min if keyword in _LOWER else max
            merged[keyword] = pick(first[keyword], value)
    return merged
