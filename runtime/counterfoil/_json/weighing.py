"""How long the JSON of a value is, about, without making it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

__all__ = ["EACH", "is_large", "weight"]

SMALL = 16 * 1024
"""How much a small value may weigh: its JSON takes a sixth of a millisecond."""

EACH = 16
"""What every value weighs beside its text, in bytes: it is work, too."""

FLOAT = 24
"""What a number with a fraction weighs beside: its digits take time to find."""

BITS = 3
"""How many bits a decimal digit has, rounded down."""

_LIGHT = frozenset({str, bool, type(None)})
_LISTS = (list, tuple, set, frozenset)


def is_large(value: object) -> bool:
    """Whether encoding *value* in one go would hold up a server: use `encoded_in_slices` then.

    An estimate, which stops when the answer is clear; a microsecond or two for most answers. It
    looks into models, too.
    """
    return weight([value], SMALL) > SMALL


def weight(values: Sequence[object], enough: int) -> int:
    """About how many bytes the JSON of all *values* has; counting stops beyond *enough*.

    What is no collection, no string and no number weighs what its attributes do.

    It goes level by level, a kind at a time: a look at each value by itself takes three times as
    long. What is on a level has been counted before the level is made, so that none is long.
    """
    total = EACH * len(values)
    level = values
    while level and total <= enough:
        total += sum([len(item) for item in level if type(item) is str])
        parts: list[Collection[object]] = []
        for item in [item for item in level if type(item) not in _LIGHT]:
            if isinstance(item, int):
                total += item.bit_length() // BITS
            elif isinstance(item, float):
                total += FLOAT
            elif isinstance(item, dict):
                parts += (item, item.values())
            elif isinstance(item, _LISTS):
                parts.append(item)
            elif isinstance(item, str):
                total += len(item)
            else:
                parts += _attributes(item)
        total += EACH * sum(map(len, parts))
        if total > enough:
            break
        level = list(chain.from_iterable(parts))
    return total


def _attributes(item: object) -> list[Collection[object]]:
    attributes = getattr(item, "__dict__", None)
    if not isinstance(attributes, dict):
        return []
    additional = getattr(item, "__pydantic_extra__", None)  # a model keeps them apart
    return (
        [attributes.values(), additional, additional.values()]
        if additional
        else [attributes.values()]
    )
