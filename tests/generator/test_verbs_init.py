"""init starts a project that generates, type-checks and serves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
from counterfoil_codegen.cli import main
from counterfoil_codegen.output import created
from counterfoil_codegen.verbs.init import first_project

from tests.generator.tools import runs_clean


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)


def test_the_project_generates_and_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "My Book"]) == 0
    said = capsys.readouterr()
    assert "wrote My Book/spec/guestbook.yaml\n" in said.out
    assert "cd 'My Book' && counterfoil generate && python -m app" in said.err
    assert 'name = "my-book"' in (tmp_path / "My Book" / "pyproject.toml").read_text()
    monkeypatch.chdir(tmp_path / "My Book")
    assert main(["generate"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert main(["check", "--full"]) == 0
    assert main(["scaffold"]) == 0
    assert "no operation is missing" in capsys.readouterr().out


def test_it_type_checks() -> None:
    assert main(["init"]) == 0
    assert main(["generate"]) == 0
    runs_clean("mypy")
    runs_clean("ruff", "check")
    runs_clean("ruff", "format", "--check", "--line-length=100")


def test_its_own_tests_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["init"]) == 0
    assert main(["generate"]) == 0
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    runs_clean("pytest", "-W", "error", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    "arguments",
    [["app", "0"], ["counterfoil", "app:make", "--listen", "tcp:0:interface=127.0.0.1"]],
    ids=["by itself", "by counterfoil serve"],
)
def test_it_serves(tmp_path: Path, arguments: list[str]) -> None:
    assert main(["init"]) == 0
    assert main(["generate"]) == 0
    command = [sys.executable, "-W", "error", "-m", *arguments]
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"(127\.0\.0\.1)(?::| port )(\d+)", process.stdout.readline())
            assert found is not None
            address = ":".join(found.groups())
            assert ask(address, "POST", "/entries", {"name": "Ada", "message": "Hello!"}) == (
                201,
                {"id": 1, "name": "Ada", "message": "Hello!"},
            )
            assert ask(address, "GET", "/entries/1")[0] == 200
            assert ask(address, "GET", "/entries?limit=1")[1]["entries"]
            assert ask(address, "GET", "/entries/2")[0] == 404
            assert ask(address, "GET", "/entries?limit=0")[0] == 400
        finally:
            process.terminate()


@pytest.mark.parametrize("name", sorted(first_project("x")))
def test_nothing_is_overwritten(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "x" / name
    mine.parent.mkdir(parents=True)
    mine.symlink_to(tmp_path / "nowhere")
    before = set((tmp_path / "x").rglob("*"))
    assert main(["init", "x"]) == 2
    assert f"x/{name}:1:1: error: this exists" in capsys.readouterr().err
    assert set((tmp_path / "x").rglob("*")) == before


def test_a_failure_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = created.create
    calls = iter(range(100))

    def fail_at_the_third(path: Path, text: str) -> bool:
        if next(calls) == 2:
            raise OSError("disk full")
        return real(path, text)

    monkeypatch.setattr(created, "create", fail_at_the_third)
    assert main(["init", "x"]) == 2
    assert "disk full" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def ask(address: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
    """The status and the JSON object that the server answers."""
    connection = HTTPConnection(address, timeout=10)
    connection.request(method, path, None if body is None else json.dumps(body))
    answer = connection.getresponse()
    found: dict[str, object] = json.loads(answer.read())
    connection.close()
    return answer.status, found
