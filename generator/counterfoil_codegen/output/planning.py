"""What a write would do. Whatever stands against it is found here, before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen.diagnostics import Diagnostics, Rule, Span
from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.manifest import Manifest, ManifestError
from counterfoil_codegen.output.places import Kind, content, kind, obstacle
from counterfoil_codegen.refusal import RefusalError
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import shown


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a folder and what it is to hold."""

    create: Mapping[str, bytes]
    replace: Mapping[str, bytes]
    unchanged: tuple[str, ...]
    remove: tuple[str, ...]
    keep: tuple[str, ...]  # no longer generated, but edited: left alone

    @property
    def is_empty(self) -> bool:
        return not (self.create or self.replace or self.remove)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the package in *folder*; None if there is none.

    Raises:
        RefusalError: there is one, but not one that counterfoil wrote.
    """
    path = folder / manifests.NAME
    try:
        data = content(folder, manifests.NAME)
        return None if data is None else Manifest.from_bytes(data)
    except ManifestError as error:
        raise RefusalError.because(
            rules.BAD_MANIFEST,
            shown(path),
            f"this is not the manifest that counterfoil wrote: {error}",
            f"restore it; or delete {shown(folder)}, if all in it is generated; then run again",
        ) from None


def plan(folder: Path, files: Mapping[str, bytes], old: Manifest | None) -> Plan:
    """What it takes for *folder* to hold *files*, the manifest among them.

    Raises:
        RefusalError: something is in the way that is not ours. All of it is named.
    """
    diagnostics = Diagnostics()
    ours = set(old.outputs) | {manifests.NAME} if old else set()
    create: dict[str, bytes] = {}
    replace: dict[str, bytes] = {}
    unchanged: list[str] = []
    for name, wanted in files.items():
        found = _standing(folder, name, diagnostics)
        if found == wanted:
            unchanged.append(name)
        elif found is None:
            create[name] = wanted
        elif name in ours:
            replace[name] = wanted
        else:
            _report_foreign(folder / name, diagnostics)
    if diagnostics.has_errors:
        raise RefusalError(diagnostics)
    stale = {name: _is_as_written(folder, name, old) for name in sorted(ours - set(files))}
    remove = tuple(name for name, as_written in stale.items() if as_written)
    keep = tuple(name for name, as_written in stale.items() if as_written is False)
    return Plan(create, replace, tuple(unchanged), remove, keep)


def _standing(folder: Path, name: str, diagnostics: Diagnostics) -> bytes | None:
    """What the file called *name* holds; None if there is nothing, or after a report."""
    path = obstacle(folder, name) or folder / name
    match kind(path):
        case Kind.NOTHING:
            return None
        case Kind.FILE if path == folder / name:
            return path.read_bytes()
        case Kind.LINK:
            _report(
                rules.SYMLINK,
                path,
                "a symbolic link stands where counterfoil would write",
                "remove the link, or choose another output folder",
                diagnostics,
            )
        case _:
            _report_foreign(path, diagnostics)
    return None


def _is_as_written(folder: Path, name: str, old: Manifest | None) -> bool | None:
    """Whether a file of the old manifest is still what was written; None if it is gone."""
    if obstacle(folder, name) is None and kind(folder / name) is Kind.NOTHING:
        return None
    found = content(folder, name)
    return found is not None and old is not None and manifests.digest(found) == old.outputs[name]


def _report_foreign(path: Path, diagnostics: Diagnostics) -> None:
    _report(
        rules.FOREIGN_FILE,
        path,
        "counterfoil did not write this, and would have to write here",
        "move it away, or delete it if it was generated once; then run again",
        diagnostics,
    )


def _report(rule: Rule, path: Path, message: str, cure: str, diagnostics: Diagnostics) -> None:
    diagnostics.report(rule, Span(shown(path), 1, 1), message, cure)
