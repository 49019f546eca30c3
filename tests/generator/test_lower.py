"""Lowering: what no case of the corpus can show."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest
from counterfoil_codegen.budget import USUAL
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import JsonValue, Loader
from counterfoil_codegen.lower import Lowered, lower_api

THING: JsonValue = {
    "type": "object",
    "properties": {
        "colour": {"enum": ["red", "green"]},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {}}}},
        "next": {"$ref": "#/components/schemas/Thing"},
    },
}
ANSWER: JsonValue = {"description": "x", "content": {"application/json": {"schema": THING}}}
SPEC: dict[str, JsonValue] = {
    "openapi": "3.1.0",
    "info": {"title": "Case", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "responses": {"200": ANSWER, "404": {"$ref": "#/components/responses/Gone"}},
            },
            "post": {
                "operationId": "addThing",
                "requestBody": {"content": {"application/json": {"schema": THING}}},
                "responses": {"200": {"$ref": "#/components/responses/Made"}, "409": ANSWER},
            },
        },
        "/other": {
            "get": {
                "operationId": "listOther",
                "responses": {
                    "200": {"$ref": "#/paths/~1things/get/responses/200"},
                    "404": {"description": "No content."},
                },
            }
        },
    },
    "components": {
        "responses": {"Gone": ANSWER, "Made": ANSWER},
        "schemas": {
            "Thing": THING,
            "ListThingsResponse200": {"type": "object", "properties": {"own": {}}},
        },
    },
}


@pytest.mark.parametrize("seed", range(10))
def test_names_do_not_depend_on_the_order_of_the_spec(tmp_path: Path, seed: int) -> None:
    plain, shuffled = lower(tmp_path, SPEC), lower(tmp_path, mixed(SPEC, random.Random(seed)))

    assert pointers(plain) == pointers(shuffled)
    assert {str(error.name) for error in plain.api.errors} == {
        str(error.name) for error in shuffled.api.errors
    }


def test_a_component_keeps_its_name_when_an_inline_schema_wants_it(tmp_path: Path) -> None:
    names = pointers(lower(tmp_path, SPEC))

    assert names["ListThingsResponse200"] == ("components", "schemas", "ListThingsResponse200")
    assert names["Thing"] == ("components", "schemas", "Thing")


def test_removing_a_component_renames_no_other(tmp_path: Path) -> None:
    without = copy.deepcopy(SPEC)
    components = without["components"]
    assert isinstance(components, dict)
    components["schemas"] = {"Thing": THING}
    before, after = pointers(lower(tmp_path, SPEC)), pointers(lower(tmp_path, without))

    kept = {name: place for name, place in before.items() if "ListThingsResponse" not in name}
    assert kept.items() <= after.items()


def lower(folder: Path, spec: JsonValue) -> Lowered:
    (folder / "spec.json").write_text(json.dumps(spec))
    diagnostics = Diagnostics()
    loader = Loader(folder, diagnostics)
    root = loader.load(folder / "spec.json")
    assert root is not None
    lowered = lower_api(
        [root], loader, diagnostics, package="case", sources=("spec.json",), budget=USUAL
    )
    assert lowered is not None, list(diagnostics)
    return lowered


def pointers(lowered: Lowered) -> dict[str, tuple[str, ...]]:
    return {name: node.pointer for name, node in lowered.places.items()}


def mixed(value: JsonValue, order: random.Random) -> JsonValue:
    """*value* with the keys of each mapping in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: mixed(value[key], order) for key in keys}
    return [mixed(item, order) for item in value] if isinstance(value, list) else value
