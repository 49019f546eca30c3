"""Changes to files that happen together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from counterfoil_codegen.output.places import Kind, kind

_STAGING: Final = ".counterfoil-staging-"


class Transaction:
    """Puts and takes files; `undo` brings back what was there.

    Each way back is noted before the step it undoes, and does no harm if that step was never taken:
    an interruption may come between any two instructions.
    """

    def __init__(self, staging: Path) -> None:
        self.staging: Final = staging  # a folder on the file system of the output
        self._numbers: Final = count()
        self._ways_back: Final[list[Callable[[], None]]] = []

    def stage(self, content: bytes) -> Path:
        """A new file beside the output, on the same file system."""
        path = self._place()
        path.write_bytes(content)
        return path

    def make_folder(self, folder: Path) -> None:
        """Make *folder*, which does not exist."""
        self._ways_back.append(lambda: _remove_folder(folder))
        folder.mkdir()

    def create(self, staged: Path, target: Path) -> None:
        """Put a staged file where nothing is."""
        self._ways_back.append(lambda: target.unlink(missing_ok=True))
        staged.replace(target)

    def replace(self, staged: Path, target: Path) -> None:
        """Put a staged file in the place of another."""
        old = self._place()
        shutil.copy2(target, old, follow_symlinks=False)
        self._ways_back.append(lambda: _move_back(old, target))
        staged.replace(target)

    def remove(self, target: Path) -> None:
        """Take a file away."""
        old = self._place()
        self._ways_back.append(lambda: _move_back(old, target))
        target.replace(old)

    def undo(self) -> None:
        """Go every way back, the last step's first.

        Raises:
            OSError: not all could be brought back; what is missing is in the staging folder.
        """
        failed: list[BaseException] = []
        while self._ways_back:
            way_back = self._ways_back.pop()
            try:
                _insist(way_back)
            except BaseException as error:
                failed.append(error)
        if failed:
            raise OSError(
                f"the old files could not all be brought back; see {self.staging}: {failed[0]}"
            )

    def _place(self) -> Path:
        return self.staging / str(next(self._numbers))


@contextmanager
def transaction(beside: Path) -> Iterator[Transaction]:
    """Changes below the folder *beside*: if the block fails, for whatever reason, none was made."""
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=beside))
    changes = Transaction(staging)
    try:
        yield changes
    except BaseException:
        changes.undo()  # if this fails, the staging folder is all that is left of the old files
        shutil.rmtree(staging, ignore_errors=True)
        raise
    shutil.rmtree(staging, ignore_errors=True)


def sweep(beside: Path) -> None:
    """Remove what was left beside the output by a process that was killed."""
    for left in beside.glob(f"{_STAGING}*"):
        if kind(left) is Kind.FOLDER:
            shutil.rmtree(left, ignore_errors=True)


def _insist(step: Callable[[], None]) -> None:
    """Take a step that may be taken twice, even if it is interrupted once."""
    try:
        step()
    except BaseException:
        step()


def _move_back(old: Path, target: Path) -> None:
    if old.exists():
        old.replace(target)


def _remove_folder(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
