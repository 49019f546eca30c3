"""The same spec becomes the same bytes, wherever and however it is generated.

Each of 20 children has its own hash seed, locale, time zone, checkout path and order of
directories. That every Python version writes the same bytes is what `make test-all` shows: the
corpus and `generated/` are compared under each. With --soak (`make determinism`) each of the real
specs is generated so; without it, the one of several documents, and a few others by fewer children.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.specs.catalogue import MISSING, REAL_APIS, SPECS

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("generate_shuffled.py")
SEEDS = range(20)
LOCALES = ("C", "POSIX", "C.UTF-8", "tr_TR.UTF-8")  # what the system lacks is C
ZONES = ("UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Kiritimati", "XYZ+11:30")
CORPUS = ROOT / "tests" / "corpus"
SMALL = {
    "noticeboard": (ROOT / "spec", "noticeboard.yaml"),
    "documents": (CORPUS / "served_documents", "spec"),
    "dialect": (CORPUS / "served_dialect", "spec"),
    "parameters": (CORPUS / "served_parameters", "spec.yaml"),
    "security": (CORPUS / "served_security", "spec.yaml"),
}
"""The folder that no `$ref` leaves, and the spec in it, by package."""


def test_the_same_bytes_everywhere(tmp_path: Path, soak: bool) -> None:
    if soak and not SPECS.is_dir():
        pytest.skip(MISSING)
    real = {one.package: one.spec.partition("/") for one in REAL_APIS}
    specs = {name: (SPECS / top, spec) for name, (top, _, spec) in real.items()} if soak else SMALL
    for package, (root, spec) in specs.items():
        first = generated(0, package, root, spec, tmp_path)
        assert first, package
        for seed in SEEDS[1:] if package == "documents" or soak else SEEDS[1:5]:
            assert generated(seed, package, root, spec, tmp_path) == first, (package, seed)


def generated(seed: int, package: str, root: Path, spec: str, folder: Path) -> Mapping[str, str]:
    """The digest of each file that is generated from a copy of *root* in a checkout of its own."""
    checkout = folder / f"{package}-{'deep/' * (seed % 3)}\u0131{seed}"
    checkout.mkdir(parents=True)
    shutil.copytree(root, checkout / root.name, copy_function=shutil.copyfile)
    command = ["generate", f"{root.name}/{spec}", "--root", root.name]
    command += ["--package", package, "--output", "."]
    done = subprocess.run(
        [sys.executable, str(CHILD), str(seed), *command],
        capture_output=True,
        check=False,
        cwd=checkout,
        env={
            **{name: value for name, value in os.environ.items() if name != "CI"},
            "PYTHONHASHSEED": str(seed),
            "LC_ALL": LOCALES[seed % len(LOCALES)],
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "TZ": ZONES[seed % len(ZONES)],
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written = checkout / package
    digests = {
        file.relative_to(written).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(written.rglob("*"))
        if file.is_file()
    }
    shutil.rmtree(checkout)
    return digests
