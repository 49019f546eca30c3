"""Runs schemathesis against a server: what any of its checks finds is a failure.

All of its checks are on; were they named on the command line, nothing could be excused of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from counterfoil_codegen.document import JsonValue

ROOT: Final = Path(__file__).parent.parent.parent
VERSION: Final = f"{sys.version_info[0]}.{sys.version_info[1]}"
COMMAND: Final = ROOT / "var" / f"venv-schemathesis-{VERSION}" / "bin" / "schemathesis"
SEED: Final = 7
_ALL: Final = "[checks]\nenabled = true"


@dataclass(frozen=True, slots=True)
class Excused:
    """A check that cannot hold for an operation."""

    operation: str
    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried for each operation."""

    examples: int
    phases: str


def run(
    document: Mapping[str, JsonValue],
    port: int,
    folder: Path,
    *,
    effort: Effort,
    excused: Iterable[Excused] = (),
    credentials: str | None = None,
) -> str:
    """What schemathesis says of what is served on *port*; asserts that it found nothing."""
    assert COMMAND.exists(), "there is no schemathesis: make schemathesis-environment"
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "schemathesis.toml").write_text("\n".join((_ALL, *map(_excuse, excused))))
    shown = () if credentials is None else ("--header", f"Authorization: Bearer {credentials}")
    done = subprocess.run(
        [
            str(COMMAND),
            *("--config-file", "schemathesis.toml", "--no-color"),
            *("run", "openapi.json", "--url", f"http://127.0.0.1:{port}"),
            *("--phases", effort.phases, "--max-examples", str(effort.examples)),
            *("--seed", str(SEED), "--generation-database", "none", *shown),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    return done.stdout


def _excuse(one: Excused) -> str:
    return "\n".join(
        (
            f"# {one.reason}",
            "[[operations]]",
            f"include-operation-id = {json.dumps(one.operation)}",
            f"checks.{one.check}.enabled = false",
        )
    )
