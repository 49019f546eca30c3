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
_Segments = tuple[str, ...]
_Route = tuple[Identifier, _Segments]
_REST: Final = "{/}"


def specificity(path: ir.Path) -> tuple[int, ...]:
    """A sort key: in each segment, text, then text with parameters, then a parameter alone.

    Last comes a parameter that takes several segments.
    """
    return tuple(map(_rank, _segments(path)))


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
    routes = [(group.module, _segments(path)) for group in groups for path in group.paths]
    by_length: defaultdict[int, list[_Route]] = defaultdict(list)
    for route in routes:
        by_length[len(route[1])].append(route)
    for alike in by_length.values():
        ordered = sorted(alike, key=lambda route: tuple(map(_rank, route[1])))
        for (one, first), (another, second) in combinations(ordered, 2):
            if one != another and all(map(_may_be_same, first, second)):
                yield one, another
    for module, segments in routes:
        if _REST in segments:
            for other, longer in routes:
                if other != module and _is_longer(longer, segments):
                    yield other, module


def _is_longer(longer: _Segments, rest: _Segments) -> bool:
    """Whether a path of more segments than those of *rest* may fit that too."""
    before = rest.index(_REST)
    after = len(rest) - before - 1
    return (
        len(longer) > len(rest)
        and all(map(_may_be_same, longer[:before], rest[:before]))
        and all(map(_may_be_same, longer[len(longer) - after :], rest[before + 1 :]))
    )


def _segments(path: ir.Path) -> _Segments:
    return tuple(_REST if part == f"{{{path.rest}}}" else part for part in path.template.split("/"))


def _rank(segment: str) -> int:
    if segment == _REST:
        return 3
    return ("{" in segment) + (_PARAMETER.fullmatch(segment) is not None)


def _may_be_same(one: str, other: str) -> bool:
    """Whether some text fits both segments of templates."""
    if one == other or ("{" in one and "{" in other):
        return True
    literal, pattern = (other, one) if "{" in one else (one, other)
    texts = map(re.escape, _PARAMETER.split(pattern))
    return "{" in pattern and re.fullmatch("[^/]*".join(texts), literal) is not None
