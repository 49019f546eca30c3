"""What a document is made of once it is read."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from counterfoil_codegen.diagnostics import Span

# Values are shared wherever YAML shares them by an alias: read them, never change them.
JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

# The keys and indices that lead from the root of a document to a value (RFC 6901), unescaped.
Pointer: TypeAlias = tuple[str, ...]


class Positions(Protocol):
    """Finds where a value of a document stands in its text, when somebody asks."""

    def of_value(self, pointer: Pointer) -> Span:
        """Where the value begins. Through an alias: where its anchor stands."""
        ...

    def of_key(self, pointer: Pointer) -> Span:
        """Where the key of the value begins; the value itself in a list and at the root."""
        ...


def type_name(value: JsonValue) -> str:
    """The JSON type of *value* with its article, as messages put it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a mapping"
