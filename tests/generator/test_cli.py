"""The command as a whole: exit codes, formats, and what it says when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from counterfoil_codegen import cli, pipeline
from counterfoil_codegen.cli import main
from counterfoil_codegen.output.writing import Written

SPEC = """\
openapi: 3.1.0
info: {title: Notices, version: 1.0.0}
paths:
  /notices/{notice_id}:
    get:
      operationId: getNotice
      tags: [notices]
      parameters: [{name: notice_id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {type: object, properties: {text: {type: string}}}
"""
ARGUMENTS = ["spec.yaml", "--package", "noticeboard", "--output", "generated"]
# What a runtime-only install has not.
EXTRA = ("ruamel", "_ruamel_yaml", "jinja2", "datamodel_code_generator", "ruff", "tabulate")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path


def run(
    *arguments: str, before: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, after the statements *before*."""
    code = f"import sys\n{before}\nfrom counterfoil_codegen.cli import main\nsys.exit(main())"
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        timeout=60,
    )


def blocking(modules: Sequence[str]) -> str:
    """Statements after which *modules* cannot be imported."""
    return f"for name in {tuple(modules)!r}: sys.modules[name] = None"


@pytest.mark.parametrize("verb", ["", "generate", "check", "routes", "scaffold", "init"])
def test_help_names_exit_codes_and_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*filter(None, [verb]), "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "exit codes: 0" in text
    assert verb == "" or f"counterfoil {verb}" in text.partition("options:")[0]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("counterfoil ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "  init       start a project\n"),
        (["--traceback"], "the following arguments are required: VERB\n"),
        (["generat"], "invalid choice: 'generat'"),
        (["generate", "--fromat", "json"], "unrecognized arguments"),
        (["generate", "--format", "xml"], "invalid Format value: 'xml'"),
    ],
)
def test_wrong_use_exits_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate"], "no [tool.counterfoil] in pyproject.toml"),
        (["generate", "spec.yaml"], "--package NAME and --output FOLDER are needed"),
        (["generate", *ARGUMENTS, "--waive", "CF1"], "there is no rule 'CF1'"),
        (["generate", "spec.yaml", "--package", "a-b", "--output", "."], "not a Python name"),
        (["scaffold"], "no [tool.counterfoil] in pyproject.toml"),
    ],
)
def test_contradictions_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_a_bad_configuration_exits_2_in_any_format(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text("[tool.counterfoil]\nrot = '.'\n")
    assert main(["generate"]) == 2
    assert "pyproject.toml:2:1: error: unknown key 'rot'" in capsys.readouterr().err
    assert main(["check", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)[0]["rule"] == "CF502"
    assert main(["routes", "--format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=pyproject.toml,line=2")


def test_a_bad_spec_exits_1_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "spec.yaml").write_text(SPEC.replace("string}}]", "string}}, 1]"))
    assert main(["generate", *ARGUMENTS]) == 1
    said = capsys.readouterr()
    assert "spec.yaml:8:" in said.err
    assert "nothing was written" in said.err
    assert said.out == ""
    assert [path.name for path in project.iterdir()] == ["spec.yaml"]
    assert main(["generate", *ARGUMENTS, "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["file"], found["line"]) == ("spec.yaml", 8)


def test_findings_name_files_as_the_working_folder_does(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(
        "[[tool.counterfoil.api]]\npackage = 'x'\nspec = ['spec.yaml']\noutput = '.'\n"
    )
    (project / "spec.yaml").write_text("info: {}\n")
    (project / "deep").mkdir()
    monkeypatch.chdir(project / "deep")
    assert main(["generate"]) == 1
    assert "../spec.yaml:1:1: error:" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["generate", "check", "routes", "scaffold"])
def test_a_runtime_only_install_says_what_it_lacks(verb: str) -> None:
    done = run(verb, *ARGUMENTS[: 1 if verb == "routes" else 5], before=blocking(EXTRA))
    assert done.returncode == 2
    assert f"which {verb!r} needs" in done.stderr
    assert "pip install 'counterfoil[codegen]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["init", "x"]])
def test_what_a_runtime_only_install_can_do(arguments: list[str]) -> None:
    assert run(*arguments, before=blocking((*EXTRA, "pydantic", "twisted"))).returncode == 0


def test_a_missing_module_of_another_kind_is_not_blamed_on_the_extra() -> None:
    done = run("generate", *ARGUMENTS, before=blocking(["counterfoil_codegen.emit"]))
    assert done.returncode == 2
    assert "internal error: ModuleNotFoundError" in done.stderr
    assert "pip install" not in done.stderr


def test_the_quick_check_imports_nothing_heavy() -> None:
    assert main(["generate", *ARGUMENTS]) == 0
    heavy = (*EXTRA, "pydantic", "twisted", "counterfoil", "counterfoil_codegen.pipeline")
    done = run("check", *ARGUMENTS, before=blocking(heavy))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "generated/noticeboard: up to date\n"


@pytest.mark.parametrize(
    ("arguments", "ci", "full"),
    [([], "", False), ([], "0", False), ([], "true", True), (["--full"], "", True)],
)
def test_when_check_generates_again(
    arguments: list[str],
    ci: str,
    full: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["generate", *ARGUMENTS]) == 0
    capsys.readouterr()
    monkeypatch.setenv("CI", ci)
    assert main(["check", *ARGUMENTS, *arguments]) == 0
    assert ("byte by byte" in capsys.readouterr().err) is full


def test_an_unexpected_error_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("odd\x1b[2J\nmore")

    monkeypatch.setattr(pipeline, "read", fail)
    assert main(["generate", *ARGUMENTS]) == 2
    said = capsys.readouterr().err
    assert "internal error: RuntimeError: odd\\x1b[2J\n" in said
    assert "Please report it" in said
    assert "Traceback" not in said
    for arguments in (["--traceback", "generate"], ["generate", "--traceback"]):
        assert main([*arguments, *ARGUMENTS]) == 2
        assert "Traceback" in capsys.readouterr().err


def test_what_the_system_refuses_is_no_internal_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "generated").write_text("a file")
    assert main(["generate", *ARGUMENTS]) == 2
    said = capsys.readouterr().err
    assert "generated" in said
    assert "internal" not in said


def test_an_interruption_exits_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "read", interrupt)
    assert main(["generate", *ARGUMENTS]) == 130
    assert capsys.readouterr().err == "counterfoil: interrupted\n"


def test_being_terminated_unwinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def terminate(*_: object) -> Written:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("not terminated")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("counterfoil_codegen.verbs.generate.write", terminate)
    with pytest.raises(SystemExit) as caught:
        main(["generate", *ARGUMENTS])
    assert caught.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    code = "import sys; from counterfoil_codegen.cli import main; sys.exit(main())"
    path = os.pathsep.join(filter(None, sys.path))
    reading, writing_end = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", code, "routes", "spec.yaml"],
        check=False,
        env={**os.environ, "PYTHONPATH": path},
        stdout=writing_end,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing_end)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_that_lacks_letters(project: Path) -> None:
    (project / "spec.yaml").write_text(SPEC.replace("/notices/", "/anschläge/"), "utf-8")
    done = run("routes", "spec.yaml", environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "anschl\\xe4ge" in done.stdout


def test_the_verbs_exist() -> None:
    folder = Path(cli.__file__).parent / "verbs"
    assert all((folder / f"{verb}.py").exists() for verb in cli._VERBS if verb != "serve")
