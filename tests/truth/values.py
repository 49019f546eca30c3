"""Values for a schema: such as fit it, or nearly do."""

from __future__ import annotations

from random import Random
from typing import Final

from tests.truth.schemas import NAMES, TEXTS, Json, Schema

_LEVELS: Final = 6


class Values:
    """Makes values of the schemas in *components*."""

    def __init__(self, random: Random, components: dict[str, Json]) -> None:
        self._random = random
        self._components = components

    def value(self, schema: Json, level: int = 0) -> Json:
        """A value that has a good chance to fit *schema*, and a fair one to miss it by a little."""
        if not isinstance(schema, dict) or level > _LEVELS or self._random.random() < 0.06:
            return self._anything(level)
        for pick in (self._of_reference, self._of_list, self._of_choice):
            found = pick(schema, level)
            if found is not None:
                return found[0]
        return self._of_type(schema, level)

    def _of_reference(self, schema: Schema, level: int) -> tuple[Json] | None:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return None
        return (self.value(self._components[reference.rpartition("/")[2]], level + 1),)

    def _of_list(self, schema: Schema, _: int) -> tuple[Json] | None:
        listed = schema.get("enum")
        if isinstance(listed, list):
            return (self._random.choice(listed),)
        return (schema["const"],) if "const" in schema else None

    def _of_choice(self, schema: Schema, level: int) -> tuple[Json] | None:
        for keyword in ("anyOf", "oneOf", "allOf"):
            branches = schema.get(keyword)
            if isinstance(branches, list):
                values = [self.value(branch, level + 1) for branch in branches]
                merged: dict[str, Json] = {}
                for each in values:
                    merged |= each if isinstance(each, dict) else {}
                return (merged if keyword == "allOf" else self._random.choice(values),)
        return None

    def _of_type(self, schema: Schema, level: int) -> Json:
        types = schema.get("type")
        kind = self._random.choice(types) if isinstance(types, list) else types
        match kind:
            case "string":
                return self._random.choice(TEXTS)
            case "integer":
                return self._random.choice((self._random.randint(-4, 8), 2, 3.0))
            case "number":
                return self._random.choice((self._random.randint(-4, 8), 0.5, 2.5, -1.5, 3.0))
            case "boolean":
                return self._random.choice((True, False))
            case "array":
                return self._list(schema, level)
            case "object":
                return self._object(schema, level)
        return self._anything(level)

    def _list(self, schema: Schema, level: int) -> list[Json]:
        made = [
            self.value(schema.get("items"), level + 1) for _ in range(self._random.randint(0, 3))
        ]
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list):
            made = [*(self.value(each, level + 1) for each in prefix), *made[:1]]
        if made and self._random.random() < 0.1:
            made.append(made[0])
        return made

    def _object(self, schema: Schema, level: int) -> dict[str, Json]:
        properties = schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        made = {
            name: self.value(each, level + 1)
            for name, each in known.items()
            if self._random.random() < 0.75
        }
        required = schema.get("required")
        for name in required if isinstance(required, list) else ():
            if self._random.random() < 0.9 and isinstance(name, str):
                made.setdefault(name, self.value(known.get(name), level + 1))
        if self._random.random() < 0.2:
            made[self._random.choice((*NAMES, "other"))] = self._anything(level)
        return made

    def _anything(self, level: int) -> Json:
        scalars: list[Json] = [None, True, False, 0, 1, 7, -1, 2.5, 1.0, "", "a", "abc", "cat"]
        if level < _LEVELS and self._random.random() < 0.3:
            containers: list[Json] = [[], [1, "a"], {}, {"a": 1}, {"kind": "cat", "a": 1}]
            return self._random.choice(containers)
        return self._random.choice(scalars)
