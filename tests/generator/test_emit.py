"""The emitted package as a whole: its text, and what the usual tools say to it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from counterfoil_codegen import ir
from counterfoil_codegen.emit import InternalError, emit
from counterfoil_codegen.emit.imports import import_from
from counterfoil_codegen.emit.render import source_comment
from counterfoil_codegen.fragments import Expression
from counterfoil_codegen.import_order import exported_order

from tests.generator.emit_everything import BARE, EVERYTHING
from tests.generator.emit_sample import (
    BOARD_NOT_FOUND,
    LIST_NOTICES,
    NOTICEBOARD,
    group,
    name,
)

GOLDEN = Path(__file__).with_name("emit_noticeboard.txt")
RUNTIME = Path(__file__).parents[2] / "runtime"
APIS = (NOTICEBOARD, EVERYTHING, BARE)


def bundle(files: Mapping[str, str]) -> str:
    """Several files as one text."""
    return "".join(f"=== {file}\n{text}" for file, text in files.items())


def written(api: ir.Api, folder: Path) -> Path:
    package = folder / str(api.package)
    for file, text in emit(api).items():
        place = package / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    return package


def run(*command: str, folder: Path) -> str:
    """What a tool of this Python says to *folder*; the test fails if it is not content."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(RUNTIME), str(folder)])},
        timeout=300,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every sample package in it."""
    folder = tmp_path_factory.mktemp("packages")
    for api in APIS:
        written(api, folder)
    return folder


def test_the_text_of_a_package(golden: bool) -> None:
    text = bundle(emit(NOTICEBOARD))
    if golden:
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    assert text == GOLDEN.read_text(encoding="utf-8"), "run pytest --golden if this is meant"


def test_the_same_api_gives_the_same_bytes(tmp_path: Path) -> None:
    """In another process too, with another hash seed, locale, time zone and folder."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from tests.generator.emit_everything import EVERYTHING\n"
        "from counterfoil_codegen.emit import emit\n"
        "sys.stdout.buffer.write(repr(emit(EVERYTHING)).encode())\n"
    )
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 20\nindent-width = 2\n")
    root = Path(__file__).parents[2]
    for seed, locale, zone in (("1", "C", "UTC"), ("2", "C.UTF-8", "Asia/Tokyo")):
        made = subprocess.run(
            [sys.executable, "-c", script, str(root), str(root / "generator")],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "LC_ALL": locale,
                "TZ": zone,
                "RUFF_CONFIG": str(tmp_path / "pyproject.toml"),
            },
        )
        assert made.stdout.decode() == repr(emit(EVERYTHING))


def test_files_are_sorted_and_end_in_one_line_feed() -> None:
    files = emit(EVERYTHING)
    assert list(files) == sorted(files)
    for file, text in files.items():
        assert "\r" not in text, file
        assert file == "py.typed" or (text.endswith("\n") and not text.endswith("\n\n")), file


def test_what_an_api_lacks_is_not_emitted() -> None:
    assert sorted(emit(BARE)) == ["__init__.py", "_responses.py", "default.py", "py.typed"]


@pytest.mark.parametrize(
    "rules",
    [
        ("--select=E,F,I,UP,B,W", "--line-length=100"),
        (),  # ruff's own defaults, with its own line length
    ],
)
def test_ruff_finds_nothing(packages: Path, rules: tuple[str, ...]) -> None:
    run("ruff", "check", "--isolated", "--no-cache", *rules, ".", folder=packages)


def test_it_is_formatted(packages: Path) -> None:
    run("ruff", "format", "--isolated", "--check", "--line-length=100", ".", folder=packages)


def test_mypy_finds_nothing(packages: Path) -> None:
    names = [str(api.package) for api in APIS]
    config = packages / "mypy.ini"
    config.write_text("[mypy]\nuntyped_calls_exclude = twisted\n")
    run("mypy", "--strict", "--config-file=mypy.ini", *names, folder=packages)


def test_pyright_finds_nothing(packages: Path) -> None:
    config = {
        "extraPaths": [str(RUNTIME)],
        "include": [str(api.package) for api in APIS],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
    }
    (packages / "pyrightconfig.json").write_text(json.dumps(config))
    python = f"--pythonpath={sys.executable}"
    said = run("basedpyright", "--project", "pyrightconfig.json", python, folder=packages)
    assert "0 errors, 0 warnings" in said


def test_there_is_nothing_that_silences_a_tool(packages: Path) -> None:
    for file in packages.rglob("*.py*"):
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        assert "noqa" not in text
        assert "type: ignore" not in text
        assert "import Any" not in text


@pytest.mark.parametrize("api", APIS, ids=lambda api: str(api.package))
def test_it_can_be_imported(packages: Path, api: ir.Api) -> None:
    """With every annotation in it evaluated, as the runtime evaluates them."""
    script = packages / "evaluate.py"
    script.write_text(
        "import importlib, inspect, pkgutil, sys, typing\n"
        "package = importlib.import_module(sys.argv[1])\n"
        "for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    module = importlib.import_module(found.name)\n"
        "    for _, value in inspect.getmembers(module, inspect.isclass):\n"
        "        if value.__module__ == module.__name__:\n"
        "            typing.get_type_hints(value, include_extras=True)\n"
    )
    run("evaluate", str(api.package), folder=packages)


@pytest.mark.parametrize(
    ("sources", "comment"),
    [
        (("spec/a.yaml",), "spec/a.yaml"),
        (("spec/a.yaml", "spec/b.yaml"), "spec/a.yaml and 1 more"),
        (("spec/", "b", "c"), "spec and 2 more"),
        ((), "a spec"),
        (("a/" * 40 + "name.yaml",), "...a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/name.yaml"),
    ],
)
def test_the_source_in_the_first_line(sources: tuple[str, ...], comment: str) -> None:
    said = str(source_comment(sources))
    assert said == comment or (len(said) == 49 and said.endswith("/name.yaml"))


def test_a_name_that_hides_an_import_is_refused() -> None:
    """A bug of `lower`, were it to let such a name through."""
    at = dataclasses.replace(LIST_NOTICES.path, constant=BOARD_NOT_FOUND.name)
    hiding = dataclasses.replace(LIST_NOTICES, path=at)
    api = dataclasses.replace(NOTICEBOARD, groups=(group("notices", "x", hiding),))
    with pytest.raises(InternalError, match="'BoardNotFound', which it would have to import"):
        emit(api)


def test_a_name_that_nothing_defines_is_refused() -> None:
    parameters = (
        dataclasses.replace(LIST_NOTICES.parameters[0], annotation=name("os", "PathLike")),
    )
    lost = dataclasses.replace(LIST_NOTICES, parameters=parameters)
    api = dataclasses.replace(NOTICEBOARD, groups=(group("notices", "x", lost),))
    with pytest.raises(InternalError, match="'os', which nothing defines"):
        emit(api)


def test_two_files_of_one_name_are_refused() -> None:
    twice = (*NOTICEBOARD.groups, dataclasses.replace(NOTICEBOARD.groups[0]))
    with pytest.raises(InternalError, match="two files have one name"):
        emit(dataclasses.replace(NOTICEBOARD, groups=twice))


def test_models_that_are_not_declarations_are_refused() -> None:
    module = dataclasses.replace(NOTICEBOARD.models[0], source="import os\nos.system('x')\n")
    with pytest.raises(InternalError, match=r"models/_common\.py:2: the import of os"):
        emit(dataclasses.replace(NOTICEBOARD, models=(module,)))


def test_imports_are_sorted_as_isort_sorts(tmp_path: Path) -> None:
    names = ["A2b", "A10b", "A02b", "Ab", "aB", "aA", "AB", "X", "UUID", "a_b", "a1", "a10", "a2"]
    listed = ", ".join(f'"{exported}"' for exported in sorted(names, key=exported_order))
    text = f"{import_from('.x', names)}\n\n__all__ = [{listed}]\n"
    (tmp_path / "x.py").write_text(text)
    select = "--select=I,RUF022"
    run("ruff", "check", "--isolated", "--no-cache", select, "x.py", folder=tmp_path)


def test_a_handler_keeps_a_method_that_the_servlet_has_too() -> None:
    text = emit(EVERYTHING)["things10.py"]
    assert "    async def register(self, request: Request) -> None:" in text
    assert "self.register__, " in text
    assert "await self._handler.register(request)" in text


def test_an_optional_body_is_optional() -> None:
    assert EVERYTHING.groups[0].operations[0].body is not None
    text = emit(EVERYTHING)["things.py"]
    assert "        body: models.NewNotice | None,\n" in text
    assert "    body: Annotated[models.NewNotice, Body()] | None = None\n" in text


def test_a_nullable_parameter_says_so_once() -> None:
    optional = Expression.optional(name("str"))
    parameters = (
        *LIST_NOTICES.parameters[:2],
        dataclasses.replace(LIST_NOTICES.parameters[2], annotation=optional),
    )
    changed = dataclasses.replace(LIST_NOTICES, parameters=parameters)
    groups = (NOTICEBOARD.groups[0], group("notices", "Notices.", changed))
    text = emit(dataclasses.replace(NOTICEBOARD, groups=groups))["notices.py"]
    assert 'from_: Annotated[str | None, Query("from")] = None' in text


def test_the_name_of_a_group_is_a_keyword() -> None:
    text = " ".join(emit(NOTICEBOARD)["__init__.py"].split())
    assert "server: HttpServer, *, boards: BoardsHandler, notices: NoticesHandler" in text
