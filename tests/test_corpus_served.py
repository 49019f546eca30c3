"""Each served case of the corpus: generated, compared, type-checked, served, and asked.

Such a case has `handlers.py`, which a person wrote against its stubs; `requests.yaml`, what is sent
and what must come back; and in `want/api/` the generated package, which `--golden` rewrites.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http.client import IncompleteRead
from pathlib import Path
from types import ModuleType

import pytest
from counterfoil import InvalidResponseError, JsonResource
from counterfoil.testing import Response
from counterfoil.validation import ResponseValidation
from counterfoil_codegen.cli import main
from ruamel.yaml import YAML

from tests.serving import Serve
from tests.test_corpus import CASES, USUAL_COMMAND, compare
from tests.tracing import untraced

SERVED = [case for case in CASES if (case / "requests.yaml").exists()]
MANIFEST = "counterfoil.json"  # holds digests of the generator itself


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and what must come of it."""

    request: str  # GET /path
    status: int
    body: str = ""
    latin_1: str = ""  # a body that is not UTF-8
    body_of: int = 0  # a body of so many bytes
    headers: Mapping[str, str] | None = None
    json: object = None
    text: str | None = None
    length: int | None = None
    errcode: str | None = None
    says: tuple[str, ...] = ()
    headers_of_answer: Mapping[str, str | None] | None = None  # null: there is none
    breaches: tuple[str, ...] = ()  # how its handler breaks the spec

    @property
    def content(self) -> bytes:
        return self.body.encode() + self.latin_1.encode("latin-1") + b"x" * self.body_of

    def check(self, answer: Response) -> None:
        assert answer.status == self.status, (self.request, answer)
        if self.json is not None:
            assert answer.json() == self.json, self.request
        if self.text is not None:
            assert answer.body.decode() == self.text, self.request
        if self.length is not None:
            assert len(answer.body) == self.length, self.request
        if self.errcode is not None:
            assert json.loads(answer.body)["errcode"] == self.errcode, (self.request, answer)
        for place in self.says:
            assert f"{place}" in answer.body.decode(), (self.request, answer)
        for name, value in (self.headers_of_answer or {}).items():
            assert answer.headers.get(name) == value, (self.request, answer)


@pytest.fixture(params=SERVED, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Generates a case, once."""

    @cache
    def generate(case: Path) -> Path:
        work = tmp_path_factory.mktemp(case.name) / "work"
        shutil.copytree(case, work, ignore=shutil.ignore_patterns("want"))
        with pytest.MonkeyPatch.context() as patch, untraced():
            patch.chdir(work)
            command = work / "command.txt"
            assert main((command.read_text() if command.exists() else USUAL_COMMAND).split()) == 0
        return work

    return generate


@pytest.fixture
def project(
    case: Path,
    generated: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """The case, generated, and importable."""
    work = tmp_path / "work"
    shutil.copytree(generated(case), work)
    monkeypatch.chdir(work)
    monkeypatch.syspath_prepend(work)
    yield work
    for name in [name for name in sys.modules if name.partition(".")[0] in {"api", "handlers"}]:
        del sys.modules[name]


def test_the_package(case: Path, project: Path, golden: bool) -> None:
    want, got = case / "want" / "api", project / "api"
    if golden:
        shutil.rmtree(want, ignore_errors=True)
    names = {str(file.relative_to(got)) for file in files(got)}
    if not golden:
        assert names == {str(file.relative_to(want)) for file in files(want)}
    for name in sorted(names):
        (want / name).parent.mkdir(parents=True, exist_ok=True)
        compare(want / name, (got / name).read_text(), golden=golden)


@pytest.fixture(scope="session")
def types_of_libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy has learned of all that is imported; each case's own modules are new to it."""
    return tmp_path_factory.mktemp("mypy")


def test_the_handlers_are_typed(project: Path, types_of_libraries: Path) -> None:
    (project / "mount.py").write_text(
        "from __future__ import annotations\n\nimport api\nfrom counterfoil import JsonResource\n\n"
        "import handlers\n\n"
        f"api.register(JsonResource(), {registrations(project)})\n"
    )
    check = [sys.executable, "-m", "mypy", "--strict", "--untyped-calls-exclude=twisted"]
    wanted = ["-p", "api", "-m", "mount", "-m", "handlers"]
    run([*check, "--cache-dir", str(types_of_libraries), *wanted], project)


def test_ruff_finds_nothing(project: Path) -> None:
    run([sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "api"], project)
    format_check = ["format", "--isolated", "--no-cache", "--check"]
    run([sys.executable, "-m", "ruff", *format_check, "api"], project)


def test_the_answers(case: Path, project: Path, serve: Serve) -> None:
    """They come as they must; what handlers answer is as the spec has it, but where it says so."""
    package = importlib.import_module("api")
    handlers: ModuleType = importlib.import_module("handlers")
    found: list[InvalidResponseError] = []
    root = JsonResource(validation=ResponseValidation(refuse=False, report=found.append))
    package.register(root, **handlers.HANDLERS)
    server = serve(root)
    for exchange in exchanges(case):
        method, target = exchange.request.split(" ", 1)
        sent = server.request(method, target, body=exchange.content, headers=exchange.headers)
        exchange.check(sent)
        breaches = [breach for error in found for breach in error.breaches]
        assert breaches == list(exchange.breaches), exchange.request
        found.clear()


def test_what_breaks_the_spec_is_refused(case: Path, project: Path, serve: Serve) -> None:
    broken = [exchange for exchange in exchanges(case) if exchange.breaches]
    if not broken:
        return
    package = importlib.import_module("api")
    handlers: ModuleType = importlib.import_module("handlers")
    root = JsonResource(validation=ResponseValidation())
    package.register(root, **handlers.HANDLERS)
    server = serve(root)
    for exchange in broken:
        method, target = exchange.request.split(" ", 1)
        try:
            sent = server.request(method, target, headers=exchange.headers)
        except (IncompleteRead, ConnectionError):
            assert exchange.breaches[0].startswith("item "), "the head was not sent yet"
        else:
            assert sent.status == 500, exchange.request
            assert sent.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}


def exchanges(case: Path) -> list[Exchange]:
    loaded = YAML(typ="safe").load((case / "requests.yaml").read_text())
    return [
        Exchange(**{key.replace("-", "_"): value for key, value in one.items()}) for one in loaded
    ]


def registrations(project: Path) -> str:
    """The keywords of `register`, each with its handler's class."""
    handlers: ModuleType = importlib.import_module("handlers")
    found: Mapping[str, object] = handlers.HANDLERS
    return ", ".join(f"{name}=handlers.{type(one).__name__}()" for name, one in found.items())


def files(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != MANIFEST and "__pycache__" not in file.parts
    ]


def run(command: list[str], project: Path) -> None:
    path = ":".join([str(project), *(part for part in sys.path if part)])
    done = subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={"MYPYPATH": str(project), "PYTHONPATH": path, "PATH": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
