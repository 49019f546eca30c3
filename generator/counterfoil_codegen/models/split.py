"""Which module each model goes to, and in which order.

A model that only one tag module reaches goes to a module of that tag, and the rest to `_common`.
So a module of a tag imports from `_common` only, and `_common` from nothing. For if X refers to Y,
whoever reaches X reaches Y too: those who reach Y are at least those who reach X. If X is in
`_common`, these are several, or the one called nobody, and so Y is in `_common`; if X is in `_a`,
they are `a` and perhaps more, and so Y is in `_a` or in `_common`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

COMMON: Final = "_common"
_NOBODY: Final = ""


def assign_modules(
    uses: Mapping[str, AbstractSet[str]], users: Mapping[str, AbstractSet[str]]
) -> dict[str, str]:
    """The module of each component. *uses*: what it refers to; *users*: who uses it directly."""
    reached: defaultdict[str, set[str]] = defaultdict(set)
    roots: defaultdict[str, set[str]] = defaultdict(set)
    for name in uses:
        for user in users.get(name, ()):
            roots[user].add(name)
    for user, names in roots.items():
        for name in _closure(names, uses):
            reached[name].add(user)
    unreached = [name for name in uses if name not in reached]
    for name in _closure(unreached, uses):
        reached[name].add(_NOBODY)
    return {name: _module(reached[name]) for name in uses}


def _module(users: AbstractSet[str]) -> str:
    only = next(iter(users)) if len(users) == 1 else _NOBODY
    return COMMON if only == _NOBODY else f"_{only}"


def _closure(roots: Iterable[str], uses: Mapping[str, AbstractSet[str]]) -> set[str]:
    found = set(roots)
    waiting = list(found)
    while waiting:
        for name in uses[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def order(uses: Mapping[str, AbstractSet[str]]) -> list[list[str]]:
    """The names in knots: each knot after those it refers to, the names of one refer to each other.

    Tarjan's algorithm, with a stack of its own instead of recursion. What is not a key is ignored.
    """
    return _Knots(uses).find()


class _Knots:
    def __init__(self, uses: Mapping[str, AbstractSet[str]]) -> None:
        self._uses = {name: sorted(uses[name] & uses.keys()) for name in sorted(uses)}
        self._index: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._path: list[str] = []
        self._done: set[str] = set()
        self._found: list[list[str]] = []

    def find(self) -> list[list[str]]:
        for name in self._uses:
            if name not in self._index:
                self._visit(name)
        return self._found

    def _visit(self, root: str) -> None:
        self._enter(root)
        work = [(root, iter(self._uses[root]))]
        while work:
            name, rest = work[-1]
            for target in rest:
                if target not in self._index:
                    self._enter(target)
                    work.append((target, iter(self._uses[target])))
                    break
                if target not in self._done:
                    self._low[name] = min(self._low[name], self._index[target])
            else:
                work.pop()
                self._leave(name)
                if work:
                    parent = work[-1][0]
                    self._low[parent] = min(self._low[parent], self._low[name])

    def _enter(self, name: str) -> None:
        self._index[name] = self._low[name] = len(self._index)
        self._path.append(name)

    def _leave(self, name: str) -> None:
        if self._low[name] == self._index[name]:
            start = self._path.index(name)
            knot = sorted(self._path[start:])
            del self._path[start:]
            self._done.update(knot)
            self._found.append(knot)
