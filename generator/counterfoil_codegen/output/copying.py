"""A second folder with the same files: links to them, so that none is copied or touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Set
from pathlib import Path

from counterfoil_codegen.output.places import Kind, kind


def twin(folder: Path, made: Path, without: Set[str]) -> None:
    """Make *made*, which has all that *folder* has but the files named *without*.

    Raises:
        OSError: it cannot be made: this file system has no links, or a part belongs to others.
    """
    _folder_like(folder, made)
    for name in _names(folder):
        if name not in without:
            if kind(folder / name) is Kind.FOLDER:
                _folder_like(folder / name, made / name)
            else:
                os.link(folder / name, made / name, follow_symlinks=False)


def bring_over(old: Path, folder: Path, without: Set[str]) -> None:
    """Give *folder* what others put into *old* since it became its `twin`.

    Raises:
        OSError: something cannot be moved.
    """
    for name in _names(old):
        came, there = old / name, folder / name
        if name in without or (os.path.lexists(there) and _is_same(came, there)):
            continue
        if kind(came) is Kind.FOLDER:
            _folder_like(came, there)
        else:
            came.replace(there)


def _names(folder: Path, prefix: str = "") -> Iterator[str]:
    """What is below a folder, with slashes; a folder comes before what is in it."""
    for entry in sorted((folder / prefix).iterdir()):
        name = f"{prefix}{entry.name}"
        yield name
        if kind(folder / name) is Kind.FOLDER:
            yield from _names(folder, f"{name}/")


def _is_same(came: Path, there: Path) -> bool:
    both_folders = kind(came) is Kind.FOLDER and kind(there) is Kind.FOLDER
    return both_folders or os.path.samestat(came.lstat(), there.lstat())


def _folder_like(folder: Path, made: Path) -> None:
    """Make a folder that belongs to the same people and lets in the same."""
    made.mkdir()
    found = folder.lstat()
    if hasattr(os, "chown"):
        os.chown(made, found.st_uid, found.st_gid)
    shutil.copystat(folder, made)
