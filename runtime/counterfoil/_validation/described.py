"""What the spec says of the answers of an operation: read from the package that serves it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final, TypeAlias, TypedDict, cast
from weakref import WeakKeyDictionary

from counterfoil._servlets.operation import Operation

__all__ = ["DescribedHeader", "DescribedOperation", "DescribedResponse", "Schema", "described"]

Schema: TypeAlias = "dict[str, Schema] | list[Schema] | str | int | float | bool | None"

_MODULE: Final = "_responses"
_REFERENCE: Final = "#/$defs/"


class DescribedHeader(TypedDict, total=False):
    """A header, and the name of the schema of its value."""

    required: bool
    schema: str | None
    explode: bool
    json: bool


class DescribedResponse(TypedDict, total=False):
    """Answers of one status.

    Under each media type stands the name of a schema, by what is held against it: the `value`, the
    `items` of a sequence, the `events` of a stream, or their `data`.
    """

    content: dict[str, dict[str, str | None]]
    headers: dict[str, DescribedHeader]


class _Operation(TypedDict):
    id: str
    responses: dict[str, DescribedResponse]


@dataclass(frozen=True, slots=True)
class _Package:
    operations: Mapping[str, _Operation]
    schemas: Mapping[str, Schema]


class DescribedOperation:
    """The answers of one operation."""

    def __init__(
        self, name: str, responses: Mapping[str, DescribedResponse], schemas: Mapping[str, Schema]
    ) -> None:
        self.name = name
        self._responses = responses
        self._schemas = schemas

    def response(self, status: int) -> DescribedResponse | None:
        """What is said of *status*: by itself, by its range, or by the `default`.

        That is the order of OpenAPI 3.1, section 4.8.16, "Responses Object".
        """
        keys = (str(status), f"{status // 100}XX", "default")
        return next((self._responses[key] for key in keys if key in self._responses), None)

    def statuses(self) -> Iterator[str]:
        """Each status that something is said of."""
        return iter(self._responses)

    def schema(self, name: str) -> dict[str, Schema]:
        """The schema *name*, with all that it refers to."""
        found: dict[str, Schema] = {}
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found[each] = self._schemas[each]
                waiting += _references(found[each])
        return {"$ref": f"{_REFERENCE}{name}", "$defs": found}


def described(operation: Operation) -> DescribedOperation | None:
    """What the spec says of *operation*; None if its package does not know, as one by hand."""
    package = _package_of(operation)
    if package is None:
        return None
    found = package.operations.get(operation.method.__qualname__)
    if found is None:
        return None
    return DescribedOperation(found["id"], found["responses"], package.schemas)


def _package_of(operation: Operation) -> _Package | None:
    name = f"{operation.method.__module__.rpartition('.')[0]}.{_MODULE}"
    if name.startswith(".") or find_spec(name) is None:
        return None
    module = import_module(name)
    if module not in _PACKAGES:
        texts = vars(module)
        _PACKAGES[module] = _Package(
            cast("dict[str, _Operation]", json.loads(texts["OPERATIONS"])),
            cast("dict[str, Schema]", json.loads(texts["SCHEMAS"])),
        )
    return _PACKAGES[module]


_PACKAGES: Final[WeakKeyDictionary[ModuleType, _Package]] = WeakKeyDictionary()


def _references(schema: Schema) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            target = each.get("$ref")
            if isinstance(target, str):
                yield target.removeprefix(_REFERENCE)
            waiting += each.values()
