"""JSON is read strictly, and what is wrong with it has an exact place."""

from __future__ import annotations

from pathlib import Path

import pytest
from counterfoil_codegen.document.limits import DEEPEST, LONGEST_NUMBER

from tests.generator.document_support import Spec


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    return Spec(tmp_path)


def test_values(spec: Spec) -> None:
    text = '{"a": [1, -2.5, 1e3, true, false, null, ""], "b": {}, "\\u00e9\\ud83d\\ude00": "\\n"}'
    assert spec.write({"x.json": text}).value("x.json") == {
        "a": [1, -2.5, 1000.0, True, False, None, ""],
        "b": {},
        "\u00e9\U0001f600": "\n",
    }


def test_positions(spec: Spec) -> None:
    text = '{"a": [1,\r\n  {"b": "x"}],\r"c\\u0064": \n[\n[], 2 ] }'
    spec.write({"x.json": text})
    nodes = {
        ("a",): ("1:7", "1:2"),
        ("a", "0"): ("1:8", "1:8"),
        ("a", "1"): ("2:3", "2:3"),
        ("a", "1", "b"): ("2:9", "2:4"),
        ("cd",): ("4:1", "3:1"),
        ("cd", "0"): ("5:1", "5:1"),
        ("cd", "1"): ("5:5", "5:5"),
    }
    for pointer, (value, key) in nodes.items():
        node = spec.at("x.json", *pointer)
        assert str(node.span) == f"x.json:{value}"
        assert str(node.key_span) == f"x.json:{key}"


def test_a_raw_line_separator_is_json_and_ends_no_line(spec: Spec) -> None:
    spec.write({"x.json": '{"a": "\u2028", "b": 1}'})
    assert spec.value("x.json") == {"a": "\u2028", "b": 1}
    assert str(spec.at("x.json", "b").key_span) == "x.json:1:12"


REFUSED = {
    "empty": ("", "1:1 CF115"),
    "only space": (" \n", "1:1 CF115"),
    "only null": ("null\n", "1:1 CF115"),
    "comma at the end": ('{"a": 1,\n}', "1:8 CF131"),
    "comma at the end of a list": ("[1, ]", "1:3 CF131"),
    "comment": ("// x\n{}", "1:1 CF131"),
    "bare key": ("{a: 1}", "1:2 CF131"),
    "single quotes": ("{'a': 1}", "1:2 CF131"),
    "two values": ('{"a": 1}\n{"b": 2}', "2:1 CF131"),
    "tab in a string": ('{"a": "x\ty"}', "1:9 CF131"),
    "leading zero": ('{"a": 01}', "1:8 CF131"),
    "not closed": ('{"a": [1, 2', "1:12 CF131"),
    "second byte order mark": ("\ufeff\ufeff{}", "1:1 CF131"),
    "raw control": ('{"a": "x\x7f"}', "1:9 CF113"),
    "depth": ("[" * 70 + "]" * 70, f"1:{DEEPEST + 1} CF143"),
    "depth of values": ("[" * DEEPEST + "1" + "]" * DEEPEST, f"1:{DEEPEST + 1} CF143"),
    "depth past Python's own": ("[" * 100_000, f"1:{DEEPEST + 1} CF143"),
    "depth of mappings": ('{"a":\n' * 70 + "1" + "}" * 70, f"{DEEPEST}:2 CF143"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_on(spec: Spec, name: str) -> None:
    text, finding = REFUSED[name]
    assert spec.write({"x.json": text}).load("x.json") is None
    assert spec.findings == [f"x.json:{finding}"]
    assert all(spec.only)


TOLERATED = {
    "duplicate": ('{"z": 1, "a": {"b": 1,\n"b": 2}, "\\u007a": 3}', ["2:1 CF141", "2:10 CF141"]),
    "constants": (
        '{"z": 1, "a": NaN,\n"b": [Infinity, -Infinity]}',
        ["1:15 CF145", "2:7 CF145", "2:17 CF145"],
    ),
    "overflow": ('{"z": 1, "a": 1e999, "b": -1e999}', ["1:15 CF145", "1:27 CF145"]),
    "long integer": (f'{{"z": 1, "a": {"9" * 5000}}}', ["1:15 CF146"]),
    "long fraction": (f'{{"z": 1, "a": 0.{"9" * 5000}}}', ["1:15 CF146"]),
    "control": ('{"z": 1, "a\\u0000": "\\b"}', ["1:10 CF113", "1:21 CF264"]),
    "NUL behind another": ('{"z": 1, "a": "\\u0001\\u0000"}', ["1:15 CF113"]),
    "C1 and delete": ('{"z": 1, "a": "\\u009b", "b": "\\u007F"}', ["1:15 CF264", "1:30 CF264"]),
    "half a pair": ('{"z": 1, "a": "\\uD800", "b": "x\\udfff"}', ["1:15 CF114", "1:30 CF114"]),
    "wrong order": ('{"z": 1, "a": "\\ude00\\ud83d"}', ["1:15 CF114"]),
}


@pytest.mark.parametrize("name", TOLERATED)
def test_a_finding_that_leaves_the_rest_readable(spec: Spec, name: str) -> None:
    text, findings = TOLERATED[name]
    node = spec.write({"x.json": text}).load("x.json")
    assert spec.findings == [f"x.json:{finding}" for finding in findings]
    assert node is not None
    assert isinstance(node.value, dict)
    assert node.value["z"] == 1


def test_of_a_duplicate_key_the_first_counts_and_is_named(spec: Spec) -> None:
    spec.write({"x.json": '{"a": {"b": 1,\n "b": {"c": 2}}}'})
    assert spec.at("x.json", "a", "b").value == 1
    assert str(spec.at("x.json", "a", "b").span) == "x.json:1:13"
    assert "line 1, column 8" in spec.only[1]


@pytest.mark.parametrize(
    "text", ['{"a": "\\\\u0000"}', '{"a": "\\ud83d\\ude00"}', '{"a": "\\\\b"}']
)
def test_what_only_looks_like_a_bad_escape_is_fine(spec: Spec, text: str) -> None:
    spec.write({"x.json": text}).value("x.json")


def test_the_longest_number_is_read(spec: Spec) -> None:
    digits = "9" * LONGEST_NUMBER
    assert spec.write({"x.json": f"[{digits}]"}).value("x.json") == [int(digits)]


def test_the_deepest_document_is_read(spec: Spec) -> None:
    spec.write({"x.json": "[" * DEEPEST + "]" * DEEPEST}).value("x.json")


def test_more_values_than_the_limit(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json_reader", "json_scanner"):
        monkeypatch.setattr(f"counterfoil_codegen.document.{module}.MOST_VALUES", 5)
    spec.write({"x.json": '{"a": [1, 2],\n"b": 3}', "y.json": '{"a": [1, 2]}'})
    assert spec.load("y.json") is not None
    assert spec.load("x.json") is None
    assert spec.findings == ["x.json:2:1 CF144"]
