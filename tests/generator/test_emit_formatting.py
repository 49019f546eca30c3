"""Formatting: this Python's ruff, one run, whatever is configured around."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from counterfoil_codegen.emit.formatting import formatted
from counterfoil_codegen.emit.internal import InternalError


def test_python_is_formatted_and_other_text_is_not() -> None:
    files = {"a.py": "x = {  'a':1 }", "b.pyi": "x : int", "c.txt": "x  =  1", "d/e.py": "f( 1 )"}
    assert formatted(files) == {
        "a.py": 'x = {"a": 1}\n',
        "b.pyi": "x: int\n",
        "c.txt": "x  =  1",
        "d/e.py": "f(1)\n",
    }


def test_the_order_of_files_stays() -> None:
    assert list(formatted({"b.py": "", "a.txt": "", "a.py": ""})) == ["b.py", "a.txt", "a.py"]


@pytest.mark.parametrize(
    "name", ["build.py", "venv/x.py", "node_modules/x.py", ".git/x.py", "nul.py", "dist/a/b.py"]
)
def test_no_name_is_left_out(name: str) -> None:
    assert formatted({name: "x=1"}) == {name: "x = 1\n"}


def test_settings_around_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "x = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
    settings = tmp_path / "ruff.toml"
    settings.write_text("line-length = 10\nexclude = ['*']\n[format]\nquote-style = 'single'\n")
    (tmp_path / ".gitignore").write_text("*\n")
    monkeypatch.setenv("RUFF_CONFIG", str(settings))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "github")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    assert formatted({"a.py": text}) == {"a.py": text}


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    formatted({"a.py": "x=1"})
    with pytest.raises(InternalError):
        formatted({"a.py": "x ="})
    assert list(tmp_path.iterdir()) == []


def test_what_ruff_refuses_is_told_with_the_name_of_the_file() -> None:
    with pytest.raises(InternalError, match=r"(?s)models/_x\.py.*bug in counterfoil"):
        formatted({"a.py": "", "models/_x.py": "x =\n", "z.py": ""})


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InternalError, match="surrogate"):
        formatted({"a.py": "x = '\ud800'\n"})


def test_no_ruff_is_run_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil_codegen.emit.formatting.find_ruff_bin", lambda: "/nowhere")
    assert formatted({"py.typed": ""}) == {"py.typed": ""}


def test_one_run_for_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[object] = []
    real = subprocess.run

    def counted(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        runs.append(options)
        done = real(command, capture_output=True, check=False, encoding="utf-8")
        return subprocess.CompletedProcess(command, done.returncode, done.stdout, done.stderr)

    monkeypatch.setattr(subprocess, "run", counted)
    formatted({f"f{number}.py": "x=1" for number in range(50)})
    assert len(runs) == 1
