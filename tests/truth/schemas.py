"""Schemas of OpenAPI 3.1, at random: every keyword that is claimed, alone and together."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Schema: TypeAlias = "dict[str, Json]"

NAMES: Final = ("a", "b", "c", "kind")
TEXTS: Final = ("", "a", "ab", "abc", "é", "x1", "cat", "dog")
PATTERNS: Final = ("^a", "b$", "^[a-z]+$", "^x", "\\d")
_DEEPEST: Final = 3
_COMPONENTS: Final = ("Leaf", "Node", "Pet")


class Schemas:
    """Makes schemas; the same ones for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def components(self) -> dict[str, Json]:
        """What the others refer to; one refers to itself."""
        return {
            "Leaf": self.schema(_DEEPEST),
            "Node": {
                "type": "object",
                "properties": {
                    "value": self._scalar(),
                    "next": {"$ref": "#/components/schemas/Node"},
                    "list": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
                },
                "required": ["value"],
            },
            "Pet": {
                "type": "object",
                "properties": {"kind": {"const": "cat"}, "a": self._scalar()},
                "required": ["kind"],
            },
        }

    def schema(self, depth: int = 0) -> Schema:
        """A schema that nests no deeper than `_DEEPEST` levels."""
        shallow: list[Callable[[], Schema]] = [self._scalar, self._scalar, self._listed]
        deep = (
            [self._array, self._object, self._object, self._reference]
            if depth == 0
            else [lambda: self._array(depth), lambda: self._object(depth), self._reference]
        )
        odd = [lambda: self._combined(depth), lambda: self._conditional(depth)]
        choices = shallow if depth >= _DEEPEST else [*shallow, *deep, *deep, *odd]
        made = self._random.choice(choices)()
        types = made.get("type")
        if isinstance(types, str) and self._chance(0.15):
            made = {**made, "type": [types, "null"]}
        return made

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _reference(self) -> Schema:
        return {"$ref": f"#/components/schemas/{self._random.choice(_COMPONENTS)}"}

    def _scalar(self) -> Schema:
        kind = self._random.choice(("string", "integer", "number", "boolean", "string", "integer"))
        made: Schema = {"type": kind}
        if kind == "string":
            self._maybe(made, "minLength", lambda: self._random.randint(0, 2))
            self._maybe(made, "maxLength", lambda: self._random.randint(1, 4))
            self._maybe(made, "pattern", lambda: self._random.choice(PATTERNS))
        elif kind in ("integer", "number"):
            self._maybe(made, "minimum", lambda: self._random.randint(-3, 2))
            self._maybe(made, "maximum", lambda: self._random.randint(1, 6))
            self._maybe(made, "exclusiveMinimum", lambda: self._random.randint(-3, 0), 0.15)
            self._maybe(made, "exclusiveMaximum", lambda: self._random.randint(2, 6), 0.15)
            self._maybe(made, "multipleOf", lambda: self._random.choice((2, 3)), 0.2)
        return made

    def _listed(self) -> Schema:
        values: list[Json] = ["a", "ab", 1, 2, True, None, 1.5, {"a": 1}, [1]]
        if self._chance(0.4):
            return {"const": self._random.choice(values)}
        plain: list[Json] = self._random.sample(values, self._random.randint(1, 4))
        return {"enum": plain}

    def _maybe(
        self, made: Schema, keyword: str, make: Callable[[], Json], share: float = 0.3
    ) -> None:
        if self._chance(share):
            made[keyword] = make()

    def _array(self, depth: int = 0) -> Schema:
        made: Schema = {"type": "array"}
        self._maybe(made, "items", lambda: self.schema(depth + 1), 0.8)
        self._maybe(made, "minItems", lambda: self._random.randint(0, 2))
        self._maybe(made, "maxItems", lambda: self._random.randint(1, 3))
        self._maybe(made, "uniqueItems", lambda: True, 0.2)
        self._maybe(made, "prefixItems", lambda: [self.schema(depth + 1), self._scalar()], 0.15)
        if self._chance(0.15):
            made["contains"] = self._scalar()
            self._maybe(made, "minContains", lambda: self._random.randint(0, 2))
            self._maybe(made, "maxContains", lambda: self._random.randint(1, 2))
        return made

    def _object(self, depth: int = 0) -> Schema:
        made: Schema = {"type": "object"}
        names = self._random.sample(NAMES, self._random.randint(0, 3))
        if names:
            made["properties"] = {name: self.schema(depth + 1) for name in names}
        if self._chance(0.1) and names:
            made["properties"] = {**self._properties(made), names[0]: False}
        self._maybe(made, "required", lambda: [*self._random.sample(NAMES, 1)], 0.4)
        others = self._random.choice((False, True, None, None))
        if others is not None:
            made["additionalProperties"] = others
        elif self._chance(0.3):
            made["additionalProperties"] = self._scalar()
        self._maybe(made, "minProperties", lambda: self._random.randint(0, 2), 0.1)
        self._maybe(made, "maxProperties", lambda: self._random.randint(1, 3), 0.1)
        self._maybe(made, "propertyNames", lambda: {"maxLength": 3}, 0.1)
        self._maybe(made, "patternProperties", lambda: {"^[ab]": self._scalar()}, 0.1)
        self._maybe(made, "dependentRequired", lambda: {"a": ["b"]}, 0.1)
        return made

    def _properties(self, made: Schema) -> Schema:
        found = made.get("properties")
        return found if isinstance(found, dict) else {}

    def _combined(self, depth: int) -> Schema:
        keyword = self._random.choice(("allOf", "anyOf", "oneOf", "anyOf", "oneOf"))
        count = self._random.randint(1, 3)
        make = self._object if keyword == "allOf" else self.schema
        made: Schema = {keyword: [make(depth + 1) for _ in range(count)]}
        if self._chance(0.05):
            made["required"] = ["a"]
        return made

    def _conditional(self, depth: int) -> Schema:
        if self._chance(0.4):
            return {"not": self._scalar()}
        made = self._object(depth + 1)
        made["if"] = {"properties": {"kind": {"const": "cat"}}, "required": ["kind"]}
        self._maybe(made, "then", lambda: {"required": ["a"]}, 0.8)
        self._maybe(made, "else", lambda: {"required": ["b"]}, 0.5)
        return made
