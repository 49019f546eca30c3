"""The one path from specs to files. Every verb takes it, as far as it needs to go.

    read    documents to the IR: `routes` stops here
    build   the IR to models and text, verified: `generate`, `check` and `scaffold` want it all

Nothing here writes. What is wrong with a spec is collected; no files come of a spec with an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from counterfoil_codegen import ir, toolchain
from counterfoil_codegen.budget import Budget, Meter
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.document import Loader
from counterfoil_codegen.emit import emit
from counterfoil_codegen.lower import Lowered, lower_api
from counterfoil_codegen.model_findings import ModelFindings
from counterfoil_codegen.models import build_models
from counterfoil_codegen.output.manifest import Manifest, digest
from counterfoil_codegen.reporting import Lines
from counterfoil_codegen.target import Target


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading the specs of a target."""

    target: Target
    lowered: Lowered | None  # None: there are errors
    inputs: Mapping[str, str]  # every document that was read, below the root: its digest
    diagnostics: Diagnostics
    lines: Lines  # of the documents, for listings
    meter: Meter  # what was used so far of the target's budget


@dataclass(frozen=True, slots=True)
class Build:
    """The files of a generated package: posix names below its folder, without the manifest."""

    target: Target
    api: ir.Api
    files: Mapping[str, bytes]
    manifest: Manifest


def read(target: Target, waived: frozenset[str]) -> Reading:
    """Load the specs of *target*, and all that they refer to, and lower them to the IR."""
    diagnostics = Diagnostics(waived)
    loader = Loader(target.root, diagnostics)
    place = Span(target.specs[0].relative_to(target.root).as_posix(), 1, 1)
    meter = Meter(target.budget.without(waived), diagnostics, place)
    lowered = None
    with meter.watch():
        lowered = _lower(target, loader, diagnostics, meter.budget)
    inputs = {document.name: document.sha256 for document in loader.documents}
    usable = None if diagnostics.has_errors else lowered
    return Reading(target, usable, inputs, diagnostics, loader.lines, meter)


def _lower(
    target: Target, loader: Loader, diagnostics: Diagnostics, budget: Budget
) -> Lowered | None:
    paths: dict[Path, None] = {}
    for spec in target.specs:
        paths |= dict.fromkeys(loader.find(spec))
    nodes = [node for path in paths if (node := loader.load(path)) is not None]
    if not nodes or diagnostics.has_errors:
        return None
    return lower_api(
        nodes,
        loader,
        diagnostics,
        package=target.package,
        sources=target.sources,
        budget=budget,
    )


def build(reading: Reading) -> Build | None:
    """Generate the files of what was read; None if there are errors, now or before.

    Raises:
        InternalError: what came out is not what this generator means to emit. A bug.
    """
    built = None
    if reading.lowered is not None:
        with reading.meter.watch():
            built = _build(reading, reading.lowered)
    return None if reading.diagnostics.has_errors else built


def _build(reading: Reading, lowered: Lowered) -> Build | None:
    findings = ModelFindings(lowered.places, lowered.unchecked, reading.diagnostics)
    models = build_models(lowered.schemas, lowered.users, findings.report)
    if reading.diagnostics.has_errors:
        return None
    api = replace(lowered.api, models=models)
    files = {name: text.encode() for name, text in emit(api).items()}
    return Build(reading.target, api, files, _manifest(reading, files))


def _manifest(reading: Reading, files: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        package=reading.target.package,
        sources=reading.target.sources,
        inputs=reading.inputs,
        outputs={name: digest(content) for name, content in files.items()},
        tools=toolchain.versions(),
        generator=toolchain.generator_digest(),
    )
