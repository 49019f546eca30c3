"""Every package that the corpus generates is clean: under pyright's strict mode, and mypy's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Final

import counterfoil
import pytest
from counterfoil_codegen.cli import main

from tests.test_corpus import CASES

RUNTIME: Final = Path(str(resources.files(counterfoil))).parent


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package of each case that has one, served or not, under the case's name."""
    folder = tmp_path_factory.mktemp("packages")
    for case in CASES:
        if (case / "want" / "api").is_dir():
            shutil.copytree(case / "want" / "api", folder / case.name)
        elif (case / "spec.yaml").exists() and not (case / "command.txt").exists():
            given = [str(case / "spec.yaml"), "--package", case.name, "--output", str(folder)]
            main(["generate", *given])
    return folder


def test_there_are_packages(packages: Path) -> None:
    names = {folder.name for folder in packages.iterdir()}
    assert {"served_bodies", "api_schema_keyword", "api_response_headers"} <= names


def test_pyright_finds_nothing(packages: Path) -> None:
    config = {
        "extraPaths": [str(RUNTIME)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
    }
    (packages / "pyrightconfig.json").write_text(json.dumps(config))
    said = run(packages, "basedpyright", "--pythonpath", sys.executable)
    assert "0 errors, 0 warnings" in said, said


def test_mypy_finds_nothing(packages: Path) -> None:
    names = sorted(one.name for one in packages.iterdir() if (one / "__init__.py").exists())
    (packages / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {RUNTIME}\n")
    listed = (argument for name in names for argument in ("-p", name))
    said = run(packages, "mypy", *listed)
    assert "Success" in said, said


def run(folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        text=True,
    )
    return done.stdout[-4000:] + done.stderr
