"""Our verdict and the referee's, on the same schema and the same JSON text."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, get_type_hints

from counterfoil._input.bodies import body_choices, body_reader
from counterfoil._input.problems import Problem
from counterfoil.stub import Input
from counterfoil_codegen.cli import main
from jsonschema_rs import Draft202012Validator
from twisted.web.server import Request
from twisted.web.test.requesthelper import DummyChannel

from tests.truth.schemas import Json, Schema, Schemas
from tests.truth.values import Values

_VALUES: Final = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a value."""

    schema: Schema
    value: Json
    ours: bool
    referee: bool
    problems: str


def verdicts(seed: int, count: int, folder: Path) -> Iterator[Verdict]:
    """The verdicts on *count* schemas with 50 values each, generated into *folder*."""
    random = Random(seed)
    schemas = Schemas(random)
    components = schemas.components()
    made = [schemas.schema() for _ in range(count)]
    package = f"truth{seed}"
    _generate(package, components, made, folder)
    module = importlib.import_module(f"{package}.spec")
    values = Values(random, components)
    request = Request(DummyChannel(), False)
    for index, schema in enumerate(made):
        inputs: type[Input] = vars(module)[f"Put{index}Input"]
        annotation = get_type_hints(inputs, include_extras=True)["body"]
        body = body_reader(body_choices(annotation), "body", optional=False)
        referee = Draft202012Validator({**schema, "components": {"schemas": components}})
        for _ in range(_VALUES):
            value = values.value(schema)
            problems: list[Problem] = []
            body.read(request, json.dumps(value).encode(), {}, problems)
            yield Verdict(
                schema, value, not problems, referee.is_valid(value), "; ".join(map(str, problems))
            )


def _generate(
    package: str, components: dict[str, Json], schemas: Sequence[Schema], folder: Path
) -> None:
    paths: dict[str, Json] = {
        f"/{index}": {
            "put": {
                "operationId": f"put{index}",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema}},
                },
                "responses": {"204": {"description": "Taken."}},
            }
        }
        for index, schema in enumerate(schemas)
    }
    spec: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Truth", "version": "1"},
        "paths": paths,
        "components": {"schemas": components},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spec.json").write_text(json.dumps(spec))
    command = ["generate", str(folder / "spec.json"), "--package", package]
    assert main([*command, "--output", str(folder)]) == 0
    sys.path.insert(0, str(folder))
