"""The project as strangers meet it: the wheel, its extra, and the commands that the pages name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.serve.server import APP, Serving, until

ROOT: Final = Path(__file__).parent.parent
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES: Final = ("README.md", "CONTRIBUTING.md", "SECURITY.md")

SERVE: Final = """
import importlib.util

import noticeboard
from counterfoil import JsonResource
from counterfoil.testing import TestClient

absent = ["datamodel_code_generator", "jinja2", "ruamel", "tabulate"]
assert not [name for name in absent if importlib.util.find_spec(name)], absent


class Boards(noticeboard.BoardsHandler):
    async def put_board(self, request, board_id, body):
        from counterfoil import Created
        from noticeboard import models

        return Created(models.Board(id=board_id, title=body.title, notices=0))


class Notices(noticeboard.NoticesHandler):
    pass


class Search(noticeboard.SearchHandler):
    pass


root = JsonResource()
noticeboard.register(root, boards=Boards(), notices=Notices(), search=Search())
client = TestClient(root)
print(client.put("/boards/lobby", json={"title": "Lobby"}).status)
print(client.get("/boards/lobby").status)
print(client.get("/search").status)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with nothing of this checkout in it but the wheel."""

    folder: Path

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=cwd,
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @classmethod
    def with_installed(cls, folder: Path, requirement: str) -> Environment:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
        options = ["--quiet", "--no-compile", "--constraint", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, "install", *options, requirement], check=True)
        return cls(folder)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    options = ("--quiet", "--no-deps", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def production(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment.with_installed(tmp_path_factory.mktemp("production"), str(wheel))


@pytest.fixture(scope="module")
def development(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("development")
    return Environment.with_installed(folder, f"counterfoil[codegen] @ {wheel.as_uri()}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project, with the example's spec."""
    config = '[[tool.counterfoil.api]]\npackage = "noticeboard"\nspec = ["spec/noticeboard.yaml"]\n'
    (tmp_path / "pyproject.toml").write_text(f'{config}output = "generated"\n')
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    return tmp_path


def test_production_serves_without_the_generator(production: Environment, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated" / "noticeboard", tmp_path / "noticeboard")
    (tmp_path / "serve.py").write_text(SERVE)
    served = production.run("python", "-W", "error", "serve.py", cwd=tmp_path)
    assert (served.stdout.split(), served.stderr) == (["201", "501", "400"], "")


def test_production_serves_without_tls(production: Environment, tmp_path: Path) -> None:
    """pyOpenSSL is not among what is installed, and is asked for where it is needed."""
    (tmp_path / "app.py").write_text(APP)
    command = [str(production.folder / "bin" / "counterfoil"), "serve"]
    server = Serving(tmp_path, command=command)
    try:
        until(lambda: server.who()["version"] == 1, server)
        assert server.ends() == 0
    finally:
        server.process.kill()
        server.process.wait()
    listen = ("--listen", "ssl:8443:privateKey=key.pem")
    refused = production.run("counterfoil", "serve", "app:make", *listen, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == (
        "counterfoil: cannot listen on ssl:8443:privateKey=key.pem: TLS needs pyOpenSSL; "
        "run: pip install 'twisted[tls]'\n"
    )


def test_production_names_the_extra_that_generates(production: Environment, project: Path) -> None:
    refused = production.run("counterfoil", "generate", cwd=project)
    assert refused.returncode == 2
    assert "counterfoil[codegen]" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (project / "generated").exists()


def test_the_extra_generates_what_is_committed(development: Environment, project: Path) -> None:
    generated = development.run("counterfoil", "generate", cwd=project)
    assert generated.returncode == 0, generated.stderr
    assert contents(project / "generated") == contents(ROOT / "generated")
    checked = development.run("counterfoil", "check", "--full", cwd=project)
    assert checked.returncode == 0, checked.stdout


def test_a_first_project_generates_and_is_checked(development: Environment, tmp_path: Path) -> None:
    assert development.run("counterfoil", "init", "guestbook", cwd=tmp_path).returncode == 0
    for verb in ("generate", "check", "routes"):
        done = development.run("counterfoil", verb, cwd=tmp_path / "guestbook")
        assert done.returncode == 0, done.stderr
    imported = development.run(
        "python", "-W", "error", "-c", "import app", cwd=tmp_path / "guestbook"
    )
    assert (imported.returncode, imported.stderr) == (0, "")


def contents(folder: Path) -> dict[str, str]:
    """The files by name. The manifest is left out: it names the versions of the tools."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".pyi", ".typed"}
    }


def test_the_wheel_holds_the_two_packages_typed(wheel: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", wheel],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [line.split()[0] for line in listed.splitlines()[1:]]
    plugin = "twisted/plugins/counterfoil_plugin.py"
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name and name != plugin}
    assert tops == {"counterfoil", "counterfoil_codegen"}
    assert plugin in names
    for needed in ("counterfoil/py.typed", "counterfoil_codegen/py.typed", ".jinja", "/LICENSE"):
        assert any(needed in name for name in names), needed


def test_the_pages_name_commands_that_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert verbs == set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\$ )make ([a-z-]+)", pages(), re.MULTILINE))
    assert named >= {"install", "run", "test", "test-all"}
    assert named <= verbs


def test_the_pages_name_verbs_that_are_there() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "counterfoil_codegen", "--help"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "generator")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?:`|^|\$ |entry: )counterfoil ([a-z]+)", pages() + hooks, re.MULTILINE)
    )
    assert named >= {"generate", "check", "routes", "scaffold", "init"}
    assert not {verb for verb in named if not re.search(rf"\b{verb}\b", shown)}


def pages() -> str:
    return "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)


def test_the_pages_link_to_what_is_there() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), (page.name, target)


def test_the_readme_quotes_what_is_there() -> None:
    quoted = re.findall(r"<!-- (\S+) -->\n+```\w+\n(.*?)```", pages(), re.DOTALL)
    assert len(quoted) == 10
    for source, quotation in quoted:
        assert dense(quotation) in dense((ROOT / source).read_text(encoding="utf-8")), source


def test_the_readme_shows_what_generate_says(project: Path) -> None:
    spec = project / "spec" / "noticeboard.yaml"
    text = spec.read_text(encoding="utf-8")
    text = text.replace("{ cancellable: true }", "{ cancelable: true }")
    spec.write_text(text.replace("maximum: 100, default: 20 }", "maximum: 100, default: 200 }"))
    refused = subprocess.run(
        [sys.executable, "-m", "counterfoil_codegen", "generate"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    [shown] = re.findall(r"\$ counterfoil generate\n(.*?) *```", pages(), re.DOTALL)
    assert dense(shown) == dense(refused.stderr)


def dense(text: str) -> str:
    """Text without the indentation that depends on where it stands."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_constraints_fit_the_ranges() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(
        line.split("==") for line in lines if not line.startswith("#")
    )  # an address or a hash would not split in two
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    wanted = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["codegen"],
        *PROJECT["dependency-groups"]["dev"],
    ]
    for requirement in map(Requirement, wanted):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement
