"""How long the JSON of a value is, about, without making it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

__all__ = ["EACH", "is_large", "weight"]

SMALL = 16 * 1024
"""How much a small value may weigh: its JSON takes a sixth of a millisecond."""

EACH = 16
"""What every value weighs beside its text, in bytes: it is work, too."""

FLOAT = 24
"""What a number with a fraction weighs beside: its digits take time to find."""

BITS = 3
"""How many bits a decimal digit has, rounded down."""

_LISTS = (list, tuple, set, frozenset)


def is_large(value: object) -> bool:
    """Whether encoding *value* in one go would hold up a server: use `encoded_in_slices` then.

    An estimate, which stops when the answer is clear; a microsecond or two for most answers. It
    looks into models, too.
    """
    return weight((value,), SMALL) > SMALL


def weight(values: Sequence[object], enough: int) -> int:
    """About how many bytes the JSON of all *values* has; counting stops beyond *enough*.

    What is no collection, no string and no number weighs what its attributes do.
    """
    total = EACH * len(values)
    level = values
    while level and total <= enough:
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                total += len(item)
            elif isinstance(item, int):
                total += item.bit_length() // BITS
            elif item is None:
                continue
            elif isinstance(item, float):
                total += FLOAT
            else:
                for parts in _parts(item):
                    total += EACH * len(parts)
                    if total > enough:
                        return total
                    below += parts
        level = below
    return total


def _parts(item: object) -> tuple[Collection[object], ...]:
    if isinstance(item, _LISTS):
        return (item,)
    if isinstance(item, dict):
        return item, item.values()
    attributes = getattr(item, "__dict__", None)
    if not isinstance(attributes, dict):
        return ()
    additional = getattr(item, "__pydantic_extra__", None)  # a model keeps them apart
    if additional:
        return attributes.values(), additional, additional.values()
    return (attributes.values(),)
