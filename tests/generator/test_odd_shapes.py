"""Parameters and schemas that are odd but valid: what comes of them is clean, and is served."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen.cli import main
from counterfoil_codegen.models import names
from counterfoil_codegen.models.types import NONE, AnyOf, Literals, Plain, Type, union

from tests.generator.tools import runs_clean

QUERY: Final = {
    "words": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
    "nothing": {"type": "array", "items": {"type": "string"}, "default": []},
    "count": {"type": "integer", "exclusiveMaximum": 10.5, "multipleOf": 1.5},
    "long": {"type": "string", "maxLength": 10**40},
    "choice": {"oneOf": [{"const": "a"}, {"const": "b"}]},
}
KINDS: Final = {"Cat": {"kind": {"const": "cat"}}, "Dog": {"kind": {"const": "dog"}}}
REFERENCES: Final = [{"$ref": f"#/components/schemas/{name}"} for name in KINDS]
SCHEMAS: Final = {
    **{name: {"type": "object", "properties": own} for name, own in KINDS.items()},
    "Pet": {"type": "object", "properties": {"name": {"type": "string"}}, "oneOf": REFERENCES},
    "Null": {"type": "null"},
    "Annotated": {
        "type": "object",
        "properties": {"exception": {"type": "string", "minLength": 1}},
    },
    "Exception": {"type": "object", "properties": {"register": {"type": "string"}}},
}
SPEC: Final = {
    "openapi": "3.1.0",
    "info": {"title": "Odd", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "tags": ["things"],
                "parameters": [
                    *(
                        {"name": name, "in": "query", "schema": schema}
                        for name, schema in QUERY.items()
                    ),
                    {
                        "name": "listed",
                        "in": "header",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "string"}},
                    },
                ],
                "responses": {"204": {"description": "None."}},
            }
        }
    },
    "components": {"schemas": SCHEMAS},
}
SERVED: Final = """
from counterfoil import JsonResource
from counterfoil.testing import TestClient
from odd import ThingsHandler, models, register

class Things(ThingsHandler):
    async def list_things(self, request, *, words, nothing, count, listed, **others):
        assert (words, nothing) == (["a", "b"], [])
        words.append("kept")
        assert listed == ["x", "y"]

root = JsonResource()
register(root, things=Things())
client = TestClient(root)
for query, status in [("count=9", 204), ("count=9", 204), ("count=4", 400), ("count=12", 400)]:
    answer = client.get(f"/things?{query}", headers={"listed": "x,y"})
    assert answer.status == status, answer
assert models.Exception_.model_validate({"register": "a"}).register_ == "a"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package `odd`."""
    folder = tmp_path_factory.mktemp("odd_shapes")
    (folder / "spec.json").write_text(json.dumps(SPEC))
    arguments = ["--package", "odd", "--output", str(folder)]
    assert main(["generate", str(folder / "spec.json"), *arguments]) == 0
    return folder


def test_it_is_clean(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    runs_clean("ruff", "check", "--isolated", "--no-cache", "odd")
    runs_clean("mypy", "--strict", "--cache-dir", str(folder / "cache"), "odd")


def test_it_is_served(folder: Path) -> None:
    """Defaults that are lists are fresh for each request; bounds of integers are integers."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SERVED],
        capture_output=True,
        check=False,
        cwd=folder,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_literals_of_a_union_are_one() -> None:
    members: list[Type] = [Literals(("a",)), Plain("int"), NONE, Literals(("b", "a"))]
    assert union(members) == AnyOf((Literals(("a", "b")), Plain("int"), NONE))


@pytest.mark.parametrize("name", ["Notice", "None_", "Cf", "Cu_"])
def test_internal_names_lead_back(name: str) -> None:
    internal = names.internal(name)
    assert not internal.endswith("_")
    assert names.public(internal) == name
