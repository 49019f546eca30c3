"""What datamodel-code-generator gets wrong (D1 to D29), asserted on what is imported."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from counterfoil_codegen.models import Kind, ModelError

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


# Names that the modules, or those that the model generator writes, import.
RESERVED = (
    "Absent", "Annotated", "Any", "AnyUrl", "AwareDatetime", "BaseModel", "ConfigDict", "Date",
    "Datetime", "Dict", "Enum", "Field", "List", "Literal", "Model", "Optional", "RootModel",
    "Self", "StrEnum", "TypeAliasType", "Type", "UUID", "Union",
)  # fmt: skip


@pytest.mark.parametrize("name", RESERVED)
def test_d1_a_class_keeps_its_name_whatever_is_imported(build: Build, name: str) -> None:
    every_import = record(
        "a-b",
        **{
            "a-b": {"type": "string", "maxLength": 3},
            "kind": {"const": "x"},
            "id": {"type": "string", "format": "uuid"},
            "at": {"type": "string", "format": "date-time"},
            "on": {"type": "string", "format": "date"},
            "list": array(ref(name), default=[]),
        },
    )
    models = build({name: record("v", v=STRING), "Zz": every_import, "Alias": array(ref(name))})
    assert models.round_trip(name, '{"v":"1"}') == '{"v":"1"}'
    assert models.round_trip("Zz", '{"a-b":"1","list":[{"v":"2"}]}') == (
        '{"a-b":"1","list":[{"v":"2"}]}'
    )


def test_d1_all_reserved_names_at_once(build: Build) -> None:
    models = build({name: record("v", v=STRING) for name in RESERVED})
    assert set(models.names) == set(RESERVED)


def test_d3_components_of_equal_content_stay_two(build: Build) -> None:
    models = build({"First": record("a", a=STRING), "Second": record("a", a=STRING)})
    assert models.names["First"] is not models.names["Second"]


def test_d4_a_field_does_not_rename_a_component(build: Build) -> None:
    bounded = {"type": "array", "items": {"type": "string", "maxLength": 1}}
    models = build(
        {
            "A": record(status={"enum": ["x"]}, page=bounded, cfa=bounded),
            "Status": record("v", v=STRING),
            "PageItem": record("v", v=STRING),
        }
    )
    assert set(models.names) == {"A", "Status", "PageItem"}
    assert models.refuses("A", '{"page":["xy"]}')
    assert models.refuses("A", '{"status":"y"}')


class TestD5OptionalProperties:
    SCHEMAS: ClassVar[Schemas] = {
        "A": record(
            "required",
            required={"anyOf": [STRING, NULL]},
            absent=STRING,
            nullable={"type": ["string", "null"]},
        )
    }

    def test_null_is_refused_where_the_schema_has_none(self, build: Build) -> None:
        assert build(self.SCHEMAS).refuses("A", '{"required":null,"absent":null}')

    def test_what_is_absent_is_left_out(self, build: Build) -> None:
        models = build(self.SCHEMAS)
        assert models.round_trip("A", '{"required":null}') == '{"required":null}'
        both = '{"required":null,"nullable":null}'
        assert models.round_trip("A", both) == both

    def test_python_says_none_for_absent(self, build: Build) -> None:
        models = build(self.SCHEMAS)
        made = models.make("A", required="x", absent=None)
        assert b"absent" not in models.adapter("A").dump_json(made)

    def test_what_is_required_is_missed(self, build: Build) -> None:
        assert build(self.SCHEMAS).refuses("A", "{}")


class TestD6Patterns:
    def test_typed_and_told_beside_properties(self, build: Build) -> None:
        schema = record(a=STRING) | {"patternProperties": {"^x-": INTEGER}}
        models = build({"N": schema})
        assert models.kinds == [Kind.UNENFORCED]
        assert models.round_trip("N", '{"a":"b","x-1":1}') == '{"a":"b","x-1":1}'

    def test_keys_are_checked_where_no_others_are_allowed(self, build: Build) -> None:
        schema = {
            "type": "object",
            "patternProperties": {"^x-": INTEGER},
            "additionalProperties": False,
        }
        models = build({"N": schema})
        assert models.problems == ()
        assert models.round_trip("N", '{"x-1":1}') == '{"x-1":1}'
        assert models.refuses("N", '{"y":1}')
        assert models.refuses("N", '{"x-1":"z"}')

    def test_values_are_typed_where_others_are_allowed(self, build: Build) -> None:
        models = build({"N": {"type": "object", "patternProperties": {"^x-": INTEGER}}})
        assert models.kinds == [Kind.UNENFORCED]
        assert models.refuses("N", '{"x-1":"z"}')

    def test_names_of_properties(self, build: Build) -> None:
        models = build(
            {
                "N": {"type": "object", "propertyNames": {"pattern": "^x"}},
                "M": {
                    "type": "object",
                    "propertyNames": ref("Key"),
                    "additionalProperties": STRING,
                },
                "Key": {"enum": ["a", "b"]},
            }
        )
        assert models.refuses("N", '{"y":1}')
        assert models.refuses("M", '{"c":"1"}')
        assert models.round_trip("M", '{"b":"1"}') == '{"b":"1"}'


@pytest.mark.parametrize(
    "keyword",
    ["not", "if", "then", "else", "dependentSchemas", "contains", "unevaluatedProperties"],
)
def test_d7_what_is_not_checked_is_told(build: Build, keyword: str) -> None:
    models = build({"N": record(a=STRING) | {keyword: {"type": "string"}}})
    assert [(problem.kind, problem.pointer) for problem in models.problems] == [
        (Kind.UNENFORCED, (keyword,))
    ]
    assert not models.refuses("N", "{}")


def test_d8_required_but_not_declared(build: Build) -> None:
    models = build({"A": record("a", "zz", a=STRING), "B": {"type": "object", "required": ["x"]}})
    assert models.refuses("A", '{"a":"1"}')
    assert models.round_trip("A", '{"a":"1","zz":[2]}') == '{"a":"1","zz":[2]}'
    assert models.refuses("B", "{}")


class TestD9Defaults:
    @pytest.mark.parametrize(
        "schema",
        [
            {"type": "string", "format": "date", "default": "2020-01-01"},
            {"type": "string", "format": "date-time", "default": "2020-01-01T00:00:00Z"},
            {"type": "string", "format": "uuid", "default": str(uuid.UUID(int=0))},
            {"type": "integer", "default": "5"},
            {"type": "integer", "default": True},
            {"type": "integer", "maximum": 3, "default": 4},
            {"type": "integer", "exclusiveMinimum": 3, "default": 3},
            {"type": "number", "multipleOf": 2, "default": 3},
            {"type": "boolean", "default": 0},
            {"type": "string", "maxLength": 1, "default": "ab"},
            {"type": "string", "pattern": "^a", "default": "b"},
            {"type": "string", "default": None},  # D10
            {"enum": ["a"], "default": "b"},
            {"enum": [1], "default": True},
            {"type": "array", "items": INTEGER, "default": ["a"]},
            {"type": "array", "items": INTEGER, "minItems": 1, "default": []},
            {"type": "object", "default": {"a": 1}},
            {"$ref": "#/components/schemas/Other", "default": {}},
        ],
    )
    def test_ill_typed_is_left_out_and_told(self, build: Build, schema: object) -> None:
        models = build({"A": record(a=schema), "Other": record(x=STRING)})
        assert models.kinds == [Kind.DEFAULT]
        assert models.problems[0].pointer == ("properties", "a", "default")
        assert models.round_trip("A", "{}") == "{}"

    @pytest.mark.parametrize(
        ("schema", "wanted"),
        [
            ({"type": "string", "format": "uri", "default": "http://x"}, '"http://x"'),
            ({"type": "string", "default": ""}, '""'),
            ({"type": "integer", "default": -5}, "-5"),
            ({"type": "number", "default": 5}, "5.0"),
            ({"type": "boolean", "default": False}, "false"),
            ({"type": ["string", "null"], "default": None}, "null"),
            ({"$ref": "#/components/schemas/State", "default": "+"}, '"+"'),
            ({"allOf": [{"$ref": "#/components/schemas/State"}], "default": ""}, '""'),
            ({"type": "array", "items": STRING, "default": []}, "[]"),
            ({"type": "array", "items": STRING, "default": ["a", "b"]}, '["a","b"]'),
            ({"type": "object", "default": {}}, "{}"),
            ({"anyOf": [INTEGER, STRING], "default": "x"}, '"x"'),
        ],
    )
    def test_fitting_is_the_value(self, build: Build, schema: object, wanted: str) -> None:
        models = build({"A": record(a=schema), "State": {"enum": ["", "+"]}})
        assert models.problems == ()
        assert models.round_trip("A", "{}") == f'{{"a":{wanted}}}'

    def test_lists_are_not_shared(self, build: Build) -> None:
        models = build({"A": record(a=array(STRING, default=["x"]), b=array(STRING, default=[]))})
        first, second = models.make("A"), models.make("A")
        for name in ("a", "b"):
            assert getattr(first, name) is not getattr(second, name)


def test_d11_bounds_do_not_wrap_values(build: Build) -> None:
    models = build(
        {
            "Id": {"type": "string", "pattern": "^i"},
            "A": record(
                a=array({"type": "string", "pattern": "^a"}),
                b=ref("Id"),
                c={
                    "type": "object",
                    "additionalProperties": array({"type": "integer", "minimum": 3}),
                },
            ),
        }
    )
    loaded = models.load("A", '{"a":["ab"],"b":"i","c":{"x":[3]}}')
    assert vars(loaded) == {"a": ["ab"], "b": "i", "c": {"x": [3]}}
    assert models.refuses("A", '{"a":["b"]}')
    assert models.refuses("A", '{"b":"x"}')
    assert models.refuses("A", '{"c":{"x":[2]}}')


class TestD14Enums:
    def test_values_of_several_types_stay_apart(self, build: Build) -> None:
        models = build({"X": {"enum": [1, "1", True, None, 2.5]}})
        loaded = [models.load("X", json) for json in ("1", '"1"', "true", "null", "2.5")]
        assert [(type(value), value) for value in loaded] == [
            (int, 1), (str, "1"), (bool, True), (type(None), None), (float, 2.5),
        ]  # fmt: skip
        assert all(models.refuses("X", json) for json in ('"2"', "false", "3", "[]"))

    def test_a_boolean_never_comes_out_of_integers(self, build: Build) -> None:
        """pydantic's Literal takes true for 1, as Python does; what is loaded is the 1."""
        assert type(build({"X": {"enum": [0, 1]}}).load("X", "true")) is int

    def test_d15_null_is_a_value(self, build: Build) -> None:
        models = build({"X": {"enum": ["a", None]}, "A": record(x=ref("X"))})
        assert models.load("X", "null") is None
        assert models.round_trip("A", '{"x":null}') == '{"x":null}'

    def test_d15_null_may_be_the_only_value_of_what_may_be_absent(self, build: Build) -> None:
        models = build({"A": record(x={"type": "null"}, y={"enum": [None]})})
        assert models.round_trip("A", '{"x":null}') == '{"x":null}'
        assert models.round_trip("A", "{}") == "{}"
        assert models.refuses("A", '{"x":"UNSET"}')
        assert models.refuses("A", '{"y":0}')

    def test_d15_null_outside_the_type_is_not(self, build: Build) -> None:
        assert build({"X": {"type": "string", "enum": ["a", None]}}).refuses("X", "null")

    def test_d16_any_text_is_a_value(self, build: Build) -> None:
        values = ["", "+", "-", " ", "😀", "1", "None", "none", "A", "a", 'x"', "__import__"]
        models = build({"X": {"type": "string", "enum": values}})
        adapter = models.adapter("X")
        assert [adapter.validate_python(value) for value in values] == values
        assert models.refuses("X", '"B"')

    def test_very_large_integers(self, build: Build) -> None:
        models = build({"X": {"enum": [10**30]}, "Y": {"type": "integer", "maximum": 10**40}})
        assert models.load("X", f"{10**30}") == 10**30
        assert models.refuses("X", f"{10**30 + 1}")
        assert models.refuses("Y", f"{10**40 + 1}")

    def test_of_lists_and_objects_is_told(self, build: Build) -> None:
        assert build({"X": {"enum": [[1], {}]}}).kinds == [Kind.UNENFORCED]

    def test_of_another_type_is_told(self, build: Build) -> None:
        models = build({"X": {"type": "integer", "enum": ["a"]}})
        assert models.kinds == [Kind.CONFLICT]
        assert models.load("X", "1") == 1

    @pytest.mark.parametrize("const", ["x", 3, True, None, 1.5])
    def test_const(self, build: Build, const: object) -> None:
        models = build({"X": {"const": const}})
        assert models.adapter("X").validate_python(const) == const
        assert models.refuses("X", '"other"')


class TestD17FieldNames:
    NAMES = (
        "a-b", "a_b", "aB", "A", "a", "_private", "schema", "json", "model_config", "str", "list",
        "date", "datetime", "class", "None", "__class__", "copy", "model_dump", "l", "1st", "", "é",
        "名前", "$x", "int", "bool", "id", "type", "Field", "self", "f0", "extra",
    )  # fmt: skip

    def test_each_goes_round_by_its_own_name(self, build: Build) -> None:
        date = {"type": "string", "format": "date"}
        models = build({"A": record(**dict.fromkeys(self.NAMES, date))})
        for name in self.NAMES:
            json = f'{{"{name}":"2020-01-02"}}'
            loaded = models.load("A", json)
            assert [value for value in vars(loaded).values() if value is not None] == [
                datetime.date(2020, 1, 2)
            ]
            assert models.round_trip("A", json) == json

    def test_do_not_depend_on_the_order_of_properties(self, build: Build) -> None:
        forward = build({"A": record(**dict.fromkeys(self.NAMES, STRING))})
        backward = build({"A": record(**dict.fromkeys(reversed(self.NAMES), STRING))})
        assert sorted(forward.source.splitlines()) == sorted(backward.source.splitlines())

    def test_read_well(self, build: Build) -> None:
        models = build(
            {"A": record(**dict.fromkeys(["id", "type", "roomId", "in", "URL"], STRING))}
        )
        assert list(vars(models.make("A"))) == ["id", "type", "room_id", "in_", "url"]


def test_d18_a_reference_to_nothing_is_an_error(build: Build) -> None:
    with pytest.raises(ModelError, match="Nope"):
        build({"A": record(a=ref("Nope"))})


class TestD20Loops:
    @pytest.mark.parametrize(
        "schemas",
        [
            {"A": ref("B"), "B": ref("A")},
            {"A": ref("A")},
            {"A": {"allOf": [ref("A"), record(x=STRING)]}},  # D21
            {"A": {"anyOf": [ref("A"), STRING]}},
            {"A": {"anyOf": [ref("B"), STRING]}, "B": {"oneOf": [ref("A"), INTEGER]}},
        ],
    )
    def test_are_told_and_import(self, build: Build, schemas: Schemas) -> None:
        models = build(schemas)
        assert set(models.kinds) == {Kind.LOOP}
        for name in schemas:
            models.adapter(name)

    def test_through_a_list_are_recursion(self, build: Build) -> None:
        models = build(
            {
                "Json": {"anyOf": [STRING, array(ref("Json")), ref("Map")]},
                "Map": {"type": "object", "additionalProperties": ref("Json")},
                "Tree": record("children", children=array(ref("Tree")), up=ref("Node")),
                "Node": record(tree=ref("Tree"), any=ref("Other")),
                "Other": ref("Node"),
            }
        )
        assert models.problems == ()
        for json in ('"a"', '["a",["b",{"c":[]}]]'):
            assert models.round_trip("Json", json) == json
        assert models.refuses("Json", '["a",[1]]')
        tree = '{"children":[{"children":[]}],"up":{"any":{"tree":{"children":[]}}}}'
        assert models.round_trip("Tree", tree) == tree
        assert models.names["Other"] is models.names["Node"]


class TestD22FurtherProperties:
    def test_typed(self, build: Build) -> None:
        schema = record("a", a=STRING) | {"additionalProperties": ref("More")}
        models = build({"A": schema, "More": record("n", n=INTEGER)})
        assert models.round_trip("A", '{"a":"1","b":{"n":1}}') == '{"a":"1","b":{"n":1}}'
        assert models.refuses("A", '{"a":"1","b":{"n":"x"}}')
        assert models.refuses("A", '{"a":"1","b":2}')

    def test_forbidden(self, build: Build) -> None:
        closed = {"additionalProperties": False}
        models = build({"A": record(a=STRING) | closed, "B": {"type": "object", **closed}})
        assert models.refuses("A", '{"b":1}')
        assert models.refuses("B", '{"b":1}')
        assert models.round_trip("B", "{}") == "{}"

    @pytest.mark.parametrize("anything", [True, {}])
    def test_allowed(self, build: Build, anything: object) -> None:
        models = build({"A": record(a=STRING) | {"additionalProperties": anything}})
        assert models.round_trip("A", '{"b":[1]}') == '{"b":[1]}'

    def test_not_mentioned_are_let_through_and_left_out(self, build: Build) -> None:
        assert build({"A": record(a=STRING)}).round_trip("A", '{"a":"1","b":[1]}') == '{"a":"1"}'


def test_d23_a_base_keeps_what_it_does_not_know(build: Build) -> None:
    pet = record("kind", kind=STRING) | {"discriminator": {"propertyName": "kind"}}
    cat = {"allOf": [ref("Pet"), record("lives", lives=INTEGER)]}
    models = build({"Pet": pet, "Cat": cat, "Owner": record("pet", pet=ref("Pet"))})
    unknown = '{"pet":{"kind":"axolotl","gills":6}}'
    assert models.round_trip("Owner", unknown) == unknown
    assert models.refuses("Cat", '{"kind":"cat"}')


@pytest.mark.parametrize(
    "pattern", ["^(?=a)(a+)+$", "(?!x)y", "(?<=a)b", r"(a)\1", "[", "(", "a{2,1}"]
)
def test_d24_d25_patterns_of_another_engine_are_told(build: Build, pattern: str) -> None:
    models = build({"A": record(a={"type": "string", "pattern": pattern})})
    assert [(found.kind, found.pointer) for found in models.problems] == [
        (Kind.PATTERN, ("properties", "a", "pattern"))
    ]
    assert "regex_engine" not in models.source
    assert not models.refuses("A", '{"a":"zzz"}')


def test_d27_line_separators_in_a_key_pattern(build: Build) -> None:
    schema = {
        "type": "object",
        "patternProperties": {"^a\u2028\u0085$": INTEGER},
        "additionalProperties": False,
    }
    models = build({"A": record(a=ref("N")), "N": schema})
    assert models.load("N", '{"a\\u2028\\u0085":1}') == {"a\u2028\u0085": 1}
    assert models.refuses("N", '{"a":1}')


def test_d29_one_class_for_both_directions(build: Build) -> None:
    read_only = {"type": "string", "readOnly": True}
    models = build({"A": record("id", id=read_only)})
    assert list(models.names) == ["A"]


class TestBareSchemas:
    @pytest.mark.parametrize("schema", [{}, True, False, {"description": "x"}, {"nullable": True}])
    def test_anything(self, build: Build, schema: dict[str, object] | bool) -> None:
        models = build({"A": schema, "B": record("a", a=schema)})
        assert models.round_trip("A", '[{"a":1}]') == '[{"a":1}]'

    def test_an_object_is_a_dict(self, build: Build) -> None:
        models = build({"A": {"type": "object"}})
        assert models.load("A", '{"a":[1]}') == {"a": [1]}
        assert models.refuses("A", "[]")

    def test_types_that_keywords_imply(self, build: Build) -> None:
        models = build({"A": {"minLength": 2}, "B": {"maximum": 2}, "C": {"items": INTEGER}})
        assert models.refuses("A", '"a"')
        assert models.refuses("B", "3")
        assert models.refuses("C", '["a"]')

    def test_a_property_that_nothing_fits_is_not_declared(self, build: Build) -> None:
        models = build({"A": record("a", a=STRING, b=False)})
        assert list(vars(models.make("A", a="x"))) == ["a"]


class TestFormats:
    @pytest.mark.parametrize(
        "form",
        ["email", "uri", "hostname", "ipv4", "byte", "binary", "time", "duration", "password", "x"],
    )
    def test_most_are_text(self, build: Build, form: str) -> None:
        models = build({"A": {"type": "string", "format": form}})
        assert models.load("A", '"not one"') == "not one"

    def test_some_are_types(self, build: Build) -> None:
        formats = {"At": "date-time", "On": "date", "Id": "uuid"}
        models = build({key: {"type": "string", "format": f} for key, f in formats.items()})
        zero = uuid.UUID(int=0)
        assert models.load("Id", f'"{zero}"') == zero
        assert models.load("On", '"2020-01-02"') == datetime.date(2020, 1, 2)
        assert models.refuses("At", '"2020-01-01T00:00:00"')  # RFC 3339 asks for an offset

    def test_bounds_on_the_text_of_a_date_are_told(self, build: Build) -> None:
        schema = {"type": "string", "format": "date", "pattern": "^2", "minLength": 3}
        assert build({"A": schema}).kinds == [Kind.UNENFORCED]


class TestNullable:
    def test_a_class_is_null_where_it_is_used(self, build: Build) -> None:
        models = build(
            {
                "A": {"type": ["object", "null"], "properties": {"x": STRING}},
                "B": record("a", a=ref("A"), list=array(ref("A"))),
                "C": ref("A"),
                "D": record("c", c=ref("C")),
            }
        )
        assert models.make("A", x="1")
        assert models.round_trip("B", '{"a":null,"list":[null]}') == '{"a":null,"list":[null]}'
        assert models.round_trip("D", '{"c":null}') == '{"c":null}'

    def test_bounds_beside_null(self, build: Build) -> None:
        models = build({"A": record(a={"type": ["string", "integer", "null"], "minLength": 2})})
        for json in ('{"a":"ab"}', '{"a":1}', '{"a":null}'):
            assert models.round_trip("A", json) == json
        assert models.refuses("A", '{"a":"a"}')


class TestArrays:
    def test_bounds(self, build: Build) -> None:
        models = build({"A": array(array(INTEGER, maxItems=1), minItems=1)})
        assert models.load("A", "[[1]]") == [[1]]
        assert models.refuses("A", "[]")
        assert models.refuses("A", "[[1,2]]")

    def test_prefix_items(self, build: Build) -> None:
        schema = {"type": "array", "prefixItems": [STRING, INTEGER], "items": False}
        models = build({"A": schema})
        assert models.kinds == [Kind.UNENFORCED]
        assert models.load("A", '["a",1]') == ["a", 1]
        assert models.refuses("A", '["a",1,2]')

    def test_nothing_inside(self, build: Build) -> None:
        models = build({"A": {"type": "array", "items": False}, "B": {"type": "array"}})
        assert models.refuses("A", "[1]")
        assert models.load("B", '[1,"a"]') == [1, "a"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"},
        {"type": 3},
        {"enum": "abc"},
        {"enum": []},
        {"properties": []},
        {"required": "a"},
        {"allOf": {}},
        {"minLength": "3"},
        {"minLength": -1},
        {"multipleOf": 0},
        {"maximum": float("inf")},
        {"items": []},
        {"$ref": "other.yaml"},
        {"description": 3},
    ],
)
def test_malformed_keywords_are_told_and_left_out(build: Build, schema: dict[str, object]) -> None:
    models = build({"A": schema})
    assert models.kinds == [Kind.MALFORMED]
    models.adapter("A")


def test_a_pattern_that_is_no_text_is_not_enforced(build: Build) -> None:
    assert build({"A": {"pattern": 3}}).kinds == [Kind.PATTERN]


def test_an_inline_object_is_the_callers_mistake(build: Build) -> None:
    with pytest.raises(ModelError, match="inline object"):
        build({"A": record(a=record(b=STRING))})


def test_no_schemas_no_modules(build: Build) -> None:
    assert build({}).modules == ()
