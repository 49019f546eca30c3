"""Objects and lists whose parts are parameters of the query: `?x[a]=1&x[b][]=2`.

OpenAPI's style `deepObject` says this of the properties of an object alone. What is inside these,
and lists, is read as its users write it. Only what the schema knows is nested, so no query makes
more than it has parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from counterfoil._input.query import percent_decode
from counterfoil._input.shapes import Shape

__all__ = ["MAX_DEPTH", "DeepError", "deep"]

MAX_DEPTH = 8
"""How many names in brackets a parameter may have."""

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


class DeepError(ValueError):
    """What is wrong with one of the parameters, and the place inside the object."""

    def __init__(self, keys: Iterable[str], message: str) -> None:
        super().__init__(message)
        self.keys = tuple(keys)


@dataclass(slots=True)
class _Part:
    """What was given under one name: values, or parts by name."""

    values: list[str] = field(default_factory=list)
    parts: dict[str, _Part] = field(default_factory=dict)


def deep(name: str, given: Iterable[tuple[str, str]], shape: Shape) -> object:
    """The value of *name* from the parameters whose decoded names begin so, and encoded values.

    Raises `DeepError`.
    """
    root = _Part()
    for full_name, encoded in given:
        keys = _keys(full_name[len(name) :])
        part = root
        for key in keys:
            part = part.parts.setdefault(key, _Part())
        try:
            part.values.append(percent_decode(encoded))
        except ValueError as error:
            raise DeepError(keys, str(error)) from None
    return _value(root, shape, ())


def _keys(text: str) -> list[str]:
    keys = _BRACKETS.findall(text)
    if "".join(f"[{key}]" for key in keys) != text:
        raise DeepError((), "must have each name in brackets")
    if len(keys) > MAX_DEPTH:
        raise DeepError(keys[:MAX_DEPTH], f"must not be nested deeper than {MAX_DEPTH} levels")
    return keys


def _value(part: _Part, shape: Shape | None, keys: tuple[str, ...]) -> object:
    if part.values and part.parts:
        raise DeepError(keys, "must be a value, or have names in brackets")
    if part.values:
        if shape is not None and shape.is_list:
            return [] if part.values == [""] else part.values
        if len(part.values) > 1:
            raise DeepError(keys, "must be given once")
        return part.values[0]
    if shape is not None and shape.is_list and not part.parts.keys() & shape.properties.keys():
        return _elements(part, shape, keys)
    if shape is None or not (shape.is_object or shape.is_free):
        raise DeepError(keys, "must be a value, and no object")
    return {
        name: _value(inner, shape.of(name), (*keys, name)) for name, inner in part.parts.items()
    }


def _elements(part: _Part, shape: Shape, keys: tuple[str, ...]) -> list[object]:
    """Those of `x[]=1&x[]=2`, or of `x[0]=1&x[1]=2`."""
    unnumbered = part.parts.get("")
    if unnumbered is not None and len(part.parts) == 1 and not unnumbered.parts:
        return list(unnumbered.values)
    numbers = [str(number) for number in range(len(part.parts))]
    if part.parts.keys() != set(numbers):
        raise DeepError(keys, "must have its elements numbered from 0, or all as []")
    return [_value(part.parts[number], shape.items, (*keys, number)) for number in numbers]
