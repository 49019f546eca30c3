"""How a generated package on disk differs from what its spec asks for, and whose doing it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen.diagnostics import Diagnostic, Rule, Span
from counterfoil_codegen.output import manifest as manifests
from counterfoil_codegen.output.lock import shared
from counterfoil_codegen.output.manifest import Manifest, ManifestError
from counterfoil_codegen.output.places import Kind, content, kind, obstacle
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import shown


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not as it would be generated."""

    diagnostic: Diagnostic
    found: bytes | None  # on disk
    wanted: bytes | None  # as generated

    @property
    def file(self) -> str:
        return self.diagnostic.span.file


def drift(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> list[Drift]:
    """Each file of *folder* that generating would change, by name; what no person reads comes last.

    A manifest that differs only in what tools it names is no drift: they gave the same files.
    """
    with shared(folder.parent):
        data = content(folder, manifests.NAME)
        old, fault = _parse(data)
        names = sorted({*files, *(old.outputs if old else ())}, key=_by_reader)
        contents = {name: content(folder, name) for name in names}
    if data is None and not any(found is not None for found in contents.values()):
        return [_drift(folder, rules.MISSING, "the package was never generated", "generate it")]
    judge = _Judge(folder, old, manifest)
    found = [judge.judge(name, contents[name], files.get(name)) for name in names]
    return [*filter(None, found), *judge.judge_manifest(data, fault)]


def _by_reader(name: str) -> tuple[bool, str]:
    """The key that sorts `_contracts.py` and its like, which hold JSON, behind all others."""
    return name.startswith("_") and not name.startswith("__"), name


class _Judge:
    """Tells what was edited by hand from what no longer follows from the spec."""

    def __init__(self, folder: Path, old: Manifest | None, new: Manifest) -> None:
        self._folder = folder
        self._old = old
        self._new = new
        self._why = _why_outdated(old, new)

    def judge(self, name: str, found: bytes | None, wanted: bytes | None) -> Drift | None:
        if found == wanted:
            return None
        rule, message, cure = self._verdict(name, found, wanted)
        line = _first_difference(found or b"", wanted or b"")
        return _drift(self._folder / name, rule, message, cure, found, wanted, line)

    def judge_manifest(self, data: bytes | None, fault: str) -> Iterator[Drift]:
        path = self._folder / manifests.NAME
        if data is None:
            yield _drift(path, rules.MISSING, "the manifest is gone", "generate again")
        elif fault:
            message = f"this is not the manifest that counterfoil wrote: {fault}"
            yield _drift(path, rules.BAD_MANIFEST, message, "restore it, then generate again")
        elif self._old and self._old.to_bytes() != data:
            yield _drift(path, rules.EDITED, "the manifest was edited by hand", "generate again")
        elif self._old and _facts(self._old) != _facts(self._new):
            message = f"the manifest is out of date: {_changes(self._old, self._new)}"
            yield _drift(path, rules.OUTDATED, message, "generate again")

    def _verdict(
        self, name: str, found: bytes | None, wanted: bytes | None
    ) -> tuple[Rule, str, str]:
        written = self._old.outputs.get(name) if self._old else None
        if found is None:
            return self._verdict_on_absent(name)
        edited = written is not None and manifests.digest(found) != written
        if wanted is None:
            return (
                rules.STALE,
                "the spec no longer asks for this file" + ", which was edited by hand" * edited,
                "delete it" if edited else "generating removes it",
            )
        if edited:
            also = written != manifests.digest(wanted)
            return (
                rules.EDITED,
                "edited by hand since it was generated" + f"; besides, {self._why}" * also,
                "change the spec or a handler instead: generating overwrites this file",
            )
        if self._old and written is None:
            return rules.FOREIGN_FILE, "counterfoil did not write this file", "move it away"
        return rules.OUTDATED, self._why, "generate again"

    def _verdict_on_absent(self, name: str) -> tuple[Rule, str, str]:
        path = obstacle(self._folder, name) or self._folder / name
        if kind(path) is Kind.LINK:
            return rules.SYMLINK, "a symbolic link stands in place of the file", "remove the link"
        if kind(path) is not Kind.NOTHING:
            return rules.FOREIGN_FILE, "this is not an ordinary file", "move it away"
        was_there = self._old is not None and name in self._old.outputs
        message = "the file is gone" if was_there else "the file was not generated yet"
        return rules.MISSING, message, "generate again"


def _parse(data: bytes | None) -> tuple[Manifest | None, str]:
    """The manifest in *data*, or what is wrong with it."""
    try:
        return (None if data is None else Manifest.from_bytes(data)), ""
    except ManifestError as error:
        return None, str(error)


def _facts(manifest: Manifest) -> tuple[object, ...]:
    return manifest.package, manifest.sources, manifest.inputs, manifest.outputs


def _why_outdated(old: Manifest | None, new: Manifest) -> str:
    if old is None:
        return "this is not what the spec gives"
    if old.inputs != new.inputs or _facts(old)[:2] != _facts(new)[:2]:
        return "the spec has changed since this was generated"
    return "counterfoil or one of its tools has changed since this was generated"


def _changes(old: Manifest, new: Manifest) -> str:
    changed = sorted(
        name for name in {*old.inputs, *new.inputs} if old.inputs.get(name) != new.inputs.get(name)
    )
    if not changed:
        return "other files follow from the spec now"
    more = len(changed) - 3
    return "changed: " + ", ".join(changed[:3]) + (f" and {more} more" if more > 0 else "")


def _first_difference(found: bytes, wanted: bytes) -> int:
    """The first line, from 1, that differs."""
    pairs = zip(found.split(b"\n"), wanted.split(b"\n"), strict=False)
    same = 0
    for one, other in pairs:
        if one != other:
            break
        same += 1
    return min(same, found.count(b"\n")) + 1


def _drift(
    path: Path,
    rule: Rule,
    message: str,
    cure: str,
    found: bytes | None = None,
    wanted: bytes | None = None,
    line: int = 1,
) -> Drift:
    return Drift(Diagnostic(Span(shown(path), line, 1), rule, message, cure), found, wanted)
