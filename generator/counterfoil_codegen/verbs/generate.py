"""Generate the packages that the specs ask for.

All or nothing: if anything is wrong, no file is touched. Files that are no longer generated are
removed, if nobody has edited them; files that counterfoil did not write are never touched.

examples:
  counterfoil generate
  counterfoil generate --package noticeboard
  counterfoil generate spec/noticeboard.yaml --package noticeboard --output generated
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from counterfoil_codegen import pipeline
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.output.writing import Written, refuse_obstacles, write
from counterfoil_codegen.pipeline import Build
from counterfoil_codegen.refusal import RefusalError
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import Target, shown
from counterfoil_codegen.verbs.findings import Findings
from counterfoil_codegen.verbs.selection import Options, Selection, add_arguments, select

__all__ = ["configure", "run"]


def configure(parser: ArgumentParser) -> Options:
    add_arguments(parser, output="the folder that the package's own folder goes into")
    return Options()


def run(options: Options) -> int:
    selection = select(options)
    findings = Findings(options.format)
    builds = [_build(target, selection, findings) for target in selection.targets]
    if findings.has_errors:
        findings.write()
        sys.stderr.write("nothing was written\n")
        return 1
    made = [(build, seconds) for build, seconds in builds if build is not None]
    for build, _ in made:
        with _told(build.target):
            refuse_obstacles(build.target.folder, build.files, build.manifest)
    summaries = [_write(build, seconds, selection, findings) for build, seconds in made]
    findings.write()
    sys.stderr.write("".join(summaries))
    return 0


def _build(target: Target, selection: Selection, findings: Findings) -> tuple[Build | None, float]:
    """What is to be written, and the seconds that it took."""
    started = time.monotonic()
    reading = pipeline.read(target, selection.waived)
    build = pipeline.build(reading)
    findings.add(reading.diagnostics, target.root, reading.lines)
    return build, time.monotonic() - started


def _write(build: Build, seconds: float, selection: Selection, findings: Findings) -> str:
    """Write a package; a line that says what was done."""
    started = time.monotonic()
    with _told(build.target):
        written = write(build.target.folder, build.files, build.manifest)
    findings.add_shown(_kept(build.target, written, selection.waived))
    return _summary(build.target, written, seconds + time.monotonic() - started)


@contextmanager
def _told(target: Target) -> Iterator[None]:
    """Have what the system refuses told as a finding about the package."""
    try:
        yield
    except OSError as error:
        where = f" ({shown(Path(error.filename))})" if error.filename else ""
        raise RefusalError.because(
            rules.UNWRITABLE,
            shown(target.folder),
            f"the package cannot be written: {error.strerror or error}{where}",
            "see that the folder is one that you may write to, with room on its disk; then run "
            "again, or choose another output folder",
        ) from error


def _kept(target: Target, written: Written, waived: frozenset[str]) -> Diagnostics:
    diagnostics = Diagnostics(waived)
    for name in written.kept:
        diagnostics.report(
            rules.KEPT_FILE,
            Span(shown(target.folder / name), 1, 1),
            "this is no longer generated, but was edited by hand, so it was left alone",
            "move what you need elsewhere, and delete it",
        )
    return diagnostics


def _summary(target: Target, written: Written, seconds: float) -> str:
    count = len(written.written)
    return (
        f"{shown(target.folder)}: wrote {count} file{'s' if count != 1 else ''}, "
        f"{len(written.unchanged)} unchanged, {len(written.removed)} removed in {seconds:.1f} s\n"
    )
