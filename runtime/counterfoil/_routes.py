"""From a method and an undecoded path to what was registered for them.

Templates are held in a tree of segments, so the cost of a look-up grows with the length of the path
and not with the number of routes. In each segment text comes before text with parameters in it, and
that before a bare parameter; where a choice leads nowhere the next is tried. Each node of the tree
is visited at most once for a path, so no path makes a look-up explode.

Patterns that `path` did not make are matched in the order of their registration, after all the
templates, and must match the whole path.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from counterfoil._templates import PathTemplate, Segment, template_of

__all__ = ["Found", "Router"]

T = TypeVar("T")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Router(Generic[T]):
    """Targets by method and path."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._foreign: dict[tuple[str, int], _Foreign[T]] = {}
        self._methods: set[str] = set()

    @property
    def methods(self) -> frozenset[str]:
        """Every method that something answers."""
        return frozenset(self._methods)

    def add(self, method: str, pattern: re.Pattern[str], target: T) -> None:
        """Lead requests of *method* whose path *pattern* matches to *target*.

        GET answers HEAD too, unless HEAD is registered itself. Raises `ValueError` if the method is
        no token (RFC 9110, section 5.6.2), or if it is registered for this pattern already; two
        templates that differ only in the names of their parameters are one pattern.
        """
        if _TOKEN.fullmatch(method) is None:
            raise ValueError(f"{method!r} is not a method")
        template = template_of(pattern)
        methods = self._foreign_leaf(pattern) if template is None else self._leaf(template)
        if method in methods and not methods[method].implied:
            raise ValueError(f"{method} {_spelling(pattern)} is registered twice")
        names = () if template is None else template.names
        methods[method] = _Endpoint(target, names, implied=False)
        self._methods.add(method)
        if method == "GET":
            methods.setdefault("HEAD", _Endpoint(target, names, implied=True))
            self._methods.add("HEAD")

    def find(self, method: str, path: str) -> Found[T] | None:
        """What is registered for *method* on *path*; None if nothing is."""
        for methods, values in self._leaves(path):
            endpoint = methods.get(method)
            if endpoint is not None:
                parameters = dict(zip(endpoint.names, values, strict=True))
                return Found(endpoint.target, parameters, methods)
        for methods, match in self._foreign_matches(path):
            endpoint = methods.get(method)
            if endpoint is not None:
                return Found(endpoint.target, match.groupdict(), methods)
        return None

    def allowed(self, path: str) -> frozenset[str]:
        """The methods that are answered on *path*: none if it is unknown."""
        found = [methods for methods, _ in self._leaves(path)]
        found += [methods for methods, _ in self._foreign_matches(path)]
        return frozenset().union(*found)

    def _leaves(self, path: str) -> Iterator[tuple[_Methods[T], tuple[str, ...]]]:
        """What the templates that match *path* lead to, the best first."""
        parts = path.split("/")
        end = len(parts)
        choices: list[tuple[_Node[T], int, tuple[str, ...]]] = [(self._root, 1, ())]
        while choices:
            node: _Node[T] | None
            node, index, values = choices.pop()
            while node is not None and index < end:
                part = parts[index]
                index += 1
                if node.parameter is not None:
                    choices.append((node.parameter, index, (*values, part)))
                if node.mixed:
                    choices.extend(_mixed_choices(node.mixed, part, index, values))
                node = node.literals.get(part)
            if node is not None and node.methods:
                yield node.methods, values

    def _foreign_matches(self, path: str) -> Iterator[tuple[_Methods[T], re.Match[str]]]:
        for foreign in self._foreign.values():
            match = foreign.pattern.fullmatch(path)
            if match is not None:
                yield foreign.methods, match

    def _leaf(self, template: PathTemplate) -> _Methods[T]:
        node = self._root
        for segment in template.segments:
            node = node.child(segment)
        return node.methods

    def _foreign_leaf(self, pattern: re.Pattern[str]) -> _Methods[T]:
        key = pattern.pattern, pattern.flags
        return self._foreign.setdefault(key, _Foreign(pattern)).methods


class Found(NamedTuple, Generic[T]):
    """What a look-up finds."""

    target: T
    parameters: Mapping[str, str | None]
    """The parameters by their Python names, undecoded; None for a group that took no part."""
    methods: Collection[str]
    """The methods that the same pattern answers."""


class _Endpoint(Generic[T]):
    """What one method of one pattern leads to."""

    __slots__ = ("implied", "names", "target")

    def __init__(self, target: T, names: tuple[str, ...], *, implied: bool) -> None:
        self.target = target
        self.names = names
        self.implied = implied


_Methods: TypeAlias = dict[str, _Endpoint[T]]
"""The methods of one pattern."""


class _Node(Generic[T]):
    """What may follow one run of segments."""

    __slots__ = ("literals", "methods", "mixed", "parameter")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.mixed: list[_Mixed[T]] = []
        self.parameter: _Node[T] | None = None
        self.methods: _Methods[T] = {}

    def child(self, segment: Segment) -> _Node[T]:
        """The node that *segment* leads to, made if there is none yet."""
        literal = segment.literal
        if literal is not None:
            return self.literals.setdefault(literal, _Node())
        if not segment.is_parameter:
            return self._mixed_child(segment)
        if self.parameter is None:
            self.parameter = _Node()
        return self.parameter

    def _mixed_child(self, segment: Segment) -> _Node[T]:
        for mixed in self.mixed:
            if mixed.texts == segment.texts:
                return mixed.node
        made: _Mixed[T] = _Mixed(segment)
        self.mixed.insert(0, made)
        # The least text first: choices are taken from the end. Of two with equally much, the first
        # that was registered wins.
        self.mixed.sort(key=_Mixed.length)
        return made.node


class _Mixed(Generic[T]):
    """A segment of text and parameters."""

    __slots__ = ("match", "node", "texts")

    def __init__(self, segment: Segment) -> None:
        anonymous = Segment(segment.texts, tuple(f"p{i}" for i in range(len(segment.names))))
        self.match = re.compile(anonymous.regex()).fullmatch
        self.texts = segment.texts
        self.node: _Node[T] = _Node()

    def length(self) -> int:
        return sum(map(len, self.texts))


class _Foreign(Generic[T]):
    """A pattern that `path` did not make."""

    __slots__ = ("methods", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.methods: _Methods[T] = {}


def _mixed_choices(
    mixed: list[_Mixed[T]], part: str, index: int, values: tuple[str, ...]
) -> Iterator[tuple[_Node[T], int, tuple[str, ...]]]:
    for each in mixed:
        match = each.match(part)
        if match is not None:
            yield each.node, index, (*values, *match.groups())


def _spelling(pattern: re.Pattern[str]) -> str:
    template = template_of(pattern)
    return pattern.pattern if template is None else template.template
