"""`[tool.counterfoil]` in pyproject.toml: which specs become which package.

    [tool.counterfoil]
    root = "."                         # optional: no $ref leaves this folder
    waive = ["CF401"]                  # optional: warnings and notes not to be reported

    [tool.counterfoil.limits]          # optional: how much one API may take; these are the defaults
    operations = 2000
    schemas = 10000
    seconds = 60                       # of the processor
    memory = 1024                      # MiB

    [[tool.counterfoil.api]]
    package = "noticeboard"
    spec = ["spec/noticeboard.yaml"]   # files, or folders: every OpenAPI document below them
    output = "generated"               # the package becomes generated/noticeboard/
    handlers = "examples/noticeboard"  # optional: where `counterfoil scaffold` writes

Paths are relative to the file's folder. Every fault is a diagnostic; all of them come at once.
"""

from __future__ import annotations

import keyword
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from counterfoil_codegen.budget import USUAL, Budget
from counterfoil_codegen.config_table import Lines, Table
from counterfoil_codegen.diagnostics import Diagnostics, Span
from counterfoil_codegen.refusal import RefusalError
from counterfoil_codegen.rules import ALL
from counterfoil_codegen.rules import project as rules
from counterfoil_codegen.target import Target, absolute, default_root, shown

FILE: Final = "pyproject.toml"
_HEADER: Final = "tool.counterfoil"
_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")
# A generated package of one of these names would hide what it needs itself.
_NEEDED: Final = frozenset({"counterfoil", "counterfoil_codegen", "pydantic", "twisted", "zope"})


@dataclass(frozen=True, slots=True)
class Config:
    """What a project says. Without a configuration: the working folder, and no targets."""

    folder: Path  # the project's folder
    root: Path | None = None  # as configured
    waived: frozenset[str] = frozenset()
    targets: tuple[Target, ...] = ()
    configured: bool = False
    budget: Budget = USUAL


def find(start: Path) -> Config:
    """The configuration of the nearest folder, from *start* upwards, that has one.

    Raises:
        RefusalError: there is one, but it is not usable.
    """
    for folder in (start, *start.parents):
        file = folder / FILE
        if file.is_file() and (config := read(file)):
            return config
    return Config(start)


def read(file: Path) -> Config | None:
    """The configuration in *file*; None if the file has none.

    Raises:
        RefusalError: there is one, but it is not usable.
    """
    data = file.read_bytes()
    if b"counterfoil" not in data:
        return None  # somebody else's file: its faults are not ours to report
    diagnostics = Diagnostics()
    table = _table(shown(file), data, diagnostics)
    config = None if table is None else _config(file.parent, table, diagnostics)
    if diagnostics.has_errors:
        raise RefusalError(diagnostics)
    return config


def waivable(ids: Iterable[str]) -> dict[str, str]:
    """What stands against waiving each of *ids*, and what to do; nothing, if all may be waived."""
    known = {rule.id: rule for rule in ALL}
    faults: dict[str, str] = {}
    for name in ids:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            faults[f"there is no rule {name!r}"] = (
                f"did you mean {near[0]!r}?"
                if near
                else ("rule ids stand at the end of each finding, such as [CF401]")
            )
        elif not known[name].waivable:
            faults[f"rule {name} cannot be waived: it is an error"] = (
                "only warnings and notes can be waived; put right what it found"
            )
    return faults


def package_fault(name: str) -> str | None:
    """Why *name* cannot be the name of a generated package; None if it can."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", name) or name.startswith("__"):
        return f"{name!r} is not a Python name"
    if keyword.iskeyword(name):
        return f"{name!r} is a keyword of Python"
    if name in _NEEDED or name in sys.stdlib_module_names:
        return f"a package called {name!r} would hide one that is needed"
    return None


def _table(name: str, data: bytes, diagnostics: Diagnostics) -> Table | None:
    try:
        text = data.decode()
        document: Mapping[str, object] = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        message = f"not TOML: {_PLACE.sub('', str(error)).strip()}"
        cure = "see https://toml.io/en/v1.0.0"
        diagnostics.report(rules.CONFIG_SYNTAX, Span(name, line, column), message, cure)
        return None
    tool = document.get("tool")
    ours = tool.get("counterfoil") if isinstance(tool, dict) else None
    lines = Lines(name, text)
    if ours is None or isinstance(ours, dict):
        return None if ours is None else Table(ours, lines, diagnostics, header=_HEADER)
    span = lines.of("tool", 0, "counterfoil")
    cure = "write a table, under [tool.counterfoil]"
    diagnostics.report(rules.CONFIG_WRONG_TYPE, span, "'counterfoil' is not a table", cure)
    return None


def _config(folder: Path, table: Table, diagnostics: Diagnostics) -> Config:
    table.refuse_unknown("root", "waive", "limits", "api")
    root = table.string("root")
    root_folder = absolute(folder, root) if root else None
    if root_folder and not root_folder.is_dir():
        table.report(rules.CONFIG_BAD_VALUE, "root", f"there is no folder {root!r}", "create it")
        root_folder = None
    waive = table.strings("waive")
    for message, cure in waivable(waive).items():
        table.report(rules.CONFIG_BAD_VALUE, "waive", message, cure)
    budget = _budget(table.table("limits"))
    apis = table.tables("api")
    if not apis and not diagnostics.has_errors:
        cure = "add [[tool.counterfoil.api]] with 'package', 'spec' and 'output'"
        table.report(rules.CONFIG_MISSING_KEY, None, "[tool.counterfoil] names no API", cure)
    found = [_target(folder, root_folder, api) for api in apis]
    targets = tuple(replace(one, budget=budget) for one in found if one is not None)
    if len(targets) == len(apis):
        _refuse_twins(targets, apis)
    return Config(folder, root_folder, frozenset(waive), targets, configured=True, budget=budget)


def _budget(table: Table) -> Budget:
    usual = asdict(USUAL)
    table.refuse_unknown(*usual)
    return Budget(**{name: table.count(name, limit) for name, limit in usual.items()})


def _target(folder: Path, root: Path | None, table: Table) -> Target | None:
    table.refuse_unknown("package", "spec", "output", "handlers")
    package = table.required("package", 'package = "noticeboard"')
    specs = table.required_strings("spec", 'spec = ["spec/noticeboard.yaml"]')
    output = table.required("output", 'output = "generated"')
    handlers = table.string("handlers")
    if package is None or output is None or not specs:
        return None
    if fault := package_fault(package):
        cure = "choose a name of ASCII letters, digits and '_' that is free"
        table.report(rules.CONFIG_BAD_VALUE, "package", fault, cure)
    paths = tuple(absolute(folder, spec) for spec in specs)
    found = root or default_root(folder, paths)
    if found is None or not all(path.is_relative_to(found) for path in paths):
        table.report(rules.NO_ROOT, "spec", *no_root(found))
        return None
    where = absolute(folder, handlers) if handlers else None
    return Target(package, paths, absolute(folder, output), found, folder, where)


def no_root(root: Path | None) -> tuple[str, str]:
    """The message and the help of a finding about specs without a root in common."""
    if root:
        return (
            f"a spec lies outside the root {shown(root)!r}",
            "name a root (root = in the configuration, --root on the command line) that holds all",
        )
    return (
        "there is no folder that all specs may be said to belong to",
        "name it: root = in the configuration, or --root on the command line",
    )


def _refuse_twins(targets: Sequence[Target], tables: Sequence[Table]) -> None:
    seen: set[str] = set()
    for target, table in zip(targets, tables, strict=True):
        folder = target.folder.as_posix().lower()  # one folder, where case does not count
        if folder in seen:
            table.report(
                rules.CONFIG_BAD_VALUE,
                "package",
                f"two APIs would be written to {shown(target.folder)}",
                "give each API a package, or an output folder, of its own",
            )
        seen.add(folder)
