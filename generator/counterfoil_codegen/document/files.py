"""Reading files, from inside one folder only."""

from __future__ import annotations

import os
import re
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from counterfoil_codegen import ordinary
from counterfoil_codegen.diagnostics import Diagnostics, Place, Rule, Span
from counterfoil_codegen.document.source import shown
from counterfoil_codegen.rules import reading as rules

_SUFFIXES: Final = (".yaml", ".yml", ".json")
# A key `openapi` at the start of a line, or anywhere in a text that begins with a brace.
_OPENAPI_YAML: Final = re.compile(rb"""^["']?(?:openapi|swagger)["']?[ \t]*:""", re.MULTILINE)
_OPENAPI_FLOW: Final = re.compile(rb"""\s*\{.*?\b(?:openapi|swagger)["']?\s*:""", re.DOTALL)
_BYTE_ORDER_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"


class Files:
    """The files below a root folder. Nothing outside it is opened, whatever names it."""

    def __init__(self, root: Path, diagnostics: Diagnostics) -> None:
        self.root: Final = Path(os.path.realpath(root))
        self._diagnostics = diagnostics

    def locate(self, path: Path, place: Place | Span | None = None) -> Path | None:
        """Where *path* (relative: below the root) really is; None, reported, if outside the root.

        *place* is what names the file; without it the finding stands at the file itself.
        """
        real = Path(os.path.realpath(self.root / path))
        if real.is_relative_to(self.root):
            return real
        self._report(
            rules.OUTSIDE_ROOT,
            place or Span(path.as_posix(), 1, 1),
            f"{shown(path.as_posix())} lies outside the project's root",
            "move the file below the root, or make a folder above both the root",
        )
        return None

    def name(self, real: Path) -> str:
        """The name of a located file: its path below the root, with slashes."""
        return real.relative_to(self.root).as_posix()

    def read(self, real: Path, place: Place | Span | None = None) -> bytes | None:
        """The bytes of a located file; None, reported, if it is not there or is refused."""
        name = self.name(real)
        place = place or Span(name, 1, 1)
        try:
            return ordinary.read(real)
        except (FileNotFoundError, NotADirectoryError):
            self._report_missing(place, real, name)
        except ordinary.TooLargeError as error:
            self._report(
                rules.FILE_TOO_LARGE,
                place,
                f"{shown(name)} has {error.size:,} bytes, at most {ordinary.LARGEST:,} are read",
                "split it into several files that refer to each other",
            )
        except OSError as error:
            self._report(
                rules.FILE_UNREADABLE,
                place,
                f"{shown(name)} cannot be read: {error.strerror}",
                "name an ordinary file that this user may read",
            )
        return None

    def candidates(self, folder: Path) -> list[Path]:
        """The files below a located folder that may be OpenAPI documents, each once, by name.

        A symlink counts as the file it leads to; one that leads out of the root is reported.
        """
        named: list[Path] = []
        for parent, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            named += [Path(parent, name) for name in names if name.endswith(_SUFFIXES)]
        found = {self.locate(path) for path in named}
        return sorted(path for path in found if path is not None and _may_be_openapi(path))

    def _report_missing(self, place: Place | Span, real: Path, name: str) -> None:
        try:
            siblings = sorted(path.name for path in real.parent.iterdir())
        except OSError:
            siblings = []
        near = get_close_matches(real.name, siblings, 1)
        cure = f"did you mean {shown(near[0])}?" if near else "check the path, or write the file"
        if not near and "." not in real.name and not isinstance(place, Span):
            cure = f"a component is written {shown(f'#/components/schemas/{real.name}')}"
        self._report(rules.FILE_MISSING, place, f"there is no file {shown(name)}", cure)

    def _report(self, rule: Rule, place: Place | Span, message: str, cure: str) -> None:
        self._diagnostics.report(rule, place, message, cure)


def _may_be_openapi(path: Path) -> bool:
    """A cheap test that lets too much through, a text in a wrong encoding too: it is reported."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        data = ordinary.beginning(path)
    except OSError:
        return True
    data = data.lstrip(_BYTE_ORDER_MARKS).replace(b"\0", b"")
    return bool(_OPENAPI_YAML.search(data) or _OPENAPI_FLOW.match(data))
