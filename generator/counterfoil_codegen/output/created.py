"""Files that a person will edit. They are written once, and never over anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from counterfoil_codegen.output.places import missing_folders


def create(path: Path, text: str) -> bool:
    """Write a new file; False, and nothing done, if anything stands there, even a dead link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def create_all(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write every new file below *folder*, or none: what is in the way is returned instead.

    Raises:
        OSError: the system refused; what was written before that is gone again.
    """
    paths = {folder / name: text for name, text in files.items()}
    taken = [path for path in paths if path.is_symlink() or path.exists()]
    if taken:
        return taken
    around = [made for path in paths for made in missing_folders(path.parent)]
    done: list[Path] = []
    try:
        for path, text in paths.items():
            done.append(path)
            if not create(path, text):
                done.pop()
                raise FileExistsError(f"{path} came into being meanwhile")
    except BaseException:
        _take_back(done, around)
        raise
    return []


def _take_back(files: Iterable[Path], folders: Iterable[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
    for folder in sorted(set(folders), reverse=True):
        with suppress(OSError):
            folder.rmdir()
