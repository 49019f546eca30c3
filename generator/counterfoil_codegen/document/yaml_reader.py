"""YAML text to plain values. The composed nodes are kept, so that positions cost nothing."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from counterfoil_codegen.diagnostics import Rule, Span
from counterfoil_codegen.document import faults
from counterfoil_codegen.document.composing import (
    PLAIN,
    UNTAGGED,
    compose,
    position,
)
from counterfoil_codegen.document.core_schema import is_number, plain_value
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER, MOST_VALUES
from counterfoil_codegen.document.source import Source, UnusableError, shown
from counterfoil_codegen.document.text import CONTROL, without_controls
from counterfoil_codegen.document.values import JsonValue, Pointer, Positions, type_name
from counterfoil_codegen.rules import reading as rules

_CORE: Final = "tag:yaml.org,2002:"
_MERGE: Final = "<<"


def read_yaml(source: Source) -> tuple[JsonValue, Positions]:
    """The value of a YAML document, and where its parts stand.

    Raises:
        UnusableError: it has no value to go on with; reported, as is anything less grave.
    """
    root = compose(source)
    value = None if root is None else _Builder(source).build(root)
    if root is None or value is None:
        raise faults.empty_file(source)
    return value, YamlPositions(source, root)


class _Built(NamedTuple):
    """A container that is done: what an alias to it stands for, and what it weighs."""

    value: JsonValue
    weight: int
    height: int


class _Builder:
    """Builds the values of one graph of nodes.

    It recurses, but never deeper than the text nests, which `compose` has limited: an anchor comes
    before its aliases, so what an alias stands for has been built by then.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._built: dict[int, _Built | None] = {}  # by id(node); None: not done yet
        self._count = 0
        self._deepest = 0
        self._merges = False

    def build(self, root: Node) -> JsonValue:
        value = self._value(root, 1)
        if self._merges:
            raise UnusableError(self._source.name)
        return value

    def _value(self, node: Node, level: int) -> JsonValue:
        if isinstance(node, ScalarNode):
            self._count += 1
            return self._scalar(node)
        known = id(node)
        if known in self._built:
            return self._again(node, self._built[known], level)
        self._built[known] = None
        before, outer = self._count, self._deepest
        self._count += 1
        self._deepest = level + bool(node.value)
        if node.ctag is not UNTAGGED:
            self._check_tag(node, "map" if isinstance(node, MappingNode) else "seq")
        value = self._container(node, level)
        self._check_count(node)
        self._built[known] = _Built(value, self._count - before, self._deepest - level)
        self._deepest = max(outer, self._deepest)
        return value

    def _again(self, node: Node, built: _Built | None, level: int) -> JsonValue:
        """What an alias stands for: shared, but weighed as if it were written out."""
        if built is None:
            self._report(
                rules.CYCLIC_ALIAS,
                node,
                "an alias inside this value stands for the value itself",
                "use $ref to a component for a recursive schema",
            )
            raise UnusableError(self._source.name)
        self._count += built.weight
        self._deepest = max(self._deepest, level + built.height)
        self._check_count(node)
        if self._deepest > DEEPEST:
            raise faults.too_deep(self._source, position(self._source, node))
        return built.value

    def _check_count(self, node: Node) -> None:
        if self._count > MOST_VALUES:
            raise faults.too_many_values(self._source, position(self._source, node))

    def _container(self, node: Node, level: int) -> JsonValue:
        if isinstance(node, SequenceNode):
            return [self._value(element, level + 1) for element in node.value]
        value: dict[str, JsonValue] = {}
        keys: dict[str, ScalarNode] = {}
        for key_node, value_node in node.value:
            self._count += 1
            key = self._key(key_node)
            member = self._value(value_node, level + 1)
            if key is None:
                continue
            if key in keys:
                self._report_repeated(key, key_node, keys[key])
                continue
            keys[key] = key_node
            value[key] = member
        return value

    def _key(self, node: Node) -> str | None:
        """The key as text: as it is written, so `200:` is "200". None if it can be no key."""
        if not isinstance(node, ScalarNode):
            self._value(node, DEEPEST)
            self._report_key(node, "a mapping" if isinstance(node, MappingNode) else "a list")
            return None
        if node.ctag is not PLAIN:
            self._scalar(node)
            return _text(node)
        if node.value == _MERGE:
            self._merges = True
            self._report(
                rules.MERGE_KEY,
                node,
                "<< is a merge key, which YAML 1.2 does not have",
                "write the keys out, or use $ref or allOf; a key of that name needs quotes",
            )
            return None
        if node.value in ("", "~") or (node.value[0] in "nN" and plain_value(node.value) is None):
            self._report_key(node, "null")
            return None
        return _text(node)

    def _scalar(self, node: ScalarNode) -> JsonValue:
        text = _text(node)
        if node.ctag is PLAIN:
            return self._plain(node, text)
        if node.style == '"' and (control := CONTROL.search(text)):
            place = position(self._source, node)
            faults.control_character(self._source, place, text, control[0])
            node.value = text = without_controls(text)  # by which positions are found, too
        if node.ctag is not UNTAGGED and node.ctag.suffix != f"{_CORE}str":
            return self._tagged(node, text)
        return text

    def _tagged(self, node: ScalarNode, text: str) -> JsonValue:
        """A scalar with an explicit tag, which may only say what the value is anyway."""
        value = text if len(text) > LONGEST_NUMBER else plain_value(text)
        match value:
            case None:
                suffix = "null"
            case bool():
                suffix = "bool"
            case str():
                suffix = "str"
            case int():
                suffix = "int"
            case _:
                suffix = "float"
        return self._plain(node, text) if self._check_tag(node, suffix) else text

    def _check_tag(self, node: Node, suffix: str) -> bool:
        tag = str(node.ctag.suffix)
        if tag == _CORE + suffix:
            return True
        name = tag.replace(_CORE, "!!", 1) if tag.startswith(_CORE) else tag
        self._report(
            rules.YAML_TAG,
            node,
            f"the tag {shown(name, 60)} is not supported",
            "remove it; quote the value if it is meant as a string",
        )
        return False

    def _plain(self, node: ScalarNode, text: str) -> JsonValue:
        if len(text) > LONGEST_NUMBER:
            if is_number(text):
                faults.number_too_long(self._source, position(self._source, node), len(text))
            return text
        value = plain_value(text)
        if isinstance(value, float) and not math.isfinite(value):
            faults.not_finite(self._source, position(self._source, node), text)
            return text
        return value

    def _report_key(self, node: Node, what: str) -> None:
        self._report(
            rules.KEY_NOT_SCALAR, node, f"the key is {what}", "quote it to make it a string"
        )

    def _report_repeated(self, key: str, node: ScalarNode, first: ScalarNode) -> None:
        where = position(self._source, first)
        if _kind(node) == _kind(first):
            faults.duplicate_key(self._source, position(self._source, node), key, where)
            return
        self._report(
            rules.KEY_CLASH,
            node,
            f"the keys {_spelled(first)} and {_spelled(node)} are the same as text",
            f"remove one; the first is {faults.there(where)}",
        )

    def _report(self, rule: Rule, node: Node, message: str, cure: str) -> None:
        self._source.report(rule, position(self._source, node), message, cure)


def _text(node: ScalarNode) -> str:
    return str(node.value)


def _kind(key: ScalarNode) -> str:
    """What another reader of YAML would take the key for."""
    return type_name(plain_value(key.value[:LONGEST_NUMBER])) if key.ctag is PLAIN else "a string"


def _spelled(key: ScalarNode) -> str:
    return shown(key.value)[1:-1] if key.ctag is PLAIN else f'"{shown(key.value)[1:-1]}"'


class YamlPositions:
    """Looks positions up in the composed nodes."""

    def __init__(self, source: Source, root: Node) -> None:
        self._source = source
        self._root = root

    def of_value(self, pointer: Pointer) -> Span:
        node = self._root
        for token in pointer:
            node = _member(node, token)[1]
        return position(self._source, node)

    def of_key(self, pointer: Pointer) -> Span:
        if not pointer:
            return self.of_value(pointer)
        node = self._root
        for token in pointer[:-1]:
            node = _member(node, token)[1]
        return position(self._source, _member(node, pointer[-1])[0])


def _member(node: Node, token: str) -> tuple[Node, Node]:
    """The key and the value of a member; in a list the value is both."""
    if isinstance(node, SequenceNode):
        element: Node = node.value[int(token)]
        return element, element
    for key, value in node.value:
        if isinstance(key, ScalarNode) and key.value == token:
            return key, value
    raise KeyError(token)
