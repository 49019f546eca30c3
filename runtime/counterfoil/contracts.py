"""What a schema asks of a body beyond what its model checks.

A module of its own, for the packages that need it: a validator of JSON Schema is large.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from jsonschema_rs import (
    Draft202012Validator,
    RegexOptions,
    ValidationError,
    ValidationErrorKind,
)
from typing_extensions import override

from counterfoil._input.markers import BodyCheck
from counterfoil._input.problems import MAX_PROBLEMS, Problem

__all__ = ["Contract"]

_Schema: TypeAlias = "dict[str, _Schema] | list[_Schema] | str | int | float | bool | None"


class Contract(BodyCheck):
    """Holds a JSON value against the schema *name* of *schemas*.

    It stands in the `Annotated` of a body. *schemas* is the text of a JSON object: JSON Schemas of
    draft 2020-12 by their names, which refer to each other as `#/$defs/name`. It is read when the
    first value comes. Patterns run in a regex engine whose time is linear.
    """

    def __init__(self, schemas: str, name: str) -> None:
        self._schemas = schemas
        self._name = name

    @override
    def problems(self, value: object, location: str) -> Iterator[Problem]:
        breaches = islice(self._validator.iter_errors(value), MAX_PROBLEMS)
        return (_problem(breach, location) for breach in breaches)

    @functools.cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(
            {"$ref": f"#/$defs/{self._name}", "$defs": _read(self._schemas)},
            pattern_options=RegexOptions(),
            retriever=_refuse,
            validate_formats=True,
        )


@functools.lru_cache(maxsize=8)
def _read(schemas: str) -> _Schema:
    found: _Schema = json.loads(schemas)
    return found


def _refuse(uri: str) -> _Schema:
    raise LookupError(f"a contract refers to {uri}")


def _problem(breach: ValidationError, location: str) -> Problem:
    keyword = next((each for each in reversed(breach.schema_path) if isinstance(each, str)), "")
    # The last step to the schema `false` may be a name or a pattern, which is no keyword.
    is_excluded = isinstance(breach.kind, ValidationErrorKind.FalseSchema)
    other = _EXCLUDED if is_excluded else f"Input should be as {keyword} of its schema has it"
    text = _TEXTS.get(keyword, other)
    return Problem.at((location, *breach.instance_path), "contract", text)


_EXCLUDED = "Input should be absent: its schema allows no value"
_TEXTS: Mapping[str, str] = {
    "additionalProperties": "Input has fields that its schema does not allow",
    "contains": "List should have as many items of one kind as its schema asks for",
    "dependentRequired": "Input lacks a field that another one requires",
    "enum": "Input should be one of the values that its schema lists",
    "items": "List has items that its schema does not allow",
    "maxProperties": "Input has more fields than its schema allows",
    "minProperties": "Input has fewer fields than its schema asks for",
    "not": "Input should not be what its schema excludes",
    "oneOf": "Input should fit exactly one of the alternatives",
    "uniqueItems": "List items should be unique",
    "unevaluatedItems": "List has items that its schema does not allow",
    "unevaluatedProperties": "Input has fields that its schema does not allow",
}
