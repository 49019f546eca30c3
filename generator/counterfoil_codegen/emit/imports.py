"""Imports, computed from the names that an emitted module uses."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from counterfoil_codegen.emit.internal import InternalError
from counterfoil_codegen.fragments import Identifier, Import
from counterfoil_codegen.import_order import member_order, natural
from counterfoil_codegen.reserved import BUILTIN_TYPES, IMPORTABLE, IMPORTABLE_MODULES

_HOMES: Final = {name: module for module, names in IMPORTABLE.items() for name in names}
_STANDARD: Final = frozenset({"collections.abc", "datetime", "typing", "uuid"})
_KNOWN: Final = BUILTIN_TYPES | {"__name__"}


def imports(body: str, own: Mapping[str, str], name: str) -> tuple[tuple[Import, ...], ...]:
    """The imports that *body* needs, in isort's order: a tuple for each section that is not empty.

    *own* says in which module of the package a name of the package is defined.

    Raises:
        InternalError: *body* is not Python, or uses a name that nothing defines.
    """
    modules: set[str] = set()
    found: defaultdict[str, set[str]] = defaultdict(set)
    tree = parse(body, name)
    hidden = set(_bound_by(tree.body)) & (own.keys() | _HOMES.keys())
    if hidden:
        raise InternalError(f"{name} defines {min(hidden)!r}, which it would have to import")
    for used in _free_names(tree):
        home = own.get(used) or _HOMES.get(used)
        if home is not None:
            found[home].add(used)
        elif used in IMPORTABLE_MODULES:
            modules.add(used)
        else:
            raise InternalError(f"{name} uses {used!r}, which nothing defines")
    return tuple(section for section in _sections(modules, found) if section)


def parse(text: str, name: str) -> ast.Module:
    """The syntax tree of an emitted file.

    Raises:
        InternalError: it is not Python.
    """
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InternalError(f"{name} is not Python: {error}") from error


def import_from(module: str, names: Iterable[str]) -> Import:
    """`from module import names`, in isort's order."""
    return Import(module, [Identifier(name) for name in sorted(names, key=member_order)])


def _sections(
    modules: Iterable[str], found: Mapping[str, Iterable[str]]
) -> Iterator[tuple[Import, ...]]:
    for section in range(3):
        whole = sorted(module for module in modules if _section(module) == section)
        named = sorted((home for home in found if _section(home) == section), key=natural)
        yield (
            *(Import(module) for module in whole),
            *(import_from(home, found[home]) for home in named),
        )


def _section(module: str) -> int:
    return 0 if module in _STANDARD else 2 if module.startswith(".") else 1


def _free_names(tree: ast.Module) -> set[str]:
    """The names that a module reads and does not bind, its functions' own names taken out."""
    bound = set(_bound_by(tree.body))
    free: set[str] = set()
    for node in tree.body:
        free |= _used_in(node)
    return free - bound - _KNOWN


def _used_in(node: ast.AST) -> set[str]:
    """The names that a node reads, without the arguments and locals of the functions in it."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _used_by_function(node)
    return set().union(*(_used_in(child) for child in ast.iter_child_nodes(node)))


def _used_by_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    outside = [node.args, *node.decorator_list, *([] if node.returns is None else [node.returns])]
    inside = set().union(*(_used_in(statement) for statement in node.body))
    local = _arguments(node.args) | set(_bound_by(node.body))
    return set().union(*(_used_in(part) for part in outside)) | (inside - local)


def _arguments(arguments: ast.arguments) -> set[str]:
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    return {argument.arg for argument in given}


def _bound_by(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (node.id for node in statement.targets if isinstance(node, ast.Name))
