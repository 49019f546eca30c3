"""How long the JSON of a value is, about, without making it."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["BITS", "EACH", "FLOAT", "SMALL", "is_large", "weight"]

SMALL = 16 * 1024
"""How long the JSON of a small value may be, in bytes: it takes a sixth of a millisecond."""

EACH = 8
"""What every value weighs beside its text: a number's digits, or quotation marks and a comma."""

FLOAT = 24
"""What a number with a fraction weighs: its digits are many, and take time to find."""

CONTAINER = 40
"""What a collection weighs beside its parts: little text, but as much work."""

BITS = 3
"""How many bits a decimal digit has, rounded down."""


_COLLECTIONS = (dict, list, tuple, set, frozenset)


def is_large(value: object) -> bool:
    """Whether encoding *value* in one go would hold up a server: use `encoded_in_slices` then.

    An estimate, which stops when the answer is clear; a microsecond or two for most answers. It
    looks into models, too.
    """
    return weight(value, SMALL) > SMALL


def weight(value: object, enough: int) -> int:
    """About how many bytes the JSON of *value* has; counting stops beyond *enough*.

    What is no collection, no string and no number weighs what its attributes do.
    """
    total = EACH
    level: list[object] = [value]
    while level and total <= enough:
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                total += len(item)
            elif isinstance(item, int):
                total += item.bit_length() // BITS
            elif isinstance(item, float):
                total += FLOAT
            elif item is not None:
                parts = _parts(item)
                total += CONTAINER + EACH * len(parts)
                if total > enough:
                    return total
                below += parts
                if isinstance(parts, dict):
                    below += parts.values()
        level = below
    return total


def _parts(item: object) -> Collection[object]:
    if isinstance(item, _COLLECTIONS):
        return item
    attributes = getattr(item, "__dict__", None)
    if not isinstance(attributes, dict):
        return ()
    additional = getattr(item, "__pydantic_extra__", None)  # a model keeps them apart
    return (attributes, additional) if additional else attributes
