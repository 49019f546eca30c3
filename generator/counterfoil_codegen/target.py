"""One API to generate: what the configuration or the command line says, with absolute paths."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen.budget import USUAL, Budget


@dataclass(frozen=True, slots=True)
class Target:
    """Which specs become which package, and where."""

    package: str  # noticeboard: a Python name
    specs: tuple[Path, ...]  # files or folders, as they were named
    output: Path  # the folder that the package's own folder goes into
    root: Path  # no $ref leaves this folder; every spec lies below it
    project: Path  # the folder that generated files name the specs from
    handlers: Path | None = None  # where scaffold writes
    command: str = "counterfoil generate"  # what generates it again
    budget: Budget = USUAL

    @property
    def folder(self) -> Path:
        """The folder of the generated package: its files are ours."""
        return self.output / self.package

    @property
    def sources(self) -> tuple[str, ...]:
        """The specs as generated files name them: from the project, or by their own name alone.

        So a file says the same wherever the command was run.
        """
        return tuple(
            spec.relative_to(self.project).as_posix()
            if spec.is_relative_to(self.project)
            else spec.name
            for spec in self.specs
        )


def absolute(folder: Path, path: str) -> Path:
    """*path* as seen from *folder*, without `.` and `..`; symbolic links stay as they are."""
    return Path(os.path.normpath(folder / path))


def shown(path: Path) -> str:
    """*path* as a person in the working folder writes it."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def default_root(project: Path, specs: Sequence[Path]) -> Path | None:
    """The folder that the `$ref` of *specs* may not leave, when nobody named one.

    The project's folder, if every spec is inside it. A spec elsewhere has as its root the largest
    folder around it that does not also hold the project: a tree of specs beside the project may
    refer to all of itself, and to nothing else. A spec that lies in a folder around the project may
    refer to what lies beside and below it.

    None: there is no one folder, or only that of the whole file system; the user must name one.
    """
    roots = {_root_of(project, spec) for spec in specs}
    if len(roots) != 1:
        return None
    root = roots.pop()
    return None if root == Path(root.anchor) else root


def _root_of(project: Path, spec: Path) -> Path:
    if spec.is_relative_to(project):
        return project
    around = spec if spec.is_dir() else spec.parent
    if project.is_relative_to(around):
        return around
    while not project.is_relative_to(around.parent):
        around = around.parent
    return around
