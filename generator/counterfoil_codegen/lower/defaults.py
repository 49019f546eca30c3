"""The default of a parameter, held against the parameter's own schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from counterfoil_codegen.document import Node
from counterfoil_codegen.fragments import Constant
from counterfoil_codegen.lower.context import Context
from counterfoil_codegen.rules import api as rules
from counterfoil_codegen.schemas import JsonSchema

_TYPED_FORMATS: Final = frozenset(("date-time", "date", "uuid"))
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_Number = int | float
_LIMITS: Final[Mapping[str, tuple[str, Callable[[_Number, _Number], bool]]]] = {
    "minimum": ("below its minimum", lambda value, bound: value < bound),
    "maximum": ("above its maximum", lambda value, bound: value > bound),
    "exclusiveMinimum": ("not above its bound", lambda value, bound: value <= bound),
    "exclusiveMaximum": ("not below its bound", lambda value, bound: value >= bound),
}


def read_default(context: Context, parameter: Node, schema: JsonSchema) -> Constant | None:
    """The default that *schema*, of *parameter*, states; None if there is none that can be used."""
    value = schema.get("default")
    if value is None:
        return None
    if schema.get("format") in _TYPED_FORMATS and schema.get("type") == "string":
        _report_unused(context, parameter, "it is a date, a time or a UUID")
        return None
    problem = _problem(value, _checked(context, parameter, schema))
    if problem is not None:
        where = parameter.string("in")
        found = parameter.get("schema")
        context.diagnostics.report(
            rules.BAD_DEFAULT,
            (found.get("default") if found is not None else None) or parameter,
            f"{where} parameter {parameter.string('name')!r} has default {value!r:.80} {problem}",
            "change the default, or the schema",
        )
        return None
    if isinstance(value, str | bool | int | float):
        return Constant(value)
    if isinstance(value, list) and all(
        isinstance(item, str | bool | int | float) for item in value
    ):
        return Constant(value)
    _report_unused(context, parameter, "it is neither a scalar nor a list of scalars")
    return None


def _report_unused(context: Context, parameter: Node, reason: str) -> None:
    context.diagnostics.report(
        rules.UNUSED_DEFAULT,
        parameter,
        f"the default of the parameter {parameter.string('name')!r} is not generated: {reason}",
        "the handler gets None for an absent parameter; put the default there",
    )


def _checked(context: Context, parameter: Node, schema: JsonSchema) -> Mapping[str, object]:
    """The schema that tells what a default may be: the one behind the name, if it has a name."""
    if "$ref" not in schema:
        return schema
    found = parameter.get("schema")
    target = context.loader.resolve(found) if found is not None else None
    return target.value if target is not None and isinstance(target.value, dict) else {}


def _problem(value: object, schema: Mapping[str, object]) -> str | None:
    enum = schema.get("enum")
    if isinstance(enum, list) and value not in enum:
        return "that is not one of its values"
    kind = schema.get("type")
    if kind == "array":
        return None if isinstance(value, list) else "that is not a list"
    if not isinstance(kind, str) or kind not in _TYPES:
        return None
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return f"that is not of type {kind}"
    if isinstance(value, int | float):
        return _out_of_bounds(value, schema)
    return _bad_length(value, schema) if isinstance(value, str) else None


def _out_of_bounds(value: _Number, schema: Mapping[str, object]) -> str | None:
    for keyword, (text, breaks) in _LIMITS.items():
        bound = schema.get(keyword)
        if isinstance(bound, int | float) and not isinstance(bound, bool) and breaks(value, bound):
            return f"{text} {bound}"
    return None


def _bad_length(value: str, schema: Mapping[str, object]) -> str | None:
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if isinstance(shortest, int) and len(value) < shortest:
        return f"shorter than its minLength {shortest}"
    if isinstance(longest, int) and len(value) > longest:
        return f"longer than its maxLength {longest}"
    return None
