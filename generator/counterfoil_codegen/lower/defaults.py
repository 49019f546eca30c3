"""The default of a parameter, held against the parameter's own schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from counterfoil_codegen.document import Loader, Node
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
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_PHRASES: Final = {"array": "a list"}
_Number = int | float
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?")
_LIMITS: Final[Mapping[str, tuple[str, Callable[[_Number, _Number], bool]]]] = {
    "minimum": ("below its minimum", lambda value, bound: value < bound),
    "maximum": ("above its maximum", lambda value, bound: value > bound),
    "exclusiveMinimum": ("not above its bound", lambda value, bound: value <= bound),
    "exclusiveMaximum": ("not below its bound", lambda value, bound: value >= bound),
}


def read_default(
    context: Context, parameter: Node, schema: JsonSchema, *, required: bool
) -> Constant | None:
    """The default that *schema*, of *parameter*, states; None if there is none that can be used.

    That of a *required* parameter has no meaning (OpenAPI 3.1, section 4.8.24.1).
    """
    value = _fitting(context, parameter, schema)
    if value is None:
        return None
    found = parameter.get("schema")
    if required:
        _report_required(context, parameter)
        return None
    if found is not None and _Check(context.loader, typed_formats=False).problem(found, value):
        _report_unused(context, parameter, "it is a date, a time or a UUID")
        return None
    if isinstance(value, str | bool | int | float):
        return Constant(value)
    if isinstance(value, list) and all(isinstance(one, str | bool | int | float) for one in value):
        if schema.get("items") != {"type": "string"} or all(isinstance(one, str) for one in value):
            return Constant(value)
        _report_unused(context, parameter, "the items of its list are read as texts")
        return None
    _report_unused(context, parameter, "it is neither a scalar nor a list of scalars")
    return None


def _fitting(context: Context, parameter: Node, schema: JsonSchema) -> object:
    """The default that *schema* states, or what it may be meant as; None if there is none."""
    value = schema.get("default")
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and schema.get("type") == "integer":
        value = int(value)
    found = parameter.get("schema")
    problem = _misfit(context, schema, found, value)
    if problem is not None:
        meant = next(
            (one for one in _spelled(value) if not _misfit(context, schema, found, one)), None
        )
        _report_bad(context, parameter, f"{value!r:.80} {problem}", meant)
        return meant
    return value


def _misfit(context: Context, schema: JsonSchema, node: Node | None, value: object) -> str | None:
    """Why *value* does not fit *schema*, which stands at *node*; None if it does."""
    problem = None if "$ref" in schema else _problem(value, schema)
    if problem is None and node is not None:
        problem = _Check(context.loader).problem(node, value)
    return problem


def _spelled(value: object) -> Iterator[str | bool | int | float | list[object]]:
    """What else *value* may be meant as: "10" as 10, "true" as true, 10 as "10", "a" as ["a"]."""
    if isinstance(value, bool | int | float):
        yield json.dumps(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number: int | float = json.loads(value)
        yield number
    if isinstance(value, str) and value.lower() in ("true", "false"):
        yield value.lower() == "true"
    if value != "":
        yield [value]


def _report_bad(context: Context, parameter: Node, fault: str, meant: object) -> None:
    where, name = parameter.string("in"), parameter.string("name")
    found = parameter.get("schema")
    outcome = "it is left out" if meant is None else f"it is taken as {meant!r:.80}"
    context.diagnostics.report(
        rules.BAD_DEFAULT,
        (found.get("default") if found is not None else None) or parameter,
        f"{where} parameter {name!r:.80} has default {fault}: {outcome}",
        "change the default, or the schema",
    )


def _report_required(context: Context, parameter: Node) -> None:
    if parameter.string("in") != "path":
        _report_unused(
            context,
            parameter,
            "it is required",
            "remove required, if a request without it is to have the default",
        )


class _Check:
    """Holds a default against a schema as the document writes it.

    Without *typed_formats* no text is a date, a time or a UUID: these have no literal.
    """

    def __init__(self, loader: Loader, *, typed_formats: bool = True) -> None:
        self._loader = loader
        self._typed_formats = typed_formats
        self._open: set[tuple[Node, str]] = set()

    def problem(self, node: Node, value: object) -> str | None:
        """Why *value* does not fit the schema at *node*; None if it does."""
        target = self._loader.resolve(node)
        if target is None or not isinstance(target.value, dict):
            return None
        here = (target, repr(value))
        if here in self._open:
            return None
        self._open.add(here)
        try:
            return (
                _problem(value, target.value)
                or self._format(target, value)
                or self._parts(target, value)
                or self._items(target, value)
            )
        finally:
            self._open.discard(here)

    def _format(self, schema: Node, value: object) -> str | None:
        form = schema.get("format")
        is_typed = form is not None and form.value in _TYPED_FORMATS
        if self._typed_formats or not is_typed or not isinstance(value, str):
            return None
        return "that has no literal"

    def _parts(self, schema: Node, value: object) -> str | None:
        for part in _elements(schema, "allOf"):
            problem = self.problem(part, value)
            if problem is not None:
                return problem
        for keyword in ("anyOf", "oneOf"):
            problems = [self.problem(choice, value) for choice in _elements(schema, keyword)]
            if problems and None not in problems:
                return problems[0] if len(problems) == 1 else "that fits no alternative"
        return None

    def _items(self, schema: Node, value: object) -> str | None:
        items = schema.get("items")
        if items is None or not isinstance(value, list):
            return None
        problems = (self.problem(items, item) for item in value)
        found = next((problem for problem in problems if problem is not None), None)
        return None if found is None else f"with an item {found}"


def _elements(schema: Node, keyword: str) -> Iterator[Node]:
    found = schema.get(keyword)
    return found.elements() if found is not None else iter(())


def _report_unused(
    context: Context,
    parameter: Node,
    reason: str,
    cure: str = "the handler gets None for an absent parameter; put the default there",
) -> None:
    context.diagnostics.report(
        rules.UNUSED_DEFAULT,
        parameter,
        f"the default of the parameter {parameter.string('name')!r:.80} is not generated: {reason}",
        cure,
    )


def _problem(value: object, schema: Mapping[str, object]) -> str | None:
    """Why *value* does not fit what *schema* says at its top."""
    enum = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(enum, list) and not any(_same(value, one) for one in enum):
        return "that is not one of its values"
    types = schema.get("type")
    listed = types if isinstance(types, list) else [types]
    kinds = [kind for kind in listed if isinstance(kind, str) and kind in _TYPES]
    if kinds and not any(_is_of(value, kind) for kind in kinds):
        return f"that is not {' or '.join(_PHRASES.get(kind, f'of type {kind}') for kind in kinds)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _out_of_bounds(value, schema)
    return _bad_length(value, schema) if isinstance(value, str) else None


def _is_of(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _same(value: object, other: object) -> bool:
    """JSON equality of scalars: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


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
