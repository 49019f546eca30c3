"""The components of one API, and what can be asked of a reference to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from counterfoil_codegen.models.merge import Merger
from counterfoil_codegen.models.parse import Parser
from counterfoil_codegen.models.problems import Kind, ModelError, Problem, Report
from counterfoil_codegen.models.schema import JsonSchema, Origin, Schema, anything, json_value

# How many schemas may be built on one another, by `allOf` or by `$ref`.
_DEEPEST: Final = 64


class Components:
    """Every component by name, parsed; flattened (no `allOf` left) when first asked for.

    Raises:
        ModelError: a reference names no component. The caller has checked them.
    """

    def __init__(self, schemas: Mapping[str, JsonSchema], report: Report) -> None:
        parser = Parser(report)
        self._parsed = {
            name: parser.parse(json_value(schemas[name]), Origin(name)) for name in sorted(schemas)
        }
        self._flat: dict[str, Schema] = {}
        self._open: list[str] = []
        self._report = report
        self._merger = Merger(self.flat, report)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed)

    def parsed(self, name: str) -> Schema:
        """The component as it is written."""
        try:
            return self._parsed[name]
        except KeyError:
            raise ModelError(f"a reference to {name}, which is no component") from None

    def flat(self, name: str) -> Schema:
        """The component without `allOf`, and without `$ref` at its top."""
        if name in self._open:
            origin = self.parsed(name).origin
            self._report(
                Problem(name, origin.pointer, Kind.LOOP, "the schema is made of itself only")
            )
            return anything(origin)
        if len(self._open) == _DEEPEST:
            origin = self.parsed(name).origin
            message = f"more than {_DEEPEST} schemas are made of one another"
            self._report(Problem(name, origin.pointer, Kind.MALFORMED, message))
            return anything(origin)
        if name not in self._flat:
            self._open.append(name)
            try:
                self._flat[name] = self.flatten(self.parsed(name))
            finally:
                self._open.pop()
        return self._flat[name]

    def flatten(self, schema: Schema) -> Schema:
        """*schema* without `allOf`, and without `$ref` at its top."""
        return self._merger.flatten(schema)

    def sole_reference(self, schema: Schema) -> str | None:
        """The component that *schema* is nothing but another name of, if it is."""
        if schema.is_reference:
            return schema.ref
        members = [member for member in schema.all_of if not member.is_empty]
        if len(members) == 1 and schema == Schema(schema.origin, all_of=schema.all_of):
            return self.sole_reference(members[0])
        return None

    def is_record(self, name: str) -> bool:
        """The component is an object with properties: a class."""
        flat = self.flat(name)
        closed = flat.additional is not None and flat.additional.never and not flat.patterned
        is_object = "object" in flat.types and closed
        return (flat.is_keyed or is_object) and flat.enum is None

    def is_nullable(self, name: str) -> bool:
        """A class cannot be None: null stands beside each use of it."""
        return "null" in self.flat(name).types and self.is_record(name)

    def is_structured(self, schema: Schema) -> bool:
        """It is a class, or made of alternatives of its own: nothing can be merged into it."""
        if schema.ref is not None:
            return self.is_record(schema.ref) or bool(self.flat(schema.ref).alternatives)
        return bool(schema.alternatives) or any(map(self.is_structured, schema.all_of))

    def built_on(self, base: str) -> list[str]:
        """The classes whose `allOf` has the component *base*, at any remove."""
        return [
            name
            for name, bases in self._bases.items()
            if base in bases and name != base and self.is_record(name)
        ]

    @cached_property
    def _bases(self) -> dict[str, set[str]]:
        """What each component has in its `allOf`, at any remove."""
        direct = {
            name: {each.ref for each in schema.all_of if each.ref is not None}
            for name, schema in self._parsed.items()
        }
        found: dict[str, set[str]] = {}
        for name, own in direct.items():
            waiting = [*own]
            seen: set[str] = set()
            while waiting:
                each = waiting.pop()
                if each not in seen:
                    seen.add(each)
                    waiting += direct.get(each, ())
            found[name] = seen
        return found

    def direct(self, schema: Schema) -> set[str]:
        """The components that a value of *schema* may be itself a value of, at any remove."""
        found: set[str] = set()
        waiting = [schema]
        while waiting:
            each = waiting.pop()
            waiting += each.all_of
            waiting += [branch for group in each.alternatives for branch in group]
            if each.ref is not None and each.ref not in found:
                found.add(each.ref)
                if not self.is_record(each.ref):
                    waiting.append(self.parsed(each.ref))
        return found
