"""Writes a generated package: all of it or nothing, and nothing that is not ours."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.copying import bring_over, twin
from counterfoil_codegen.output.exchange import exchange
from counterfoil_codegen.output.lock import exclusive
from counterfoil_codegen.output.manifest import Manifest
from counterfoil_codegen.output.places import Kind, kind, missing_folders
from counterfoil_codegen.output.planning import Plan, plan, read_manifest
from counterfoil_codegen.output.transaction import Transaction, sweep, transaction


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did; names are relative to the package's folder."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]  # no longer generated, but edited by hand: left alone


def refuse_obstacles(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """See whether `write` would be refused, before a first of several packages is written.

    Raises:
        RefusalError: it would.
    """
    plan(folder, _everything(files, manifest), read_manifest(folder))


def write(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> Written:
    """Make *folder* hold *files* and their manifest, which is written last.

    A file that is byte-equal is not touched. A file of the old manifest that is not among *files*
    is removed if it is still as it was written. On any failure, an interruption too, the folder
    holds what it held before. A process that is killed leaves it so too, or done, where folders
    can be exchanged.

    Raises:
        RefusalError: something is in the way that counterfoil did not write; nothing was done.
        TimeoutError: another process has been writing for a minute; nothing was done.
        OSError: the system refused; nothing was done.
    """
    everything = _everything(files, manifest)
    around = missing_folders(folder.parent)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(folder.parent) as is_alone:
            planned = plan(folder, everything, read_manifest(folder))
            if not planned.is_empty:
                _commit(folder, planned)
                _remove_empty_folders(folder, planned.remove)
            if is_alone:
                sweep(folder.parent)
    except BaseException:
        for made in reversed(around):
            with suppress(OSError):
                made.rmdir()
        raise
    written = tuple(sorted({*planned.create, *planned.replace}))
    return Written(written, planned.unchanged, planned.remove, planned.keep)


def _everything(files: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    for name in files:
        if not manifests.is_output(name):
            raise ValueError(f"not the name of a generated file: {name!r}")
    return {**files, manifests.NAME: manifest.to_bytes()}


def _commit(folder: Path, planned: Plan) -> None:
    with transaction(folder.parent) as changes:
        made = changes.staging / "whole"
        if not _put_whole(folder, planned, made):
            shutil.rmtree(made, ignore_errors=True)
            _put_by_steps(folder, planned, changes)


def _put_whole(folder: Path, planned: Plan, made: Path) -> bool:
    """Make the new folder aside, and put it in place in one step; False if that cannot be.

    However the process ends, the package is the old one or the new one.
    """
    gone = {*planned.replace, *planned.remove}
    is_new = kind(folder) is Kind.NOTHING
    if Path.cwd().is_relative_to(folder.resolve()):
        return False  # whoever ran this stands in it, and would stand in a folder that is gone
    try:
        if is_new:
            made.mkdir()
        else:
            twin(folder, made, gone)
    except OSError:
        return False
    for name, content in {**planned.create, **planned.replace}.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if is_new:
        made.rename(folder)
    elif exchange(made, folder):
        bring_over(made, folder, gone)
    else:
        return False
    return True


def _put_by_steps(folder: Path, planned: Plan, changes: Transaction) -> None:
    contents = {**planned.create, **planned.replace}
    staged = {name: changes.stage(content) for name, content in contents.items()}
    _make_folders(folder, planned.create.keys(), changes)
    for name in planned.remove:
        changes.remove(folder / name)
    # Last: whoever sees the new manifest sees all that it names.
    for name in sorted(staged, key=lambda name: name == manifests.NAME):
        put = changes.create if name in planned.create else changes.replace
        put(staged[name], folder / name)


def _make_folders(folder: Path, names: Set[str], changes: Transaction) -> None:
    needed = {folder / parent for name in names for parent in PurePosixPath(name).parents}
    for path in sorted(needed):
        if kind(path) is Kind.NOTHING:
            changes.make_folder(path)


def _remove_empty_folders(folder: Path, removed: tuple[str, ...]) -> None:
    """Remove folders in which nothing is left of what we wrote, with the caches of Python in them.

    What cannot be removed stays: the package is complete without this.
    """
    emptied = {parent for name in removed for parent in PurePosixPath(name).parents}
    for parent in sorted(emptied, reverse=True):
        path = folder / parent
        with suppress(OSError):
            if path != folder and _holds_only_caches(path):
                _remove_caches(path)
                path.rmdir()


def _holds_only_caches(folder: Path) -> bool:
    return all(
        entry.name == "__pycache__"
        and kind(entry) is Kind.FOLDER
        and all(kind(cached) is Kind.FILE and cached.suffix == ".pyc" for cached in entry.iterdir())
        for entry in folder.iterdir()
    )


def _remove_caches(folder: Path) -> None:
    for entry in folder.iterdir():
        for cached in entry.iterdir():
            cached.unlink()
        entry.rmdir()
