"""For any value: YAML and JSON agree with it, and each position points at what stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from counterfoil_codegen.document import JsonValue, Node
from counterfoil_codegen.document.limits import DEEPEST, MOST_VALUES
from hypothesis import given
from hypothesis import strategies as st

from tests.generator.document_support import Spec

# Without what the readers refuse: controls, halves of pairs, and what is no YAML character.
TEXT = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cc", "Cs"),
        exclude_characters="\u2028\u2029\ufeff\ufffe\uffff",
    ),
    max_size=12,
)
SCALARS: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.sampled_from(["no", "012", "1:30", "<<", "~", "2020-01-01", "- a", "# b", "*a", "0x"]),
)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=25,
)
# Wrapped, as a document that is only null has no content.
DOCUMENTS = st.lists(VALUES, min_size=1, max_size=3)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for _, member in node.items():
        yield from walk(member)
    for element in node.elements():
        yield from walk(element)


def written(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def block(value: JsonValue, indent: int = 0) -> str:
    """Block YAML whose scalars and keys are written as in JSON; ends with a newline."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(
            f"{pad}{written(key)}:{below(member, indent)}" for key, member in value.items()
        )
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{below(element, indent)}" for element in value)
    return f"{pad}{written(value)}\n"


def below(value: JsonValue, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + block(value, indent + 1)
    return f" {written(value)}\n"


def check(name: str, text: str, value: JsonValue) -> None:
    with TemporaryDirectory() as folder:
        spec = Spec(Path(folder)).write({name: text})
        assert written(spec.value(name)) == written(value)
        root = spec.load(name)
        assert root is not None
        lines = spec.loader.lines(name)
        for node in walk(root):
            at = lines[node.span.line - 1][node.span.column - 1 :]
            assert at.startswith(first_of(node.value, at))
            key = lines[node.key_span.line - 1][node.key_span.column - 1 :]
            in_mapping = any(name == node.name for name, _ in parent(root, node).items())
            assert key.startswith(written(node.name) if node.pointer and in_mapping else at)


def parent(root: Node, node: Node) -> Node:
    found = root
    for token in node.pointer[:-1]:
        inner = found.get(token) or found.element(int(token))
        assert inner is not None
        found = inner
    return found


def first_of(value: JsonValue, at: str) -> str:
    """What a value begins with: a bracket, or in block style its first key or dash."""
    if isinstance(value, dict) and value:
        return "{" if at.startswith("{") else written(next(iter(value)))
    if isinstance(value, list) and value:
        return "[" if at.startswith("[") else "-"
    return written(value)


@given(DOCUMENTS, st.sampled_from([None, 0, 1, 4]))
def test_json(value: list[JsonValue], indent: int | None) -> None:
    check("x.json", json.dumps(value, ensure_ascii=False, indent=indent), value)


@given(DOCUMENTS, st.sampled_from([None, 1, 4]))
def test_json_with_escapes(value: list[JsonValue], indent: int | None) -> None:
    with TemporaryDirectory() as folder:
        spec = Spec(Path(folder)).write({"x.json": json.dumps(value, indent=indent)})
        assert written(spec.value("x.json")) == written(value)


@given(DOCUMENTS, st.sampled_from([None, 1, 4]))
def test_yaml_in_flow_style(value: list[JsonValue], indent: int | None) -> None:
    check("x.yaml", json.dumps(value, ensure_ascii=False, indent=indent), value)


@given(DOCUMENTS)
def test_yaml_in_block_style(value: list[JsonValue]) -> None:
    check("x.yaml", block(value), value)


@given(st.binary(max_size=60) | st.text("{}[]:,-&*!|>'\"%@`#?\\ \n\tab01.~<", max_size=60))
def test_whatever_a_file_holds_ends_in_a_value_or_a_finding(content: str | bytes) -> None:
    for name in ("x.yaml", "x.json"):
        with TemporaryDirectory() as folder:
            spec = Spec(Path(folder)).write({name: content})
            node = spec.load(name)
            assert (node is None) <= bool(spec.findings)
            lines = spec.loader.lines(name)
            for found in spec.diagnostics:
                assert 1 <= found.span.line <= len(lines)
                assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1
            for inner in walk(node) if node else ():
                assert inner.span.line >= 1
                assert inner.key_span.line >= 1


@given(st.lists(st.integers(0, 90), min_size=1, max_size=80), st.integers(1, 9))
def test_aliases_are_weighed_as_if_they_were_written_out(picks: list[int], width: int) -> None:
    """Against plain arithmetic: each anchor repeats an earlier one *width* times."""
    weights, heights, text = [2], [1], "a0: &a0 [x]\n"
    for number, pick in enumerate(picks, 1):
        earlier = min(pick, number - 1)
        text += f"a{number}: &a{number} [{','.join([f'*a{earlier}'] * width)}]\n"
        weights.append(1 + width * weights[earlier])
        heights.append(1 + heights[earlier])
    fits = 1 + sum(weights) + len(weights) <= MOST_VALUES and 1 + max(heights) < DEEPEST
    with TemporaryDirectory() as folder:
        spec = Spec(Path(folder)).write({"x.yaml": text})
        assert (spec.load("x.yaml") is not None) == fits
