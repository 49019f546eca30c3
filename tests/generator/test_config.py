"""`[tool.counterfoil]`: what it may say, and what each fault is told as."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from counterfoil_codegen import config
from counterfoil_codegen.budget import USUAL
from counterfoil_codegen.config import Config
from counterfoil_codegen.refusal import RefusalError
from counterfoil_codegen.target import default_root

GOOD = """
[tool.counterfoil]
root = "."
waive = ["CF401"]

[[tool.counterfoil.api]]
package = "noticeboard"
spec = ["spec/noticeboard.yaml", "spec/more"]
output = "generated"
handlers = "examples/noticeboard"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(folder: Path, text: str) -> Config | None:
    file = folder / "pyproject.toml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return config.read(file)


def findings(folder: Path, text: str) -> list[str]:
    with pytest.raises(RefusalError) as caught:
        read(folder, text)
    return [
        f"{found.span.line}:{found.span.column} {found.rule.id} {found.message}; {found.help}"
        for found in caught.value.diagnostics
    ]


def finding(folder: Path, text: str) -> str:
    (found,) = findings(folder, text)
    return found


def test_everything(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found is not None
    assert (found.folder, found.root, found.waived) == (tmp_path, tmp_path, frozenset({"CF401"}))
    (target,) = found.targets
    assert target.specs == (tmp_path / "spec/noticeboard.yaml", tmp_path / "spec/more")
    assert target.sources == ("spec/noticeboard.yaml", "spec/more")
    assert target.folder == tmp_path / "generated/noticeboard"
    assert target.handlers == tmp_path / "examples/noticeboard"


def test_it_is_looked_for_upwards(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    inner = tmp_path / "packages" / "inner"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[project]\nname = 'inner'\n")
    (tmp_path / "packages" / "pyproject.toml").write_text("not [ toml of ours")
    assert config.find(inner).folder == tmp_path


def test_without_one_the_project_is_the_working_folder(tmp_path: Path) -> None:
    assert config.find(tmp_path) == Config(tmp_path)


def test_a_pyproject_that_only_depends_on_it_configures_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "[project]\ndependencies = ['counterfoil']\n") is None


@pytest.mark.parametrize("text", ["counterfoil = \n", 'x = "counterfoil\n', "[counterfoil\n"])
def test_not_toml(tmp_path: Path, text: str) -> None:
    assert finding(tmp_path, text).startswith("1:")
    assert "CF501 not TOML" in finding(tmp_path, text)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# counterfoil \xff")
    with pytest.raises(RefusalError, match="not TOML"):
        config.find(tmp_path)


def test_unknown_keys_are_refused_with_the_nearest_known(tmp_path: Path) -> None:
    text = GOOD.replace("waive", "wave").replace("handlers =", "  handler =")
    assert findings(tmp_path, text) == [
        "4:1 CF502 unknown key 'wave' in [tool.counterfoil]; did you mean 'waive'?",
        "10:3 CF502 unknown key 'handler' in [tool.counterfoil.api]; did you mean 'handlers'?",
    ]


def test_all_faults_come_at_once_each_in_its_place(tmp_path: Path) -> None:
    text = """\
    [tool.counterfoil]
    root = 1
    [[tool.counterfoil.api]]
    package = "class"
    spec = ["a.yaml"]
    output = "generated"
    [[tool.counterfoil.api]] # the second
    spec = "b.yaml"
    output = ""
    """
    assert findings(tmp_path, text) == [
        "2:1 CF504 'root' is an integer; write a string that is not empty",
        "4:1 CF505 'class' is a keyword of Python; "
        "choose a name of ASCII letters, digits and '_' that is free",
        "7:1 CF503 [tool.counterfoil.api] has no 'package'; add package = \"noticeboard\"",
        "8:1 CF504 'spec' is a string; write a list of strings",
        "9:1 CF504 'output' is an empty string; write a string that is not empty",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('["CF401"]', '["CF999"]', "there is no rule 'CF999'"),
        ('["CF401"]', '["CF101"]', "rule CF101 cannot be waived: it is an error"),
        ('["CF401"]', '"CF401"', "'waive' is a string"),
        ('"noticeboard"', '"notice-board"', "'notice-board' is not a Python name"),
        ('"noticeboard"', '"json"', "would hide one that is needed"),
        ('"noticeboard"', '"pydantic"', "would hide one that is needed"),
        ('root = "."', 'root = "nowhere"', "there is no folder 'nowhere'"),
        ('root = "."', 'root = ".git"', "there is no folder '.git'"),
        ('["spec/noticeboard.yaml", "spec/more"]', "[]", "'spec' is empty"),
        ('["spec/noticeboard.yaml", "spec/more"]', "[1]", "'spec' is an array"),
        ('spec = ["spec/', 'spec = ["../spec/', "a spec lies outside the root"),
    ],
)
def test_values(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in GOOD
    assert message in finding(tmp_path, GOOD.replace(before, after))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.counterfoil]\n", "1:1 CF503 [tool.counterfoil] names no API"),
        ("[tool]\ncounterfoil = 1\n", "2:1 CF504 'counterfoil' is not a table"),
        ("[tool.counterfoil]\napi = {}\n", "2:1 CF504 'api' is a table"),
        ("[tool.counterfoil.api]\npackage = 'x'\n", "1:1 CF504 'api' is a table"),
    ],
)
def test_no_api(tmp_path: Path, text: str, message: str) -> None:
    assert finding(tmp_path, text).startswith(message)


def test_two_apis_in_one_folder(tmp_path: Path) -> None:
    api = "[[tool.counterfoil.api]]\npackage = '{}'\nspec = ['a.yaml']\noutput = 'out'\n"
    assert "two APIs would be written to out/" in finding(
        tmp_path, api.format("one") + api.format("One")
    )


@pytest.mark.parametrize(
    ("specs", "root"),
    [
        (["work/main/spec/a.yaml", "work/main"], "work/main"),
        (["work/shared/specs/matrix/api"], "work/shared"),
        (["work/shared/a.yaml", "work/shared/b/c.yaml"], "work/shared"),
        (["work/a.yaml"], "work"),
        (["work"], "work"),
        (["elsewhere/a.yaml"], "elsewhere"),
        (["work/main/a.yaml", "work/shared/b.yaml"], None),
        (["work/one/a.yaml", "work/two/b.yaml"], None),
    ],
)
def test_the_default_root(tmp_path: Path, specs: list[str], root: str | None) -> None:
    (tmp_path / "work").mkdir()
    found = default_root(tmp_path / "work/main", [tmp_path / spec for spec in specs])
    assert found == (None if root is None else tmp_path / root)


def test_the_whole_file_system_is_no_default_root(tmp_path: Path) -> None:
    assert default_root(tmp_path, [Path(tmp_path.anchor) / "a.yaml"]) is None


def test_limits(tmp_path: Path) -> None:
    limits = """
        [tool.counterfoil.limits]
        operations = 5000
        memory = 4096
        """
    found = read(tmp_path, GOOD + textwrap.dedent(limits))
    assert found is not None
    assert found.budget == replace(USUAL, operations=5000, memory=4096)
    assert {target.budget for target in found.targets} == {found.budget}


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", '"1"', "[1]"])
def test_a_limit_is_a_whole_number(value: str, tmp_path: Path) -> None:
    limits = f"[tool.counterfoil.limits]\nseconds = {value}\n"
    assert "CF504 'seconds' is " in finding(tmp_path, f"{limits}{GOOD}")


def test_limits_are_a_table_of_known_names(tmp_path: Path) -> None:
    assert finding(tmp_path, "[tool.counterfoil.limits]\nminutes = 1\n" + GOOD).startswith(
        "2:1 CF502 unknown key 'minutes' in [tool.counterfoil.limits]"
    )
    wrong = GOOD.replace("[tool.counterfoil]", "[tool.counterfoil]\nlimits = 5")
    assert "CF504 'limits' is an integer" in finding(tmp_path, wrong)
