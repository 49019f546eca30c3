"""Start a project: a first spec, handlers that implement it, and an app that serves it.

Nothing that exists is overwritten.

examples:
  counterfoil init guestbook && cd guestbook && counterfoil generate && python -m app
"""

from __future__ import annotations

import re
import shlex
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from counterfoil_codegen import toolchain
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.output.created import create_all
from counterfoil_codegen.refusal import RefusalError
from counterfoil_codegen.reporting import Format
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import absolute, shown
from counterfoil_codegen.verbs.selection import add_format

__all__ = ["Options", "configure", "run"]

_FIRST_PROJECT: Final = Path(__file__).parent.parent / "first_project"
_CHOOSE_ANOTHER: Final = "choose an empty folder, such as `counterfoil init guestbook`"
_ADD_A_TABLE: Final = "add [[tool.counterfoil.api]] to it, or choose an empty folder"
_SUFFIX: Final = ".txt"  # so that no tool takes these files for a part of counterfoil


class Options:
    """What `init` takes."""

    def __init__(self) -> None:
        self.folder: str = "."
        self.format: Format = Format.TEXT


def configure(parser: ArgumentParser) -> Options:
    parser.add_argument(
        "folder",
        nargs="?",
        default=".",
        metavar="FOLDER",
        help="where the project goes; made if it is not there (default: the working folder)",
    )
    add_format(parser)
    return Options()


def run(options: Options) -> int:
    folder = absolute(Path.cwd(), options.folder)
    files = first_project(folder.name)
    taken = create_all(folder, files)
    if taken:
        raise RefusalError(_in_the_way(taken))
    for name in files:
        sys.stdout.write(f"wrote {shown(folder / name)}\n")
    cd = "" if folder == Path.cwd() else f"cd {shlex.quote(shown(folder))} && "
    sys.stderr.write(f"now run: {cd}counterfoil generate && python -m app\n")
    return 0


def first_project(name: str) -> dict[str, str]:
    """The files of a new project called *name*: relative posix name to text."""
    project = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "guestbook"
    version = toolchain.versions().get("counterfoil", "0.1")
    series = ".".join(version.split(".")[:2])
    files: dict[str, str] = {}
    for path in sorted(_FIRST_PROJECT.rglob(f"*{_SUFFIX}")):
        text = path.read_text(encoding="utf-8")
        text = text.replace("{project}", project).replace("{series}", series)
        files[path.relative_to(_FIRST_PROJECT).as_posix().removesuffix(_SUFFIX)] = text
    return files


def _in_the_way(taken: list[Path]) -> Diagnostics:
    diagnostics = Diagnostics()
    for path in taken:
        diagnostics.report(
            rules.FOREIGN_FILE,
            Span(shown(path), 1, 1),
            "this exists, and init overwrites nothing",
            _ADD_A_TABLE if path.name == "pyproject.toml" else _CHOOSE_ANOTHER,
        )
    return diagnostics
