"""Each case of the corpus: a spec, and what must come of it.

`tests/corpus/<case>/` holds a spec and, in `want/output.txt`, what the command says of it.
`command.txt` is the command where it is not the usual one; `prepare.py` makes what no repository
can hold. `pytest --golden` rewrites what is wanted.
"""

from __future__ import annotations

import difflib
import gc
import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_codegen.cli import main
from counterfoil_codegen.diagnostics import Severity
from counterfoil_codegen.rules import ALL

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(folder for folder in CORPUS.iterdir() if folder.is_dir())
USUAL_COMMAND = "generate spec.yaml --package api --output ."
_RULE = re.compile(r"\[(CF\d+)\]$", re.MULTILINE)
_FIGURES = re.compile(r"in \d+\.\d+ s")


@pytest.fixture
def collecting_calls_nobody() -> Iterator[None]:
    """Nobody is called as garbage is collected: hypothesis is, and there no limit can be raised."""
    called = gc.callbacks.copy()
    gc.callbacks.clear()
    yield
    gc.callbacks.extend(called)


@pytest.mark.usefixtures("collecting_calls_nobody", "untraced")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_findings(
    case: Path,
    golden: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    work = tmp_path / "work"
    shutil.copytree(case, work, ignore=shutil.ignore_patterns("want"))
    monkeypatch.chdir(work)
    monkeypatch.delenv("CI", raising=False)
    if (work / "prepare.py").exists():
        runpy.run_path(str(work / "prepare.py"))
        capfd.readouterr()
    command = work / "command.txt"
    before = listing(work)

    code = main((command.read_text() if command.exists() else USUAL_COMMAND).split())

    captured = capfd.readouterr()
    said = _FIGURES.sub("in N s", captured.out + captured.err)
    compare(case / "want" / "output.txt", said, golden=golden)
    found = {rule.id: rule for rule in ALL if rule.id in _RULE.findall(said)}
    failed = any(rule.severity is Severity.ERROR for rule in found.values())
    assert (code != 0) == (failed or "differs from the spec" in said)
    assert found or (work / "api").exists()
    if failed:
        assert listing(work) == before


def test_each_rule_has_a_case() -> None:
    shown = {rule for case in CASES for rule in _RULE.findall(wanted(case))}
    assert shown == {rule.id for rule in ALL}
    assert len({rule.id for rule in ALL}) == len(ALL)


def wanted(case: Path) -> str:
    return (case / "want" / "output.txt").read_text()


def listing(folder: Path) -> dict[str, bytes]:
    """Every file below *folder* with what it holds."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def compare(golden_file: Path, text: str, *, golden: bool) -> None:
    """Hold *text* against a golden file, or, with --golden, make it one."""
    if golden:
        golden_file.parent.mkdir(exist_ok=True)
        golden_file.write_text(text)
        return
    want = golden_file.read_text() if golden_file.exists() else ""
    diff = "\n".join(
        difflib.unified_diff(want.splitlines(), text.splitlines(), "want", "got", lineterm="")
    )
    assert not diff, f"{diff}\n\nif this is right: pytest --golden"
