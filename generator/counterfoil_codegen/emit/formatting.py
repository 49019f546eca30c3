"""Formats generated files with this Python's own ruff, under fixed settings."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ruff import find_ruff_bin

from counterfoil_codegen.emit.internal import InternalError

_PYTHON: Final = frozenset({".py", ".pyi"})
_OPTIONS: Final = (
    "format",
    "--isolated",
    "--no-cache",
    "--no-respect-gitignore",
    "--line-length=88",
    "--target-version=py311",
)
_TIMEOUT_SECONDS: Final = 120


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """The same files, those in Python formatted: one run of ruff, whatever is configured around.

    Raises:
        InternalError: ruff refuses a file.
        OSError: ruff cannot be run.
    """
    python = [name for name in sorted(files) if PurePosixPath(name).suffix in _PYTHON]
    if not python:
        return dict(files)
    beside = tempfile.gettempdir()
    try:
        result = _formatted({name: _encoded(name, files[name]) for name in python}, beside)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"the generated files cannot be formatted in {beside}: {reason}") from error
    return {name: result.get(name, text) for name, text in files.items()}


def _formatted(files: Mapping[str, bytes], beside: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-", dir=beside) as folder:
        # Names of our own: neither a reserved file name nor an excluded one can come about.
        places = {
            name: Path(folder) / f"f{number}{PurePosixPath(name).suffix}"
            for number, name in enumerate(files)
        }
        for name, place in places.items():
            place.write_bytes(files[name])
        _run(folder, places)
        return {name: place.read_bytes().decode("utf-8") for name, place in places.items()}


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InternalError(f"{name} holds a lone surrogate") from error


def _run(folder: str, places: Mapping[str, Path]) -> None:
    # Without a Python in between, which takes longer to start than ruff takes to format.
    command = [find_ruff_bin(), *_OPTIONS, folder]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=_environment(),
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=_TIMEOUT_SECONDS,
    )
    if done.returncode != 0:
        raise InternalError(f"ruff format failed:\n{_named(done.stderr or done.stdout, places)}")


def _environment() -> dict[str, str]:
    """This process's environment without ruff's own variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}


def _named(message: str, places: Mapping[str, Path]) -> str:
    """ruff's message with the names of the generated files in it."""
    for name, place in places.items():
        message = message.replace(str(place), name).replace(f"{place.name}:", f"{name}:")
    return message.strip()[:4000]
