"""The keys of an object, in order, a few at a time."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import TypeVar

__all__ = ["in_order", "lots"]

T = TypeVar("T")

FEW = 1000
"""How many keys are handled in one step."""

_BUCKET = 500
"""How many keys are to share a bucket."""

_SCATTER = 2654435761
"""Taking every so-manyth key finds no pattern in them (Knuth's multiplier for hashing)."""


def lots(keys: Iterable[T]) -> Iterator[list[T]]:
    """*keys* as they come, in lists of a few."""
    rest = iter(keys)
    while lot := list(islice(rest, FEW)):
        yield lot


def in_order(keys: Collection[object]) -> Iterator[Sequence[object]]:
    """The distinct *keys*, sorted, list by list; an empty list stands for a step of the work.

    Sorting 100,000 strings takes 20 ms. So they are first dealt into buckets, each with the keys
    between two of a sample, and a bucket is sorted when its turn comes. Other keys, or mixed ones,
    are sorted in one go.

    Raises `TypeError` for keys that have no order.
    """
    texts: list[str] = []
    for lot in lots(keys):
        texts += [key for key in lot if isinstance(key, str)]
        yield []
    if len(texts) < len(keys):
        yield from lots([key for (key,) in sorted(zip(keys), key=itemgetter(0))])
    elif len(texts) <= FEW:
        yield sorted(texts)
    else:
        yield from _dealt(texts)


def _dealt(texts: list[str]) -> Iterator[list[str]]:
    """Sorts *texts*, and empties it: letting go of many strings, too, is done step by step."""
    count = len(texts)
    sample = sorted({texts[number * _SCATTER % count] for number in range(count // _BUCKET)})
    buckets: list[list[str]] = [[] for _ in range(len(sample) + 1)]
    while texts:
        for text in texts[-FEW:]:
            buckets[bisect(sample, text)].append(text)
        del texts[-FEW:]
        yield []
    buckets.reverse()
    while buckets:
        yield sorted(buckets.pop())
