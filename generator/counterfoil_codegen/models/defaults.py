"""Which values a type of the document takes: for defaults, and for null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from counterfoil_codegen.models.express import Expression
from counterfoil_codegen.models.parse import REF
from counterfoil_codegen.models.schema import JsonValue
from counterfoil_codegen.patterns import matches


class Values:
    """Tries values against the types of a document."""

    def __init__(self, document: Mapping[str, Expression]) -> None:
        self._document = document

    def admits_null(self, kind: JsonValue) -> bool:
        """Whether null is a value of the type *kind*."""
        return self._takes(kind, None, frozenset())

    def is_default(self, kind: JsonValue, value: JsonValue) -> bool:
        """Whether *value* fits *kind* and can stand in a class as a literal.

        Dates, times and UUIDs have no literal; of objects only the empty one does, and of lists
        those of scalars.
        """
        if isinstance(value, Mapping) and value:
            return False
        if isinstance(value, list | tuple) and any(map(_is_container, value)):
            return False
        return self._takes(kind, value, frozenset())

    def _takes(self, kind: JsonValue, value: JsonValue, seen: frozenset[str]) -> bool:
        if not isinstance(kind, Mapping):
            return False
        ref, branches, enum = kind.get("$ref"), kind.get("anyOf"), kind.get("enum")
        if isinstance(ref, str):
            return ref not in seen and self._takes(
                self._document.get(ref.removeprefix(REF)), value, seen | {ref}
            )
        if isinstance(branches, Sequence) and not isinstance(branches, str):
            return any(self._takes(branch, value, seen) for branch in branches)
        if isinstance(enum, Sequence) and not isinstance(enum, str):
            return any(type(value) is type(each) and value == each for each in enum)
        return not kind or self._fits(kind, value, seen)

    def _fits(self, kind: Mapping[str, JsonValue], value: JsonValue, seen: frozenset[str]) -> bool:
        match kind.get("type"):
            case "null":
                return value is None
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return type(value) is int and _within(kind, value)
            case "number":
                return type(value) in (int, float) and _within(kind, value)
            case "string":
                return isinstance(value, str) and "format" not in kind and _spelled(kind, value)
            case "array":
                return isinstance(value, Sequence) and self._listed(kind, value, seen)
            case "object":
                return value == {} and "properties" not in kind and _counted(kind, 0, "Properties")
        return False

    def _listed(
        self, kind: Mapping[str, JsonValue], value: JsonValue, seen: frozenset[str]
    ) -> bool:
        if isinstance(value, str) or not isinstance(value, Sequence):
            return False
        fitting = all(self._takes(kind.get("items"), item, seen) for item in value)
        return fitting and _counted(kind, len(value), "Items")


def _is_container(value: JsonValue) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _within(kind: Mapping[str, JsonValue], value: JsonValue) -> bool:
    if not isinstance(value, int | float):
        return False
    low, high = kind.get("minimum"), kind.get("maximum")
    above, below, step = (
        kind.get("exclusiveMinimum"),
        kind.get("exclusiveMaximum"),
        kind.get("multipleOf"),
    )
    return (
        (not isinstance(low, int | float) or value >= low)
        and (not isinstance(high, int | float) or value <= high)
        and (not isinstance(above, int | float) or value > above)
        and (not isinstance(below, int | float) or value < below)
        and (not isinstance(step, int | float) or value % step == 0)
    )


def _spelled(kind: Mapping[str, JsonValue], value: str) -> bool:
    pattern = kind.get("pattern")
    fits = pattern is None or matches(str(pattern), value)
    return fits and _counted(kind, len(value), "Length")


def _counted(kind: Mapping[str, JsonValue], count: int, noun: str) -> bool:
    low, high = kind.get(f"min{noun}"), kind.get(f"max{noun}")
    return (not isinstance(low, int) or count >= low) and (
        not isinstance(high, int) or count <= high
    )
