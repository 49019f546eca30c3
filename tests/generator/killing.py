"""Writes a package again and again, each time killed one step later. It forks: run it by itself.

python -m tests.generator.killing FOLDER
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.manifest import Manifest
from counterfoil_codegen.output.writing import write

from tests.generator.output_support import FIRST, SECOND, Project


def main(folder: Path, first: Mapping[str, bytes]) -> int:
    """How many steps it took, each of which left the old package or the new one."""
    for number in count():
        project = Project(folder / str(number))
        if first:
            project.write(first)
        foreign = project.package / "mine.txt"
        if first:
            foreign.write_text("mine")
        old, new = held(project), whole(project, SECOND, foreign=bool(first))
        code = in_child(project, project.manifest(SECOND), number)
        assert held(project) in (old, new), (number, sorted(held(project)))
        project.write(SECOND)
        assert held(project) == new, number
        beside = {path.name for path in project.package.parent.iterdir()}
        assert beside == {"noticeboard"}, (number, beside)
        if code == 0:
            return number
    raise AssertionError


def held(project: Project) -> dict[str, bytes]:
    files = (path for path in project.package.rglob("*") if path.is_file())
    return {path.relative_to(project.package).as_posix(): path.read_bytes() for path in files}


def whole(project: Project, files: Mapping[str, bytes], *, foreign: bool) -> dict[str, bytes]:
    mine = {"mine.txt": b"mine"} if foreign else {}
    return {**files, **mine, manifests.NAME: project.manifest(files).to_bytes()}


def in_child(project: Project, manifest: Manifest, number: int) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.addaudithook(kill_at(number))
    write(project.package, SECOND, manifest)
    os._exit(0)


def kill_at(number: int) -> Callable[[str, tuple[object, ...]], None]:
    """Ends the process at the event of this number, from 0, of those that change something."""
    events = count()

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        is_step = event == "open" or event.startswith(("os.", "shutil.", "tempfile.", "ctypes."))
        if is_step and next(events) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return hear


if __name__ == "__main__":
    steps = main(Path(sys.argv[1], "over"), FIRST), main(Path(sys.argv[1], "anew"), {})
    sys.stdout.write(f"{steps}\n")
