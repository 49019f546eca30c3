"""Where a value breaks its schema, in words: what was expected, and nothing of the value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from jsonschema_rs import (
    Draft202012Validator,
    RegexOptions,
    ValidationError,
    ValidationErrorKind,
)

from counterfoil._validation.described import Schema

__all__ = ["SchemaCheck"]

_MOST: Final = 10
"""How many breaches are told of one answer."""

_LONGEST: Final = 80
"""How long what is quoted of a schema may be; half of it, what is told of a name."""


class SchemaCheck:
    """Holds values against one schema, whose patterns run in an engine of linear time."""

    def __init__(self, schema: dict[str, Schema]) -> None:
        self._schema = schema
        self._validator = Draft202012Validator(
            schema, pattern_options=RegexOptions(), retriever=_refuse, validate_formats=True
        )

    def __str__(self) -> str:
        definitions, name = self._schema["$defs"], str(self._schema["$ref"]).rpartition("/")[2]
        return _quoted(definitions[name] if isinstance(definitions, dict) else None, _LONGEST)

    def takes(self, value: object) -> bool:
        """Whether a JSON *value* is as the schema has it."""
        return self._validator.is_valid(value)

    def breaches(self, value: object, place: str, left_out: int | None = None) -> Iterator[str]:
        """What is wrong with a JSON *value*, which stands at *place*.

        *left_out* is a step of the path that is not told.
        """
        try:
            found = list(islice(self._validator.iter_errors(value), _MOST))
        except ValueError:  # a number that is none, half of a surrogate pair
            yield f"{place}: JSON cannot hold it"
            return
        for each in found:
            steps = [step for at, step in enumerate(each.instance_path) if at != left_out]
            yield f"{place}{_path(steps)}: {_expected(each)}"


def _refuse(uri: str) -> Schema:
    raise LookupError(f"a schema refers to {uri}")


def _path(steps: Iterable[str | int]) -> str:
    """The rest of a JSON path (RFC 9535): `.notices[0].text`."""
    return "".join(
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if step.isidentifier() and len(step) <= _LONGEST // 2
        else f"[{_quoted(step, _LONGEST // 2)}]"
        for step in steps
    )


def _expected(breach: ValidationError) -> str:
    kind, found = breach.kind, _kind_of(breach.instance)
    match kind:
        case ValidationErrorKind.Required():
            return f"required: it lacks {_quoted(kind.property, _LONGEST)}"
        case (
            ValidationErrorKind.AdditionalProperties() | ValidationErrorKind.UnevaluatedProperties()
        ):
            return f"{kind.name}: its schema does not allow {_quoted(kind.unexpected, _LONGEST)}"
        case ValidationErrorKind.FalseSchema():
            if breach.schema_path[-1] == "additionalProperties":
                return f"additionalProperties: its schema allows none, found {found}"
            return "it is not to be sent: it is writeOnly, or its schema allows no value"
        case ValidationErrorKind.AnyOf() | ValidationErrorKind.OneOfNotValid():
            return f"{kind.name}: {found} fits none of the alternatives"
        case ValidationErrorKind.OneOfMultipleValid():
            return f"oneOf: {found} fits more than one of the alternatives"
        case ValidationErrorKind.PropertyNames():
            return f"propertyNames: {found} has a name that its schema does not allow"
        case ValidationErrorKind.Contains():
            return f"contains: {found} lacks items that its schema asks for, or has too many"
        case ValidationErrorKind.UniqueItems():
            return f"uniqueItems: expected items that differ, found {found} with two alike"
    return f"{kind.name}: expected {_quoted(kind.value, _LONGEST)}, found {found}"


def _quoted(value: object, longest: int) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _kind_of(value: object) -> str:
    """What kind of value it is, and how long."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return f"a string of {len(value)} characters"
        case list():
            return f"an array of {len(value)} items"
        case dict():
            return f"an object of {len(value)} properties"
        case int():
            return "an integer"
    return "a number"
