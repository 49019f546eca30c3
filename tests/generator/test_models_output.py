"""The text of the modules: the same everywhere, and clean for the tools that read it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from counterfoil_codegen.models import build_models

from tests.generator.models_support import INTEGER, NULL, STRING, array, record, ref

ROOT: Final = Path(__file__).resolve().parents[2]

SCHEMAS: Final[dict[str, dict[str, object]]] = {
    "Field": record(
        "a",
        "on",
        "zz",
        a={"type": "string", "pattern": "^a" * 40, "description": "What it is.\n\nAnd more."},
        on={"type": "string", "format": "date"},
        at={"type": "string", "format": "date-time"},
        ids=array({"type": "string", "format": "uuid"}, default=[]),
        names=array(STRING, default=["a", "b"]),
        map={"type": "object", "default": {}, "additionalProperties": INTEGER},
        state=ref("State") | {"default": "open"},
        other={"anyOf": [ref("Tree"), ref("Many"), NULL]},
        count={"type": "integer", "minimum": 1, "maximum": 10**20, "default": 3},
        ratio={"type": "number", "exclusiveMinimum": 0.5, "default": 1},
    )
    | {"description": "A notice.\n\nOf many lines."},
    "State": {"enum": ["open", "closed", "x" * 120], "description": "How it is."},
    "Mixed": {"enum": [1, "1", True, None, 2.5]},
    "Many": array(ref("Many"), maxItems=3),
    "Tree": record(left=ref("Tree"), many=ref("Many"), field=ref("Field"), l=STRING),
    "Open": record(a=STRING) | {"additionalProperties": ref("Tree")},
    "Closed": {"type": "object", "additionalProperties": False},
    "Child": {"allOf": [ref("Open"), record("a", a={"const": "x"})]},
    "Same": ref("Tree"),
    "Anything": {},
    "UUID": {"type": "string", "format": "uuid"},
}
USERS: Final = {
    "Field": frozenset({"notices"}),
    "Tree": frozenset({"notices", "boards"}),
    "Open": frozenset({"boards"}),
    "Same": frozenset({"errors"}),
}

_PRINT: Final = """
import json, sys
from counterfoil_codegen.models import build_models
schemas, users = json.load(sys.stdin)
for module in build_models(schemas, {name: frozenset(of) for name, of in users.items()}):
    print(module.module, *module.names)
    print(module.source)
"""
_HOSTILE_PYPROJECT: Final = """
[tool.black]
line-length = 40
skip-string-normalization = false
[tool.isort]
force_single_line = true
[tool.ruff]
line-length = 30
[tool.datamodel-codegen]
class-name-prefix = "Evil"
output-model-type = "dataclasses.dataclass"
use-schema-description = true
custom-file-header = "import os"
additional-imports = ["os.system"]
base-class = "os.system"
"""


def _shuffled(schema: Mapping[str, object], seed: int) -> dict[str, object]:
    """The same schema with its keywords in another order; properties stay as they are."""
    items = list(schema.items())
    random.Random(seed).shuffle(items)
    return dict(items)


def _printed(folder: Path, seed: str, schemas: object) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PRINT],
        input=json.dumps([schemas, {name: sorted(of) for name, of in USERS.items()}]),
        capture_output=True,
        check=True,
        text=True,
        cwd=folder,
        env={
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": f"{ROOT / 'generator'}:{ROOT / 'runtime'}",
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.stderr == ""
    return done.stdout


def test_c9_same_bytes_whatever_is_around(tmp_path: Path) -> None:
    """Hash seeds, the order of components and keywords, a `pyproject.toml` in the folder."""
    (tmp_path / "pyproject.toml").write_text(_HOSTILE_PYPROJECT)
    texts = set()
    for seed in range(3):
        items = [(name, _shuffled(schema, seed)) for name, schema in SCHEMAS.items()]
        random.Random(seed).shuffle(items)
        texts.add(_printed(tmp_path, str(seed), dict(items)))
    expected = "".join(
        f"{module.module} {' '.join(map(str, module.names))}\n{module.source}\n"
        for module in build_models(SCHEMAS, USERS)
    )
    assert texts == {expected}
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output") / "models"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for module in build_models(SCHEMAS, USERS):
        (folder / f"{module.module}.py").write_text(module.source, encoding="utf-8")
    _run("ruff", "format", "--isolated", "--line-length=100", str(folder))
    return folder


def test_mypy_finds_nothing(package: Path) -> None:
    configuration = package.parent / "mypy.ini"
    configuration.write_text(
        f"[mypy]\nstrict = true\nfollow_imports = silent\nmypy_path = {ROOT / 'runtime'}\n"
    )
    _run("mypy", f"--config-file={configuration}", "--cache-dir", str(package.parent), str(package))


@pytest.mark.parametrize(
    "options", [["--isolated"], ["--config", str(ROOT / "pyproject.toml")]], ids=["own", "ours"]
)
def test_ruff_finds_nothing(package: Path, options: list[str]) -> None:
    _run("ruff", "check", "--no-cache", *options, str(package))


def _run(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_descriptions_stand_where_they_cost_nothing() -> None:
    """Docstrings of classes, and of fields: no argument of `Field`, no work at import."""
    source = "".join(module.source for module in build_models(SCHEMAS, USERS))
    assert '    """What it is.\n' in source
    assert "description=" not in source


def test_names_are_sorted() -> None:
    modules = build_models(SCHEMAS, USERS)
    assert [str(module.module) for module in modules] == ["_boards", "_common", "_errors"]
    assert all(list(map(str, m.names)) == sorted(map(str, m.names)) for m in modules)
