"""What has changed in a project's files, for a server that is being developed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Final

__all__ = ["Changes"]

_CODE: Final = (".py", ".pyi")
_SPECS: Final = (".json", ".toml", ".yaml", ".yml")
_NO_SOURCES: Final = frozenset({"__pycache__", "node_modules"})


class Changes:
    """The files below a folder, looked at again and again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._look()

    def found(self) -> frozenset[str]:
        """The endings of the files that have changed, come or gone since the last look."""
        before, now = self._seen, self._look()
        self._seen = now
        paths = {path for path, _ in before.items() ^ now.items()}
        return frozenset(PurePath(path).suffix for path in paths)

    def settle(self) -> None:
        """Take the files for what they are now."""
        self._seen = self._look()

    def _look(self) -> Mapping[str, int]:
        return dict(_files(str(self._folder)))


def are_specs(endings: frozenset[str]) -> bool:
    """Whether files with such *endings* may be specs, or the configuration."""
    return not endings.isdisjoint(_SPECS)


def _files(folder: str) -> Iterator[tuple[str, int]]:
    """The files below *folder* that a server may be made of, and when each was written."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _NO_SOURCES:
                continue
            if entry.is_dir():
                if not Path(entry.path, "pyvenv.cfg").exists():
                    yield from _files(entry.path)
            elif entry.name.endswith(_CODE + _SPECS):
                with suppress(OSError):
                    yield entry.path, entry.stat().st_mtime_ns
