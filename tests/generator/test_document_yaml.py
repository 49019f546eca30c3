"""YAML 1.2 by its core schema; every trap of YAML is a finding with its exact place (C11, C12)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from counterfoil_codegen.document import JsonValue
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER

from tests.generator.document_support import Spec


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    return Spec(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("Yes", "Yes"),
        ("12", 12),
        ("+12", 12),
        ("-12", -12),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("1.5E-2", 0.015),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("2020-01-01", "2020-01-01"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("!!float 1.5", 1.5),
        ("!!bool true", True),
        ("!!null ~", None),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("|\n  two\n  lines", "two\nlines"),
        (">\n  one\n  line", "one line"),
        ('"\\U0001F600"', "\U0001f600"),
    ],
)
def test_core_schema(spec: Spec, text: str, value: JsonValue) -> None:
    read = spec.write({"x.yaml": f"key: {text}"}).value("x.yaml")
    assert isinstance(read, dict)
    assert (type(read["key"]), read["key"]) == (type(value), value)


def test_keys_are_text_as_it_is_written(spec: Spec) -> None:
    text = "200: a\ntrue: b\n3.1: c\n010: d\n2020-01-01: e\non: f\n'': g\n\"<<\": h\n"
    assert spec.write({"x.yaml": text}).value("x.yaml") == {
        "200": "a",
        "true": "b",
        "3.1": "c",
        "010": "d",
        "2020-01-01": "e",
        "on": "f",
        "": "g",
        "<<": "h",
    }


def test_json_is_yaml(spec: Spec) -> None:
    text = '{"a": [1, 2.5, "x", null, true], "b": {}}'
    assert spec.write({"x.yaml": text}).value("x.yaml") == {
        "a": [1, 2.5, "x", None, True],
        "b": {},
    }


def test_the_yaml_1_2_directive_is_allowed_and_moves_nothing(spec: Spec) -> None:
    spec.write({"x.yaml": "# hello\n%YAML 1.2 # ok\n---\na: no\n"})
    assert spec.value("x.yaml") == {"a": "no"}
    assert str(spec.at("x.yaml", "a").span) == "x.yaml:4:4"


def test_aliases_share_and_stand_where_their_anchor_does(spec: Spec) -> None:
    spec.write({"x.yaml": "a: &x\n  b: [1]\nc: *x\nd: {e: *x}\n"})
    value = spec.value("x.yaml")
    assert value == {"a": {"b": [1]}, "c": {"b": [1]}, "d": {"e": {"b": [1]}}}
    assert isinstance(value, dict)
    assert value["a"] is value["c"]
    assert str(spec.at("x.yaml", "d", "e", "b").span) == "x.yaml:2:6"
    assert str(spec.at("x.yaml", "d", "e").key_span) == "x.yaml:4:5"


def test_a_column_counts_characters(spec: Spec) -> None:
    spec.write({"x.yaml": "\u00e9\U0001f600: {b: c}\r\nd: e"})
    assert str(spec.at("x.yaml", "\u00e9\U0001f600", "b").span) == "x.yaml:1:9"
    assert str(spec.at("x.yaml", "d").span) == "x.yaml:2:4"


# The name of each says the rule; the text is the smallest that breaks it.
REFUSED = {
    "empty": ("", "1:1 CF115"),
    "only a comment": ("# nothing\n", "1:1 CF115"),
    "only null": ("---\n~\n", "1:1 CF115"),
    "tab": ("a:\n\t- b\n", "2:1 CF121"),
    "colon": ("a: b: c\n", "1:5 CF121"),
    "colon in braces": ("a: {b: http://example.org, c: [d: e: f]}\n", "1:12 CF121"),
    "bracket": ("a: [1, 2\nb: 3\n", "2:2 CF121"),
    "bracket at the end": ("a: [1, 2", "1:9 CF121"),
    "quote": ("a: 'x\n\nb: c\n", "1:4 CF121"),
    "escape": ('a: "\\q"', "1:5 CF121"),
    "undefined alias": ("a: *nope\n", "1:4 CF121"),
    "duplicate anchor": ("a: &x 1\nb: &x 2\n", "2:4 CF121"),
    "half a pair": ('a: "\\ud83d\\ude00"\n', "1:7 CF114"),
    "yaml 1.1": ("# x\n%YAML 1.1\n---\na: no\n", "2:1 CF122"),
    "yaml 1.3": ("%YAML 1.3\n---\na: no\n", "1:1 CF122"),
    "tag directive": ("%YAML 1.2\n%TAG ! tag:x\n---\na: no\n", "2:1 CF122"),
    "second document": ("a: 1\n---\nb: 2\n", "2:1 CF124"),
    "merge key": ("a: &x {b: 1}\nc:\n  <<: *x\n", "3:3 CF125"),
    "cycle": ("a: &x\n  b: [*x]\n", "1:4 CF127"),
    "cycle in a key": ("a: &x\n  ? [*x]\n  : 1\n", "1:4 CF127"),
    "raw control": ("a: 1\nb: x\x1b[2J\n", "2:5 CF113"),
    "line separator": ("a: b\u2028c\n", "1:5 CF113"),
    "non-character": ("a: \u00e9\ufffe\n", "1:5 CF121"),
    "flow depth": ("[" * 70 + "]" * 70, f"1:{DEEPEST} CF143"),
    "block depth": ("- " * 70 + "x", f"1:{2 * DEEPEST - 1} CF143"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_on(spec: Spec, name: str) -> None:
    text, finding = REFUSED[name]
    assert spec.write({"x.yaml": text}).load("x.yaml") is None
    assert spec.findings == [f"x.yaml:{finding}"]
    assert all(spec.only)


# Each is reported, and the rest of the file is read, so that one run shows all there is.
TOLERATED = {
    "python tag": ("a: !!python/object/apply:os.system [x]\nz: 1", ["1:4 CF123"]),
    "own tag": ("a: !x 1\nz: 1", ["1:4 CF123"]),
    "verbatim tag": ("a: !<tag:example.org,2026:x> 1\nz: 1", ["1:4 CF123"]),
    "set": ("a: !!set {b}\nz: 1", ["1:4 CF123"]),
    "omap": ("a: !!omap [b: 1]\nz: 1", ["1:4 CF123"]),
    "binary": ("a: !!binary aGk=\nz: 1", ["1:4 CF123"]),
    "timestamp": ("a: !!timestamp 2020-01-01\nz: 1", ["1:4 CF123"]),
    "wrong core tag": ('a: !!int "x"\nb: !!map [1]\nz: 1', ["1:4 CF123", "2:4 CF123"]),
    "tag on a key": ("!x a: 1\nz: 1", ["1:1 CF123"]),
    "null key": ("~: 1\nnull: 2\n? \n: 3\nz: 1", ["1:1 CF126", "2:1 CF126", "3:2 CF126"]),
    "list as key": ("? [a]\n: 1\nz: 1", ["1:3 CF126"]),
    "mapping as key": ("{{a: 1}: 2, z: 1}", ["1:2 CF126"]),
    "duplicate": ("a: 1\nb: 2\na: 3\n'a': 4\nz: 1", ["3:1 CF141", "4:1 CF141"]),
    "duplicate number": ("200: 1\n200: 2\nz: 1", ["2:1 CF141"]),
    "clash": ("200: 1\n\"200\": 2\ntrue: 3\n'true': 4\nz: 1", ["2:1 CF142", "4:1 CF142"]),
    "not finite": (
        "a: .inf\nb: -.INF\nc: .nan\nd: 1e999\nz: 1",
        ["1:4 CF145", "2:4 CF145", "3:4 CF145", "4:4 CF145"],
    ),
    "long number": (f"a: {'9' * 5000}\nb: 0.{'1' * 100}\nz: 1", ["1:4 CF146", "2:4 CF146"]),
    "NUL behind another": ('a: "x\\a\\0"\nz: 1', ["1:4 CF113"]),
    "escaped control": ('a: "x\\a"\n"b\\e": "\\N"\nz: 1', ["1:4 CF264", "2:1 CF264", "2:8 CF264"]),
}


@pytest.mark.parametrize("name", TOLERATED)
def test_a_finding_that_leaves_the_rest_readable(spec: Spec, name: str) -> None:
    text, findings = TOLERATED[name]
    node = spec.write({"x.yaml": text}).load("x.yaml")
    assert spec.findings == [f"x.yaml:{finding}" for finding in findings]
    assert node is not None
    assert isinstance(node.value, dict)
    assert node.value["z"] == 1


def test_of_a_duplicate_key_the_first_counts_and_is_named(spec: Spec) -> None:
    spec.write({"x.yaml": "a:\n  b: 1\n  b: 2\n"})
    assert spec.at("x.yaml", "a", "b").value == 1
    assert str(spec.at("x.yaml", "a", "b").span) == "x.yaml:2:6"
    message, cure = spec.only
    assert "'b'" in message
    assert "line 2, column 3" in cure


def test_the_longest_number_is_read(spec: Spec) -> None:
    digits = "9" * LONGEST_NUMBER
    assert spec.write({"x.yaml": f"a: {digits}"}).value("x.yaml") == {"a": int(digits)}


def test_a_long_string_that_only_begins_like_a_number_is_a_string(spec: Spec) -> None:
    text = "9" * 200 + "x"
    assert spec.write({"x.yaml": f"a: {text}"}).value("x.yaml") == {"a": text}


@pytest.mark.parametrize("innermost", ["[]", "{}", "x"])
def test_the_deepest_document_is_read(spec: Spec, innermost: str) -> None:
    spec.write({"x.yaml": "[" * (DEEPEST - 1) + innermost + "]" * (DEEPEST - 1)})
    assert spec.load("x.yaml") is not None
    assert spec.findings == []


def test_aliases_cannot_add_up_to_a_depth_that_the_text_does_not_have(spec: Spec) -> None:
    text = "a0: &a0 [[]]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 70))
    assert spec.write({"x.yaml": text}).load("x.yaml") is None
    # a62 is the first to nest 65 levels below the root: its content stands at line 62.
    assert spec.findings == ["x.yaml:62:6 CF143"]


@pytest.mark.parametrize(
    ("anchored", "levels"),
    [("[]", 1), ("[x]", 2), ("{k: x}", 2), ("[[x], y]", 3), ("[[[x]], [y]]", 4)],
)
def test_an_alias_is_as_deep_as_what_it_stands_for(spec: Spec, anchored: str, levels: int) -> None:
    outer = DEEPEST - 1 - levels
    for brackets in (outer, outer + 1):
        text = f"a: &a {anchored}\nb: {'[' * brackets}*a{']' * brackets}\n"
        spec.write({f"{brackets}.yaml": text}).load(f"{brackets}.yaml")
    assert spec.findings == [f"{outer + 1}.yaml:1:4 CF143"]


BOMBS = {
    "laughs": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 60)),
    "laughs in mappings": "a0: &a0 {a: x, b: x}\n"
    + "".join(f"a{i}: &a{i} {{a: *a{i - 1}, b: *a{i - 1}}}\n" for i in range(1, 60)),
    "flow": "[" * 1_000_000,
    "flow mappings": "{a: " * 1_000_000,
    "block": "- " * 1_000_000 + "x",
    "keys": "? " * 1_000_000 + "x",
    "anchors": "".join(f"&a{i} [" for i in range(100_000)),
}

BOUNDED = """
import resource, sys, time
from pathlib import Path
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Loader
diagnostics = Diagnostics()
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
assert Loader(Path(sys.argv[1]), diagnostics).load(Path("x.yaml")) is None
spent = time.process_time() - start
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(*(found.rule.id for found in diagnostics), spent < 1, grown < 100)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_and_never_ends_the_process(spec: Spec, name: str) -> None:
    # A process of its own: composing a text that nests deep enough overflows the C stack.
    spec.write({"x.yaml": BOMBS[name]})
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(spec.root)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    rule = "CF144" if "laughs" in name else "CF143"
    assert done.stdout == f"{rule} True True\n"


def test_more_values_than_the_limit(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil_codegen.document.composing.MOST_VALUES", 5)
    assert spec.write({"x.yaml": "a: [1, 2]\nb: [3,\n  4]\n"}).load("x.yaml") is None
    assert spec.findings == ["x.yaml:1:1 CF144"]


def test_a_colon_within_braces_is_yaml_1_2(tmp_path: Path) -> None:
    """The C parser is of YAML 1.1 and refuses it; positions and limits hold all the same."""
    spec = Spec(tmp_path).write({"x.yaml": "a: {b: http://example.org}\nc: [http://x, {d: :}]\n"})
    assert spec.value("x.yaml") == {"a": {"b": "http://example.org"}, "c": ["http://x", {"d": ":"}]}
    assert str(spec.at("x.yaml", "a", "b").span) == "x.yaml:1:8"
