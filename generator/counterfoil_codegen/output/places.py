"""Where a generated file lies, without ever following a symbolic link."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path, PurePosixPath


class Kind(Enum):
    """What stands at a place."""

    NOTHING = "nothing"
    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a symbolic link"
    OTHER = "something that is no file"


def kind(path: Path) -> Kind:
    """What *path* itself is."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Kind.NOTHING
    for test, found in (
        (stat.S_ISREG, Kind.FILE),
        (stat.S_ISDIR, Kind.FOLDER),
        (stat.S_ISLNK, Kind.LINK),
    ):
        if test(mode):
            return found
    return Kind.OTHER


def obstacle(folder: Path, name: str) -> Path | None:
    """The first thing on the way from *folder* to *name* that is no folder; None if there is none.

    *folder* itself is on the way. What does not exist is no obstacle.
    """
    way = [folder]
    for part in PurePosixPath(name).parts[:-1]:
        way.append(way[-1] / part)
    return next((path for path in way if kind(path) not in {Kind.FOLDER, Kind.NOTHING}), None)


def content(folder: Path, name: str) -> bytes | None:
    """The bytes of the file called *name*; None if no ordinary file is reached without a link."""
    path = folder / name
    if obstacle(folder, name) or kind(path) is not Kind.FILE:
        return None
    return path.read_bytes()


def missing_folders(folder: Path) -> list[Path]:
    """*folder* and the folders around it that do not exist, the outermost first."""
    missing: list[Path] = []
    while not os.path.lexists(folder):
        missing.insert(0, folder)
        folder = folder.parent
    return missing
