"""Every generated package of the corpus is clean under pyright's strict mode."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import counterfoil

from tests.test_corpus import CASES


def test_pyright_finds_nothing(tmp_path: Path) -> None:
    packages = [case for case in CASES if (case / "want" / "api").is_dir()]
    for case in packages:
        shutil.copytree(case / "want" / "api", tmp_path / case.name)
    config = {
        "include": [case.name for case in packages],
        "extraPaths": [str(Path(str(resources.files(counterfoil))).parent)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        text=True,
    )
    assert "0 errors, 0 warnings" in done.stdout, done.stdout[-4000:] + done.stderr
    assert packages
