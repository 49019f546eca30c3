"""The bounds of a parameter, as arguments of the `Field` in its annotation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterfoil_codegen.bounds import NUMERIC, read_bound, whole_bounds
from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Constant, Identifier
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.malformed import bound_fault
from counterfoil_codegen.patterns import pattern_problem
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import JsonSchema
from counterfoil_codegen.schemas.annotations import CONSTRAINTS

_BOUNDS: Final = {
    "string": frozenset(("minLength", "maxLength", "pattern")),
    "integer": NUMERIC,
    "number": NUMERIC,
    "array": frozenset(("minItems", "maxItems")),
}


def settle_bounds(context: Context, parameter: Node, schema: JsonSchema) -> None:
    """Take out of *schema* the bounds that cannot be held, after a report.

    The others are spelled plainly; those of an integer become integers.
    """
    for keyword in CONSTRAINTS:
        if keyword in schema and not _settle(context, parameter, schema, keyword):
            del schema[keyword]
    if schema.get("type") == "integer":
        schema |= whole_bounds(
            {key: value for key in NUMERIC if isinstance(value := schema.get(key), int | float)}
        )


def constraints(schema: JsonSchema) -> Iterator[tuple[Identifier, Constant]]:
    """The bounds of *schema*, which are settled, that speak of its type."""
    if schema.get("format") in ("date-time", "date", "uuid"):
        return
    bounds = _BOUNDS.get(str(schema.get("type")), frozenset()) & schema.keys()
    for keyword, name in CONSTRAINTS.items():
        value = schema.get(keyword)
        if keyword in bounds and isinstance(value, str | int | float):
            yield Identifier(name), Constant(value)


def _settle(context: Context, parameter: Node, schema: JsonSchema, keyword: str) -> bool:
    """Whether the bound stays."""
    value = schema[keyword]
    if keyword == "pattern" and isinstance(value, str):
        return _is_usable(context, parameter, value)
    bound = read_bound(keyword, value) if keyword != "pattern" else None
    if bound is not None:
        schema[keyword] = bound
        return True
    found = parameter.get("schema")
    place = found.get(keyword) if found is not None else None
    fault = bound_fault(keyword, value)
    context.diagnostics.report(
        rules.BAD_SCHEMA,
        place or found or parameter,
        f"{fault.message} (in the parameter {parameter.string('name')!r:.60})",
        fault.cure,
    )
    return False


def _is_usable(context: Context, parameter: Node, pattern: str) -> bool:
    problem = pattern_problem(pattern)
    if problem is not None:
        context.diagnostics.report(
            rules.PATTERN,
            parameter.get("schema") or parameter,
            problem,
            "write one that the linear-time engine takes, or check it in the handler",
        )
    return problem is None
