"""Generating, importing and checking the servers of real specs, each in a process of its own.

The peer is datamodel-code-generator by itself, which makes models only, of the same document. It
reads no API of several documents, so Matrix has none. A peak is at least that of this process, from
which the others are forked.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tabulate import tabulate

ROUNDS = 3
SPECS = Path(os.environ.get("COUNTERFOIL_SPECS", "../shared/specs")).resolve()
APIS = {
    "Matrix client-server": (SPECS / "matrix/api/client-server", "matrix_client"),
    "GitHub": (SPECS / "github/api.github.com.json", "github"),
}
COUNTERFOIL = (sys.executable, "-m", "counterfoil_codegen")
PEER = (
    *(sys.executable, "-m", "datamodel_code_generator", "--input-file-type", "openapi"),
    *("--openapi-scopes", "schemas", "api", "--output-model-type", "pydantic_v2.BaseModel"),
    *("--preset", "standard-py311-20261027", "--use-annotated", "--disable-timestamp"),
    *("--no-treat-dot-as-module", "--type-mappings", "email=string", "--formatters", "builtin"),
)
IMPORT = """
import importlib, sys, time
sys.path.insert(0, sys.argv[1])
begin = time.perf_counter()
for name in sys.argv[2:]:
    importlib.import_module(name)
print(time.perf_counter() - begin)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of some runs of one command."""

    seconds: float
    megabytes: float
    printed: str


def main() -> None:
    """Print one table; skipped, with a word, where the real specs are not."""
    if not SPECS.is_dir():
        print(f"generation: skipped, the real specs are not at {SPECS} (COUNTERFOIL_SPECS)")
        return
    with TemporaryDirectory() as folder:
        rows = [row for name in APIS for row in _rows(name, Path(folder))]
    print(tabulate(rows, headers=("generation", "seconds", "peak MB", "to peer"), floatfmt=".2f"))


def _rows(name: str, folder: Path) -> list[Sequence[object]]:
    spec, package = APIS[name]
    given = [str(spec), "--package", package, "--output", str(folder)]
    made = _measure([*COUNTERFOIL, "generate", *given], fresh=folder / package)
    quick = _measure([*COUNTERFOIL, "check", *given])
    full = _measure([*COUNTERFOIL, "check", "--full", *given])
    imported = _measure([sys.executable, "-c", IMPORT, str(folder), package])
    models = [
        f"{package}.models.{file.stem}" for file in (folder / package / "models").glob("_[!_]*.py")
    ]
    everything = _measure([sys.executable, "-c", IMPORT, str(folder), package, *models])
    peer, peer_import = _peer(spec, folder) if spec.is_file() else (None, None)
    return [
        _row(f"{name}: spec to written files", made, peer),
        _row(f"{name}: check, nothing changed", quick, peer),
        _row(f"{name}: check --full", full, peer),
        _import_row(f"{name}: import the server", imported, peer_import),
        _import_row(f"{name}: import it with every model", everything, peer_import),
        *_peer_rows(name, peer, peer_import),
    ]


def _peer(spec: Path, folder: Path) -> tuple[Figure, Figure]:
    output = folder / "peer.py"
    made = _measure([*PEER, "--input", str(spec), "--output", str(output)], fresh=output)
    return made, _measure([sys.executable, "-c", IMPORT, str(folder), "peer"])


def _peer_rows(
    name: str, peer: Figure | None, peer_import: Figure | None
) -> list[Sequence[object]]:
    if peer is None or peer_import is None:
        return []
    return [
        _row(f"{name}: datamodel-code-generator", peer, peer),
        _import_row(f"{name}: import its models", peer_import, peer_import),
    ]


def _row(name: str, figure: Figure, peer: Figure | None) -> Sequence[object]:
    ratio = None if peer is None else f"{figure.seconds / peer.seconds:.2f} x"
    return name, figure.seconds, figure.megabytes, ratio


def _import_row(name: str, figure: Figure, peer: Figure | None) -> Sequence[object]:
    seconds = float(figure.printed)
    ratio = None if peer is None else f"{seconds / float(peer.printed):.2f} x"
    return name, seconds, figure.megabytes, ratio


def _measure(command: Sequence[str], fresh: Path | None = None) -> Figure:
    runs = []
    for _ in range(ROUNDS):
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.unlink(missing_ok=True)
        runs.append(_run(command, {**os.environ, "CI": ""}))
    runs.sort(key=lambda run: run.seconds)
    return Figure(
        statistics.median(run.seconds for run in runs),
        max(run.megabytes for run in runs),
        sorted(run.printed for run in runs)[ROUNDS // 2],
    )


def _run(command: Sequence[str], environment: Mapping[str, str]) -> Figure:
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={name: value for name, value in environment.items() if value},
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed with {process.returncode}")
    return Figure(time.perf_counter() - begin, usage.ru_maxrss / 1024, printed.strip())
