"""What handlers a folder holds already. Files are parsed, never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExistingClass:
    """A class that a person wrote."""

    path: Path
    name: str
    methods: frozenset[str]
    answering: frozenset[str] = frozenset()
    """Those that take a request, as what implements an operation does."""


class UnreadableError(Exception):
    """A file in the folder is not Python that can be parsed. The text says where."""


def classes(folder: Path) -> list[ExistingClass]:
    """The classes of the modules in *folder*, by file and line.

    Raises:
        UnreadableError: a module cannot be parsed, so that nobody can tell what it holds.
    """
    modules = (path for path in sorted(folder.glob("*.py")) if path.is_file())
    return [found for path in modules for found in _classes(path)]


def handler_of(
    existing: Iterable[ExistingClass], name: str, operations: frozenset[str]
) -> ExistingClass | None:
    """The class that implements *operations*: it has most of them; of those, the one so *named*."""
    ranked = [(len(c.methods & operations), c.name == name, c) for c in existing]
    best = max(ranked, key=lambda entry: entry[:2], default=None)
    return best[2] if best and (best[0] or best[1]) else None


def _classes(path: Path) -> list[ExistingClass]:
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else 1
        raise UnreadableError(f"{path.name}, line {line}, is not Python: {error}") from None
    return [
        ExistingClass(path, node.name, frozenset(_methods(node)), frozenset(_answering(node)))
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]


def _answering(node: ast.ClassDef) -> Iterable[str]:
    for member in node.body:
        if isinstance(member, ast.AsyncFunctionDef) and not member.name.startswith("_"):
            names = [argument.arg for argument in (*member.args.posonlyargs, *member.args.args)]
            if names[1:2] == ["request"]:
                yield member.name


def _methods(node: ast.ClassDef) -> Iterable[str]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            yield member.name
