"""The order in which routes are registered.

Our own resource finds the best match whatever the order. A host that takes the first one must try
`/rooms/public` before `/rooms/{room}`, also where they are of different tags.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Identifier

_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_Route = tuple[Identifier, tuple[str, ...]]


def specificity(template: str) -> tuple[int, ...]:
    """A sort key: in each segment, text, then text with parameters, then a parameter alone."""
    return tuple(
        ("{" in segment) + (_PARAMETER.fullmatch(segment) is not None)
        for segment in template.split("/")
    )


def registration_order(groups: tuple[ir.Group, ...]) -> tuple[ir.Group, ...]:
    """*groups*, those with the more specific of two overlapping paths before those with the other.

    Where no order of whole groups does that, they stay in theirs.
    """
    sorter: TopologicalSorter[Identifier] = TopologicalSorter(
        {group.module: () for group in groups}
    )
    for first, second in _overlaps(groups):
        sorter.add(second, first)
    by_module = {group.module: group for group in groups}
    try:
        return tuple(by_module[module] for module in sorter.static_order())
    except CycleError:
        return groups


def _overlaps(groups: Iterable[ir.Group]) -> Iterator[tuple[Identifier, Identifier]]:
    """The modules of overlapping paths of two groups, that of the more specific path first."""
    routes: defaultdict[int, list[_Route]] = defaultdict(list)
    for group in groups:
        for path in group.paths:
            segments = tuple(path.template.split("/"))
            routes[len(segments)].append((group.module, segments))
    for alike in routes.values():
        ordered = sorted(alike, key=lambda route: specificity("/".join(route[1])))
        for (one, first), (other, second) in combinations(ordered, 2):
            if one != other and all(map(_may_be_same, first, second)):
                yield one, other


def _may_be_same(one: str, other: str) -> bool:
    """Whether some text fits both segments of templates."""
    if one == other or ("{" in one and "{" in other):
        return True
    literal, pattern = (other, one) if "{" in one else (one, other)
    texts = map(re.escape, _PARAMETER.split(pattern))
    return "{" in pattern and re.fullmatch("[^/]*".join(texts), literal) is not None
