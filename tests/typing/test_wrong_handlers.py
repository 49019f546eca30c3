"""A wrong handler is refused by mypy, at its line and with words that help; its right twin is not.

`handlers.py.txt` is right, and `wrong.yaml` has the texts in it to change, one at a time. All of
them are checked in one run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import counterfoil
import pytest
from counterfoil_codegen.cli import main
from ruamel.yaml import YAML

HERE = Path(__file__).parent
RIGHT = (HERE / "handlers.py.txt").read_text()
_LINE = re.compile(r"(?P<module>\w+)\.py:(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is changed, and what mypy must say of it, at the line that begins with *at*."""

    name: str
    right: str
    wrong: str
    says: tuple[str, ...]
    at: str | None = None

    @property
    def code(self) -> str:
        assert RIGHT.count(self.right) == 1, self.right
        return RIGHT.replace(self.right, self.wrong)

    def is_at(self, line: int) -> bool:
        start = self.wrong.partition("\n")[0].strip() if self.at is None else self.at.strip()
        return self.code.splitlines()[line - 1].strip().startswith(start) or (
            self.at is None and start in self.code.splitlines()[line - 1]
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of mypy's."""

    line: int
    kind: str
    text: str


WRONG = tuple(
    Wrong(**{**one, "says": tuple(one["says"])})
    for one in YAML(typ="safe").load((HERE / "wrong.yaml").read_text())
)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """What mypy finds in each module."""
    folder = tmp_path_factory.mktemp("typing")
    spec = str(HERE / "shop.yaml")
    assert main(["generate", spec, "--package", "shop", "--output", str(folder)]) == 0
    modules = {"right": RIGHT, **{one.name: one.code for one in WRONG}}
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code)
    search = f"{folder}:{Path(str(resources.files(counterfoil))).parent}"
    command = [sys.executable, "-m", "mypy", "--strict"]
    done = subprocess.run(
        [*command, "--cache-dir", ".cache", *(f"{name}.py" for name in modules)],
        capture_output=True,
        check=False,
        cwd=folder,
        env={"MYPYPATH": search, "PATH": ""},
        text=True,
    )
    found: dict[str, list[Finding]] = {name: [] for name in modules}
    for line in done.stdout.splitlines()[:-1]:
        parts = _LINE.fullmatch(line)
        assert parts is not None, line
        found[parts["module"]].append(Finding(int(parts["line"]), parts["kind"], parts["text"]))
    return found


def test_the_right_one_is_accepted(findings: Mapping[str, list[Finding]]) -> None:
    assert findings["right"] == []


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: one.name)
def test_the_wrong_one_is_refused(wrong: Wrong, findings: Mapping[str, list[Finding]]) -> None:
    found = findings[wrong.name]
    said = "\n".join(one.text for one in found)
    assert [one for one in found if one.kind == "error"], "mypy accepts it"
    for words in wrong.says:
        assert words in said
    for one in found:
        assert wrong.is_at(one.line), (one, wrong.code.splitlines()[one.line - 1])


def test_there_are_enough_of_them() -> None:
    assert len({one.name for one in WRONG}) == len(WRONG) >= 40
