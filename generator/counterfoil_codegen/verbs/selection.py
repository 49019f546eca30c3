"""Which APIs a verb is about: those of the configuration, or the one on the command line."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil_codegen import config
from counterfoil_codegen.config import Config
from counterfoil_codegen.refusal import RefusalError, UsageError
from counterfoil_codegen.reporting import Format
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import Target, absolute, default_root, shown

_EXAMPLE = "name specs on the command line, or run `counterfoil init` for a first project"


class Options:
    """What every verb that reads specs takes."""

    def __init__(self) -> None:
        self.spec: list[str] = []
        self.package: str | None = None
        self.output: str | None = None
        self.root: str | None = None
        self.waive: list[str] = []
        self.format: Format = Format.TEXT


@dataclass(frozen=True, slots=True)
class Selection:
    """What a verb is to do."""

    targets: tuple[Target, ...]
    waived: frozenset[str]
    command: str  # the command that generates just this


def add_arguments(parser: ArgumentParser, *, output: str | None) -> None:
    """The arguments that say which APIs; *output* is the help of `--output`, if there is one."""
    parser.add_argument(
        "spec",
        nargs="*",
        metavar="SPEC",
        help="an OpenAPI file, or a folder of them (default: what pyproject.toml says)",
    )
    parser.add_argument(
        "--package",
        metavar="NAME",
        help="the generated package; without SPEC: only this one of those configured",
    )
    if output:
        parser.add_argument("--output", metavar="FOLDER", help=output)
    parser.add_argument(
        "--root",
        metavar="FOLDER",
        help="no $ref may leave this folder (default: the project's folder; for a spec outside of "
        "it, the largest folder around the spec that does not hold the project too)",
    )
    parser.add_argument(
        "--waive",
        action="append",
        metavar="RULE",
        help="do not report this warning or note, such as CF401 (may be repeated)",
    )
    add_format(parser)


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        type=Format,
        default=Format.TEXT,
        metavar="{text,json,github}",
        help="how findings are written: for people (on stderr), for programs, or as annotations "
        "of a pull request (on stdout)",
    )


def select(options: Options, *, needs_output: bool = True) -> Selection:
    """The APIs that *options* speak of.

    Raises:
        UsageError: they speak of none, or contradict themselves.
        RefusalError: the configuration is not usable.
    """
    for fault, cure in config.waivable(options.waive).items():
        raise UsageError(f"{fault}: {cure}")
    project = config.find(Path.cwd())
    waived = project.waived | frozenset(options.waive)
    if options.spec:
        target = _from_command_line(options, project, needs_output)
        return Selection((target,), waived, _command(options))
    if not project.configured:
        raise UsageError(f"no [tool.counterfoil] in pyproject.toml, here or above; {_EXAMPLE}")
    if options.root:
        raise UsageError("--root goes with SPEC; in pyproject.toml write root = under the table")
    targets = _configured(project, options.package)
    return Selection(targets, waived, _command(options))


def _configured(project: Config, package: str | None) -> tuple[Target, ...]:
    targets = tuple(t for t in project.targets if package in {None, t.package})
    if not targets:
        known = ", ".join(target.package for target in project.targets)
        raise UsageError(f"no package {package!r} in pyproject.toml; there is {known}")
    return targets


def _from_command_line(options: Options, project: Config, needs_output: bool) -> Target:
    if needs_output and not (options.package and options.output):
        raise UsageError("with SPEC, --package NAME and --output FOLDER are needed too")
    package = options.package or "api"
    if fault := config.package_fault(package):
        raise UsageError(f"--package: {fault}")
    here = Path.cwd()
    specs = tuple(absolute(here, spec) for spec in options.spec)
    root = _root(options, project, specs)
    output = absolute(here, options.output or ".")
    return Target(package, specs, output, root, project.folder, budget=project.budget)


def _root(options: Options, project: Config, specs: Sequence[Path]) -> Path:
    """The root that was named, if the specs are in it; else the default one."""
    named = absolute(Path.cwd(), options.root) if options.root else None
    configured = project.root
    if configured and not all(spec.is_relative_to(configured) for spec in specs):
        configured = None
    root = named or configured or default_root(project.folder, specs)
    if root is None or not all(spec.is_relative_to(root) for spec in specs):
        raise RefusalError.because(rules.NO_ROOT, shown(specs[0]), *config.no_root(root))
    return root


def _command(options: Options) -> str:
    words = ["counterfoil", "generate", *options.spec]
    for flag, value in (
        ("--package", options.package),
        ("--output", options.output),
        ("--root", options.root),
    ):
        words += [flag, value] if value else []
    return shlex.join(words)
