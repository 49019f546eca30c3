"""JSON to `Schema`, from a list of keywords; what is not on it goes no further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from counterfoil_codegen.bounds import COUNTS, NUMERIC, read_bound
from counterfoil_codegen.malformed import Fault, bound_fault, type_fault
from counterfoil_codegen.models.problems import Kind, Problem, Report
from counterfoil_codegen.models.schema import (
    TYPES,
    Default,
    Discriminator,
    JsonValue,
    Origin,
    Schema,
    anything,
    unkeyed,
)
from counterfoil_codegen.patterns import pattern_problem

_T = TypeVar("_T", str, bool)

REF: Final = "#/components/schemas/"

_UNENFORCED: Final = (
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
)
# Formats that become a Python type of their own. Every other format is a hint: the text stays text.
_TYPED_FORMATS: Final = frozenset({"date-time", "date", "uuid"})


class Parser:
    """Reads the schemas of one component after the other."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def parse(self, raw: JsonValue, origin: Origin) -> Schema:
        """The schema *raw*, which stands at *origin*. What is malformed is reported, left out."""
        if isinstance(raw, bool):
            return Schema(origin, never=not raw)
        if not isinstance(raw, Mapping):
            self._malformed(origin, "a schema is an object or a boolean")
            return anything(origin)
        for keyword in _UNENFORCED:
            if raw.get(keyword) not in (None, False):
                self._tell(origin / keyword, Kind.UNENFORCED, f"{keyword} is not checked")
        types, enum = self._types(raw, origin), self._enum(raw, origin)
        schema = Schema(
            origin,
            doc=self._scalar(raw, "description", str, origin) or "",
            default=Default(raw["default"]) if "default" in raw else None,
            ref=self._ref(raw, origin),
            types=types,
            enum=enum,
            format=self._format(raw, origin),
            pattern=self._pattern(raw.get("pattern"), origin / "pattern"),
            bounds=self._bounds(raw, origin),
            all_of=self._list(raw, "allOf", origin),
            alternatives=tuple(
                branches for key in ("anyOf", "oneOf") if (branches := self._list(raw, key, origin))
            ),
            discriminator=self._discriminator(raw, origin),
            name=self._scalar(raw, "name", str, origin),
            items=self._optional(raw, "items", origin),
            prefix=self._list(raw, "prefixItems", origin),
            properties=self._properties(raw, origin),
            required=self._required(raw, origin),
            additional=self._optional(raw, "additionalProperties", origin),
            patterned=self._patterned(raw, origin),
            keys=self._optional(raw, "propertyNames", origin),
        )
        return unkeyed(schema) if types and "object" not in types else schema

    def _types(self, raw: Mapping[str, JsonValue], origin: Origin) -> tuple[str, ...]:
        given = raw.get("type", [])
        names = [given] if isinstance(given, str) else given
        if not isinstance(names, Sequence) or any(name not in TYPES for name in names):
            self._told(origin / "type", type_fault(given))
            return ()
        found = {name for name in names if isinstance(name, str)}
        if "number" in found:
            found.discard("integer")
        return tuple(name for name in TYPES if name in found)

    def _enum(self, raw: Mapping[str, JsonValue], origin: Origin) -> tuple[JsonValue, ...] | None:
        if "const" in raw:
            return (raw["const"],)
        given = raw.get("enum")
        if given is None:
            return None
        if isinstance(given, str) or not isinstance(given, Sequence) or not given:
            fault = Fault("enum is a list of at least one value", "write enum: [first, second]")
            self._told(origin / "enum", fault)
            return None
        return tuple(given)

    def _ref(self, raw: Mapping[str, JsonValue], origin: Origin) -> str | None:
        target = self._scalar(raw, "$ref", str, origin)
        if target is not None and not target.startswith(REF):
            self._malformed(origin / "$ref", "a reference names no component")
            return None
        return None if target is None else target.removeprefix(REF)

    def _discriminator(self, raw: Mapping[str, JsonValue], origin: Origin) -> Discriminator | None:
        given = self._mapping(raw, "discriminator", origin)
        name = given.get("propertyName")
        if not isinstance(name, str):
            return None
        mapping = self._mapping(given, "mapping", origin / "discriminator")
        pairs = ((key, target) for key, target in mapping.items() if isinstance(target, str))
        return Discriminator(name, tuple((key, each.removeprefix(REF)) for key, each in pairs))

    def _format(self, raw: Mapping[str, JsonValue], origin: Origin) -> str | None:
        given = self._scalar(raw, "format", str, origin)
        return given if given in _TYPED_FORMATS else None

    def _pattern(self, given: JsonValue, origin: Origin) -> str | None:
        if given is None:
            return None
        if not isinstance(given, str):
            self._tell(origin, Kind.PATTERN, "a pattern is a string: this one is not enforced")
            return None
        problem = pattern_problem(given)
        if problem is not None:
            self._tell(origin, Kind.PATTERN, problem)
            return None
        return given

    def _bounds(self, raw: Mapping[str, JsonValue], origin: Origin) -> dict[str, int | float]:
        found: dict[str, int | float] = {}
        for keyword in sorted(NUMERIC | COUNTS):
            value = raw.get(keyword)
            if value is None:
                continue
            number = read_bound(keyword, value)
            if number is None:
                self._told(origin / keyword, bound_fault(keyword, value))
            else:
                found[keyword] = number
        return found

    def _list(
        self, raw: Mapping[str, JsonValue], keyword: str, origin: Origin
    ) -> tuple[Schema, ...]:
        given = raw.get(keyword)
        if given is None:
            return ()
        if isinstance(given, str) or not isinstance(given, Sequence):
            self._malformed(origin / keyword, f"{keyword} is a list of schemas")
            return ()
        return tuple(
            self.parse(each, origin / keyword / str(index)) for index, each in enumerate(given)
        )

    def _optional(
        self, raw: Mapping[str, JsonValue], keyword: str, origin: Origin
    ) -> Schema | None:
        return self.parse(raw[keyword], origin / keyword) if keyword in raw else None

    def _mapping(
        self, raw: Mapping[str, JsonValue], keyword: str, origin: Origin
    ) -> Mapping[str, JsonValue]:
        given = raw.get(keyword)
        if given is None or isinstance(given, Mapping):
            return given or {}
        self._malformed(origin / keyword, f"{keyword} is an object")
        return {}

    def _properties(self, raw: Mapping[str, JsonValue], origin: Origin) -> dict[str, Schema]:
        return {
            name: self.parse(each, origin / "properties" / name)
            for name, each in self._mapping(raw, "properties", origin).items()
        }

    def _patterned(
        self, raw: Mapping[str, JsonValue], origin: Origin
    ) -> tuple[tuple[str, Schema], ...]:
        at = origin / "patternProperties"
        return tuple(
            (self._pattern(pattern, at / pattern) or "", self.parse(each, at / pattern))
            for pattern, each in sorted(self._mapping(raw, "patternProperties", origin).items())
        )

    def _required(self, raw: Mapping[str, JsonValue], origin: Origin) -> tuple[str, ...]:
        given = raw.get("required", [])
        if isinstance(given, str) or not isinstance(given, Sequence):
            cure = "name the property in the `required` of the object that it belongs to"
            self._told(origin / "required", Fault("required is a list of names", cure))
            return ()
        return tuple(dict.fromkeys(name for name in given if isinstance(name, str)))

    def _scalar(
        self, raw: Mapping[str, JsonValue], keyword: str, kind: type[_T], origin: Origin
    ) -> _T | None:
        given = raw.get(keyword)
        if given is None or isinstance(given, kind):
            return given
        self._malformed(origin / keyword, f"{keyword} has the wrong type")
        return None

    def _malformed(self, origin: Origin, message: str) -> None:
        self._tell(origin, Kind.MALFORMED, message)

    def _told(self, origin: Origin, fault: Fault) -> None:
        problem = Problem(
            origin.component, origin.pointer, Kind.MALFORMED, fault.message, fault.cure
        )
        self._report(problem)

    def _tell(self, origin: Origin, kind: Kind, message: str) -> None:
        self._report(Problem(origin.component, origin.pointer, kind, message))
