"""From a method and an undecoded path to what was registered for them.

Templates are held in a tree of segments, so the cost of a look-up grows with the length of the path
and not with the number of routes. In each segment text comes before text with parameters in it,
that before a bare parameter, and that before a parameter that takes several segments; where a
choice leads nowhere the next is tried. Each node of the tree is visited at most once for a path, so
no path makes a look-up explode.

Patterns that `path` did not make are matched in the order of their registration, after all the
templates, and must match the whole path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from counterfoil._routing.templates import PathTemplate, Segment, template_of

__all__ = ["Found", "Router"]

T = TypeVar("T")

Found: TypeAlias = tuple[T, Mapping[str, str | None], str]
"""What a look-up finds: the target, the parameters by Python name, and the methods of the pattern.

Parameters are undecoded, and None for a group that took no part. The methods include OPTIONS, and
are listed as in an `Allow` header.
"""

_BEFORE_THE_FIRST_SLASH = Segment(("",), ())

_NOTHING: Mapping[str, str | None] = {}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Router(Generic[T]):
    """Targets by method and path."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._foreign: dict[tuple[str, int], _Foreign[T]] = {}
        self._whole: dict[str, _Methods[T]] = {}
        """Those of templates without parameters: none comes before them."""

    def add(self, method: str, pattern: re.Pattern[str], target: T) -> None:
        """Lead requests of *method* whose path *pattern* matches to *target*.

        GET answers HEAD too, unless HEAD is registered itself. Raises `ValueError` if the method is
        no token (RFC 9110, section 5.6.2), or if it is registered for this pattern already; two
        templates that differ only in the names of their parameters are one pattern.
        """
        if _TOKEN.fullmatch(method) is None or method != method.upper():
            raise ValueError(f"{method!r} is not a method: they are tokens in capitals")
        template = template_of(pattern)
        methods = self._foreign_leaf(pattern) if template is None else self._leaf(template)
        try:
            methods.register(method, target, () if template is None else template.names)
        except KeyError:
            raise ValueError(f"{method} {_spelling(pattern)} is registered twice") from None

    def find(self, method: str, path: str) -> Found[T] | None:
        """What is registered for *method* on *path*; None if nothing is."""
        found = self.look_up(method, path)
        return None if isinstance(found, frozenset) else found

    def look_up(self, method: str, path: str) -> Found[T] | frozenset[str]:
        """The same; or else the methods that are answered on *path*, none if it is unknown."""
        methods = self._whole.get(path)
        endpoint = None if methods is None else methods.get(method)
        if methods is not None and endpoint is not None:
            return endpoint.target, _NOTHING, methods.listed
        node = self._root
        values: list[str] = []
        for part in path.split("/"):
            child = node.literals.get(part)
            if child is None:
                child = node.parameter
                if child is None or node.mixed:
                    return self._search(method, path)
                values.append(part)
            node = child
        # Text wherever there was text: no other template comes before this one.
        endpoint = node.methods.get(method)
        if endpoint is None:
            return self._search(method, path)
        return endpoint.target, endpoint.named(values), node.methods.listed

    def _search(self, method: str, path: str) -> Found[T] | frozenset[str]:
        """As `look_up`, trying all that matches *path* in turn."""
        known: list[_Methods[T]] = []
        for methods, values in self._leaves(path):
            known.append(methods)
            endpoint = methods.get(method)
            if endpoint is not None:
                return endpoint.target, endpoint.named(values), methods.listed
        for methods, match in self._foreign_matches(path):
            known.append(methods)
            endpoint = methods.get(method)
            if endpoint is not None:
                return endpoint.target, match.groupdict(), methods.listed
        return frozenset[str]().union(*known)

    def _leaves(self, path: str) -> Iterator[tuple[_Methods[T], tuple[str, ...]]]:
        """What the templates that match *path* lead to, the best first."""
        parts = path.split("/")
        end = len(parts)
        choices: list[tuple[_Node[T], int, tuple[str, ...]]] = [(self._root, 0, ())]
        while choices:
            node: _Node[T] | None
            node, index, values = choices.pop()
            while node is not None and index < end:
                for tail, after in node.rests:
                    if end - tail > index:
                        taken = "/".join(parts[index : end - tail])
                        choices.append((after, end - tail, (*values, taken)))
                part = parts[index]
                index += 1
                if node.parameter is not None:
                    choices.append((node.parameter, index, (*values, part)))
                if node.mixed:
                    choices.extend(_mixed_choices(node.mixed, part, index, values))
                node = node.literals.get(part)
            if node is not None:
                yield node.methods, values

    def _foreign_matches(self, path: str) -> Iterator[tuple[_Methods[T], re.Match[str]]]:
        for foreign in self._foreign.values():
            match = foreign.pattern.fullmatch(path)
            if match is not None:
                yield foreign.methods, match

    def _leaf(self, template: PathTemplate) -> _Methods[T]:
        node = self._root.child(_BEFORE_THE_FIRST_SLASH)
        for index, segment in enumerate(template.segments, start=1):
            tail = len(template.segments) - index
            node = node.rest_child(tail) if segment.is_rest else node.child(segment)
        literals = [segment.literal for segment in template.segments]
        if None not in literals:
            self._whole["/".join(["", *map(str, literals)])] = node.methods
        return node.methods

    def _foreign_leaf(self, pattern: re.Pattern[str]) -> _Methods[T]:
        key = pattern.pattern, pattern.flags
        return self._foreign.setdefault(key, _Foreign(pattern)).methods


class _Endpoint(Generic[T]):
    """What one method of one pattern leads to."""

    __slots__ = ("implied", "names", "target")

    def __init__(self, target: T, names: tuple[str, ...], *, implied: bool) -> None:
        self.target = target
        self.names = names
        self.implied = implied

    def named(self, values: Sequence[str]) -> dict[str, str | None]:
        """*values*, of which there are as many as names, by their names."""
        if len(values) == 1:
            return {self.names[0]: values[0]}
        return dict(zip(self.names, values, strict=True))


class _Methods(dict[str, _Endpoint[T]]):
    """The methods of one pattern."""

    listed: str
    """Their names, and OPTIONS, which every path answers; as in an `Allow` header."""

    def register(self, method: str, target: T, names: tuple[str, ...]) -> None:
        """Raises `KeyError` if *method* is registered already."""
        if method in self and not self[method].implied:
            raise KeyError(method)
        self[method] = _Endpoint(target, names, implied=False)
        if method == "GET":
            self.setdefault("HEAD", _Endpoint(target, names, implied=True))
        self.listed = ", ".join(sorted({*self, "OPTIONS"}))


class _Node(Generic[T]):
    """What may follow one run of segments."""

    __slots__ = ("literals", "methods", "mixed", "parameter", "rests")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.mixed: list[_Mixed[T]] = []
        self.parameter: _Node[T] | None = None
        self.rests: list[tuple[int, _Node[T]]] = []
        """By how many segments follow it, the fewest first: choices are taken from the end."""

        self.methods: _Methods[T] = _Methods()

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

    def rest_child(self, tail: int) -> _Node[T]:
        """The node after a parameter that takes all but *tail* segments."""
        for length, node in self.rests:
            if length == tail:
                return node
        made: _Node[T] = _Node()
        self.rests.append((tail, made))
        self.rests.sort(key=lambda rest: rest[0])
        return made

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
        self.methods: _Methods[T] = _Methods()


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
