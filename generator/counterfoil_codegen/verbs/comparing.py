"""The full check: generate in memory, compare every byte, and show the difference."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from counterfoil_codegen import pipeline
from counterfoil_codegen.output.drift import Drift, drift
from counterfoil_codegen.output.listing import diffs
from counterfoil_codegen.reporting import Format, visible
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import Target, shown
from counterfoil_codegen.verbs.findings import Findings
from counterfoil_codegen.verbs.selection import Selection

_SORTS = {
    rules.OUTDATED: "outdated",
    rules.EDITED: "edited by hand",
    rules.MISSING: "missing",
    rules.STALE: "stale",
}


def compare(targets: Sequence[Target], selection: Selection, form: Format) -> int:
    """Compare what is on disk with what the specs ask for; the exit code of `check`."""
    findings = Findings(form)
    drifted: list[Drift] = []
    for target in targets:
        reading = pipeline.read(target, selection.waived)
        build = pipeline.build(reading)
        findings.add(reading.diagnostics, target.root, reading.lines)
        if build is not None:
            drifted += drift(target.folder, build.files, build.manifest)
    if findings.has_errors:
        findings.write()
        return 1
    if form is not Format.TEXT:
        findings.add_shown(found.diagnostic for found in drifted)
    findings.write()
    if form is Format.TEXT and drifted:
        sys.stdout.write("".join(f"{line}\n" for line in _report(drifted, selection.command)))
    elif not drifted:
        for target in targets:
            sys.stderr.write(f"{shown(target.folder)}: up to date, byte by byte\n")
    return 1 if drifted else 0


def _report(drifted: Sequence[Drift], command: str) -> Iterator[str]:
    for found, lines in diffs(drifted):
        about = found.diagnostic
        yield visible(f"{about.span.file}: {about.message} [{about.rule.id}]")
        yield from lines
        yield ""
    yield f"{_counted(drifted)}."
    yield f"run: {command}"


def _counted(drifted: Iterable[Drift]) -> str:
    counts = Counter(_SORTS.get(found.diagnostic.rule, "in the way") for found in drifted)
    total = counts.total()
    sorts = ", ".join(f"{count} {sort}" for sort, count in counts.items())
    return f"{total} file{'s differ' if total > 1 else ' differs'} from the spec: {sorts}"
