"""Write a handler skeleton for each tag of the specs that has no handler yet.

Where operations are secured, an authenticator's skeleton comes with them.

The skeletons are yours: replace their bodies. A file that exists is never changed; if its handler
lacks operations, the missing methods are printed, to be pasted in. Methods that no operation asks
for any more are named: type checkers say nothing of those.

examples:
  counterfoil scaffold
  counterfoil scaffold spec/noticeboard.yaml --package noticeboard --output handlers
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from counterfoil_codegen import pipeline
from counterfoil_codegen.existing import ExistingClass, UnreadableError, classes, handler_of
from counterfoil_codegen.output.created import create
from counterfoil_codegen.output.places import missing_folders
from counterfoil_codegen.pipeline import Build
from counterfoil_codegen.refusal import UsageError
from counterfoil_codegen.skeletons import Skeleton, authenticator_skeleton, skeleton
from counterfoil_codegen.target import absolute, shown
from counterfoil_codegen.verbs.findings import Findings
from counterfoil_codegen.verbs.selection import Options, add_arguments, select

__all__ = ["configure", "run"]

_AUTHENTICATOR: Final = "authenticator"  # no tag's module is called so


def configure(parser: ArgumentParser) -> Options:
    add_arguments(parser, output="the folder that the handlers go into")
    return Options()


def run(options: Options) -> int:
    selected = select(options)
    findings = Findings(options.format)
    builds: list[tuple[Build, Path]] = []
    for target in selected.targets:
        named = absolute(Path.cwd(), options.output) if options.output else target.handlers
        if named is None:
            fault = f"nothing says where the handlers of {target.package} go"
            raise UsageError(f"{fault}: write handlers = in pyproject.toml, or give --output")
        reading = pipeline.read(target, selected.waived)
        build = pipeline.build(reading)
        findings.add(reading.diagnostics, target.root, reading.lines)
        builds += [(build, named)] if build else []
    findings.write(results_on_stdout=True)
    if findings.has_errors:
        return 1
    for build, folder in builds:
        _scaffold(build, folder)
    return 0


def _scaffold(build: Build, folder: Path) -> None:
    try:
        existing = classes(folder)
    except UnreadableError as error:
        raise UsageError(f"in {shown(folder)}: {error}") from None
    if missing_folders(folder):
        create(folder / "__init__.py", "")
    skeletons = list(_skeletons(build))
    asked = frozenset(name for _, made in skeletons for name in made.methods)
    for module, made in skeletons:
        candidates = _candidates(existing, module, made)
        if found := handler_of(candidates, made.name, frozenset(made.methods)):
            _report_missing(found, made)
            _report_surplus(found, asked)
            continue
        path = folder / f"{module}.py"
        written = create(path, made.source)
        what = "wrote" if written else "left alone, though no handler is in it:"
        sys.stdout.write(f"{what} {shown(path)}\n")


def _skeletons(build: Build) -> Iterator[tuple[str, Skeleton]]:
    """Each skeleton with the name of its module."""
    if build.api.schemes:
        module = build.files["security.py"].decode()
        yield _AUTHENTICATOR, authenticator_skeleton(build.api, module)
    for group in build.api.groups:
        module = build.files[f"{group.module}.py"].decode()
        yield str(group.module), skeleton(build.api, group, module)


def _candidates(
    existing: Iterable[ExistingClass], module: str, made: Skeleton
) -> list[ExistingClass]:
    """The classes that may implement *made*: a scheme and an operation may have one name."""
    if module == _AUTHENTICATOR:
        wanted = made.methods.keys()
        return [one for one in existing if one.name == made.name or wanted <= one.methods]
    return [one for one in existing if one.name != "Authenticator"]


def _report_missing(found: ExistingClass, made: Skeleton) -> None:
    missing = _missing(found, made)
    place = f"{shown(found.path)} ({found.name})"
    if not missing:
        sys.stdout.write(f"left alone {place}: no operation is missing\n")
        return
    sys.stdout.write(f"left alone {place}, which lacks {len(missing)}; paste into the class:\n\n")
    sys.stdout.write(f"{made.stubs(missing)}\n")
    sys.stdout.write("with: from counterfoil.stub import unimplemented\n\n")


def _report_surplus(found: ExistingClass, asked: frozenset[str]) -> None:
    for name in sorted(found.answering - asked):
        place = f"{shown(found.path)} ({found.name})"
        sys.stdout.write(f"no operation asks for {name} of {place}: rename or remove it\n")


def _missing(found: ExistingClass, made: Skeleton) -> Sequence[str]:
    return [name for name in made.methods if name not in found.methods]
