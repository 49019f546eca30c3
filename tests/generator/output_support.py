"""Generated packages for tests of writing and comparing, without a generator."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from counterfoil_codegen import toolchain
from counterfoil_codegen.output.manifest import Manifest, digest
from counterfoil_codegen.output.writing import Written, write
from counterfoil_codegen.target import Target

FIRST = {"__init__.py": b"first\n", "models/_a.py": b"a = 1\n", "models/_b.py": b"b = 1\n"}
SECOND = {"__init__.py": b"second\n", "models/_a.py": b"a = 1\n", "other/c.py": b"c = 1\n"}


class Project:
    """A folder with a spec, and the package that is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.spec = folder / "spec.yaml"
        self.spec.write_text("openapi: 3.1.0\n")
        self.package = folder / "generated" / "noticeboard"

    @property
    def target(self) -> Target:
        return Target(
            "noticeboard", (self.spec,), self.folder / "generated", self.folder, self.folder
        )

    def manifest(self, files: Mapping[str, bytes]) -> Manifest:
        return Manifest(
            package="noticeboard",
            sources=("spec.yaml",),
            inputs={"spec.yaml": digest(self.spec.read_bytes())},
            outputs={name: digest(content) for name, content in files.items()},
            tools=toolchain.versions(),
            generator=toolchain.generator_digest(),
        )

    def write(self, files: Mapping[str, bytes]) -> Written:
        return write(self.package, files, self.manifest(files))

    def state(self) -> dict[str, tuple[bytes, int, int]]:
        """Every file below the project: what it holds, when it was changed, and its mode."""
        return {
            path.relative_to(self.folder).as_posix(): (
                path.read_bytes(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
            )
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def names(self) -> set[str]:
        """Everything below the package's folder, folders with a slash at the end."""
        return {
            path.relative_to(self.package).as_posix() + "/" * path.is_dir()
            for path in self.package.rglob("*")
        }

    def age(self) -> None:
        """Make every file look old, so that a touch is seen."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                os.utime(path, ns=(10**18, 10**18))
