"""`allOf`, `anyOf` and `oneOf`: flat classes, unions, and what is folded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from counterfoil_codegen.models import Kind

from tests.generator.models_support import (
    INTEGER,
    NULL,
    STRING,
    Models,
    Schemas,
    array,
    models_of,
    record,
    ref,
)

Build = Callable[[Schemas], Models]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    return lambda schemas: models_of(schemas, tmp_path, monkeypatch)


class TestAllOf:
    def test_has_the_properties_of_all(self, build: Build) -> None:
        models = build(
            {
                "A": record("a", a=STRING),
                "B": record("b", b=STRING),
                "C": {"allOf": [ref("A"), ref("B"), record("c", c=ref("A"))]},
                "D": {"allOf": [ref("C")], "required": ["d"], "properties": {"d": INTEGER}},
            }
        )
        whole = '{"a":"1","b":"2","c":{"a":"3"},"d":4}'
        assert models.round_trip("D", whole) == whole
        assert models.refuses("D", '{"a":"1","c":{"a":"3"},"d":4}')

    def test_only_makes_required(self, build: Build) -> None:
        models = build({"A": record(a=STRING), "B": {"allOf": [ref("A"), {"required": ["a"]}]}})
        assert models.refuses("B", "{}")
        assert not models.refuses("A", "{}")

    def test_a_narrower_property_counts(self, build: Build) -> None:
        models = build(
            {
                "A": record(kind=STRING, n={"type": "integer", "maximum": 9}, x=ref("Wide")),
                "B": {
                    "allOf": [
                        ref("A"),
                        record("kind", kind={"const": "b"}, n={"minimum": 3}, x=ref("Narrow")),
                    ]
                },
                "Wide": record(w=STRING),
                "Narrow": record("w", w=STRING),
            }
        )
        assert models.problems == ()
        for json in (
            '{"kind":"c"}',
            '{"kind":"b","n":2}',
            '{"kind":"b","n":10}',
            '{"kind":"b","x":{}}',
        ):
            assert models.refuses("B", json)
        assert models.round_trip("B", '{"kind":"b","n":3}') == '{"kind":"b","n":3}'

    def test_lists_of_narrower_items(self, build: Build) -> None:
        """The shape of Matrix's `AllowedRoomId`: a list that the extending schema narrows."""
        models = build(
            {
                "Base": record(ids=array(STRING)),
                "Narrow": {
                    "allOf": [ref("Base"), record(ids=array({"type": "string", "pattern": "^!"}))]
                },
            }
        )
        assert models.refuses("Narrow", '{"ids":["x"]}')
        assert not models.refuses("Base", '{"ids":["x"]}')

    def test_of_a_reference_and_text_is_the_same_class(self, build: Build) -> None:
        models = build(
            {
                "A": record("a", a=STRING),
                "B": {"allOf": [ref("A")], "description": "Another name."},
                "C": record("x", x={"allOf": [ref("A")], "description": "Here."}),
            }
        )
        assert models.names["B"] is models.names["A"]
        assert type(vars(models.load("C", '{"x":{"a":"1"}}'))["x"]) is models.names["A"]

    def test_of_scalars(self, build: Build) -> None:
        models = build(
            {
                "Short": {"type": "string", "maxLength": 3},
                "A": {"allOf": [ref("Short"), {"minLength": 2}]},
                "B": {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
                "C": record("c", c={"allOf": [ref("Short")], "minLength": 3}),
            }
        )
        assert models.load("A", '"ab"') == "ab"
        assert models.refuses("A", '"a"')
        assert models.refuses("A", '"abcd"')
        assert models.load("B", '"b"') == "b"
        assert models.refuses("B", '"a"')
        assert models.refuses("C", '{"c":"ab"}')

    @pytest.mark.parametrize(
        "parts",
        [[STRING, INTEGER], [{"enum": ["a"]}, {"enum": ["b"]}]],
    )
    def test_parts_that_contradict_are_told(self, build: Build, parts: object) -> None:
        assert build({"A": {"allOf": parts}}).kinds == [Kind.CONFLICT]

    def test_two_patterns_are_told(self, build: Build) -> None:
        parts = [{"type": "string", "pattern": "^a"}, {"pattern": "b$"}]
        assert build({"A": {"allOf": parts}}).kinds == [Kind.UNENFORCED]

    def test_extra_properties(self, build: Build) -> None:
        closed = record(a=STRING) | {"additionalProperties": False}
        models = build(
            {
                "A": closed,
                "B": {"allOf": [ref("A"), record(b=STRING)]},
                "C": {"allOf": [record(c=STRING)], "additionalProperties": INTEGER},
            }
        )
        assert models.round_trip("B", '{"a":"1","b":"2"}') == '{"a":"1","b":"2"}'
        assert models.refuses("B", '{"c":1}')
        assert models.refuses("C", '{"x":"y"}')


class TestAlternatives:
    def test_are_a_union(self, build: Build) -> None:
        models = build(
            {
                "A": record("a", a=STRING),
                "B": record("b", b=STRING),
                "C": {"oneOf": [ref("A"), ref("B"), NULL, {"type": "integer", "minimum": 3}]},
            }
        )
        for json, kind in (('{"a":"1"}', "A"), ('{"b":"1"}', "B")):
            assert type(models.load("C", json)) is models.names[kind]
        assert models.load("C", "null") is None
        assert models.load("C", "3") == 3
        assert models.refuses("C", "2")

    def test_the_closest_counts(self, build: Build) -> None:
        models = build(
            {
                "A": record("k", k={"const": "a"}),
                "B": record("k", k={"const": "b"}, more=STRING),
                "C": {
                    "oneOf": [ref("A"), ref("B")],
                    "discriminator": {"propertyName": "k", "mapping": {"a": "A", "b": "B"}},
                },
            }
        )
        assert type(models.load("C", '{"k":"b"}')) is models.names["B"]
        assert models.refuses("C", '{"k":"c"}')

    def test_what_stands_beside_them_counts_for_each(self, build: Build) -> None:
        models = build({"A": {"type": "string", "anyOf": [{"maxLength": 2}, {"pattern": "^long"}]}})
        assert [models.refuses("A", json) for json in ('"ab"', '"longer"', '"abc"', "1")] == [
            False, False, True, True,
        ]  # fmt: skip

    def test_type_object_beside_them_is_nothing(self, build: Build) -> None:
        models = build({"A": record("a", a=STRING), "B": {"type": "object", "oneOf": [ref("A")]}})
        assert type(models.load("B", '{"a":"1"}')) is models.names["A"]

    def test_of_anything_are_anything(self, build: Build) -> None:
        assert build({"A": {"anyOf": [STRING, {}]}}).load("A", "[1]") == [1]

    def test_beside_properties_are_folded_and_told(self, build: Build) -> None:
        schema = record("id", id=STRING) | {
            "anyOf": [
                record("a", "x", a=STRING, x=STRING),
                record("b", "x", b=ref("B"), x=INTEGER),
                {"required": ["x"]},
            ]
        }
        models = build({"A": schema, "B": record(n=INTEGER)})
        assert models.kinds == [Kind.UNENFORCED]
        for json in ('{"id":"1","a":"2","x":"3"}', '{"id":"1","b":{"n":2},"x":3}'):
            assert sorted(models.round_trip("A", json)) == sorted(json)
        assert models.refuses("A", '{"id":"1","a":"2"}')  # x is required, whichever it is
        assert models.refuses("A", '{"id":"1","x":[]}')

    def test_inside_all_of_are_folded_too(self, build: Build) -> None:
        models = build(
            {
                "A": {"allOf": [record("a", a=STRING), {"oneOf": [ref("B"), ref("C")]}]},
                "B": record("b", b=STRING),
                "C": record("c", c=STRING),
            }
        )
        assert models.round_trip("A", '{"a":"1","c":"2"}') == '{"a":"1","c":"2"}'
        assert models.kinds == [Kind.UNENFORCED]
