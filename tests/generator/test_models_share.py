"""Each type is asked of the model generator once, whatever refers to it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import pytest
from counterfoil_codegen.models import JsonSchema, build_models
from counterfoil_codegen.models.express import Expression
from counterfoil_codegen.models.generate import generate_types

REF = "#/components/schemas/"


def thing(*references: str) -> JsonSchema:
    """An object with a text, words, and lists of what is referred to."""
    listed = {f"l{name}": {"type": "array", "items": {"$ref": REF + name}} for name in references}
    return {
        "type": "object",
        "properties": {"text": {"type": "string"}, "word": {"enum": ["a", "b"]}, **listed},
    }


def asked(monkeypatch: pytest.MonkeyPatch, schemas: Mapping[str, JsonSchema]) -> tuple[int, str]:
    """How many types were asked for, and what came of them."""
    seen: list[int] = []

    def noted(document: Mapping[str, Expression]) -> str:
        properties = [expression.get("properties") for expression in document.values()]
        seen.append(sum(len(each) if isinstance(each, dict) else 1 for each in properties))
        return generate_types(document)

    models = importlib.import_module("counterfoil_codegen.models")
    monkeypatch.setattr(models, "generate_types", noted)
    (module,) = build_models(schemas, {})
    return seen[0], module.source


def test_the_number_of_classes_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    few, _ = asked(monkeypatch, {"A": thing("A", "B"), "B": thing("A")})
    many, source = asked(
        monkeypatch, {f"A{number}": thing(f"A{number // 2}") for number in range(300)}
    )
    assert many == few
    assert "l_a149: Annotated[Absent[list[A149]], Field(alias='lA149')] = None" in source


def test_more_types_than_one_class_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = {f"p{number}": {"type": "integer", "minimum": number} for number in range(250)}
    _, source = asked(monkeypatch, {"A": {"type": "object", "properties": bounded}})
    for number in range(250):
        assert f"p{number}: Absent[Annotated[int, Field(ge={number})]] = None" in source


def test_references_of_one_type_are_not_confused(monkeypatch: pytest.MonkeyPatch) -> None:
    either: JsonSchema = {"anyOf": [{"$ref": REF + "A"}, {"$ref": REF + "B"}, {"$ref": REF + "A"}]}
    other: JsonSchema = {"anyOf": [{"$ref": REF + "B"}, {"$ref": REF + "C"}]}
    _, source = asked(
        monkeypatch,
        {
            **{name: thing() for name in "ABC"},
            "Use": {"type": "object", "properties": {"x": either, "y": other}, "required": ["x"]},
        },
    )
    assert "x: A | B" in source
    assert "y: Absent[B | C]" in source
