"""What may be changed in a module, one place at a time.

A mutant differs from the module in one node of its syntax tree: a comparison, a boolean operator, a
`not`, a constant, a returned value, a statement left out, two arguments swapped, a keyword argument
left out, the class of an exception. Left alone is what has no behaviour, or another name for it:
annotations, docstrings, decorators, `__all__`, `__slots__`, overloads, the members of protocols,
type variables, and the texts of log lines.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType

__all__ = ["Mutant", "mutants"]

_Change = tuple[str, ast.AST]

_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}

_OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}

_NEVER_CAUGHT = "GeneratorExit"
_UNLIKE = "ArithmeticError"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    lines: range
    """Those of the statement that the change is in."""

    change: str
    code: CodeType


def mutants(source: str, filename: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    for place in _places(tree.body, _lines(tree.body[0])):
        for name, new in place.changes():
            old = place.node
            place.put(new)
            changed = ast.fix_missing_locations(tree)
            code = compile(changed, filename, "exec", dont_inherit=True)
            yield Mutant(place.lines, f"{name}: {_short(old)} -> {_short(new)}", code)
            place.put(old)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree a node stands."""

    node: ast.AST
    lines: range
    put: Callable[[ast.AST], object]

    def changes(self) -> Iterator[_Change]:
        for name, new in _changes(self.node):
            yield name, ast.copy_location(new, self.node)


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:70]


def _lines(statement: ast.stmt) -> range:
    """Its own lines: of what has a body, those before the body."""
    body = getattr(statement, "body", None)
    if isinstance(body, list) and isinstance(body[0], ast.stmt):
        return range(statement.lineno, max(body[0].lineno, statement.lineno + 1))
    return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _places(parts: Sequence[ast.AST], lines: range) -> Iterator[_Place]:
    """The places in a list of nodes, with those below them."""
    for index, node in enumerate(parts):
        if _is_left_alone(node, is_first=index == 0):
            continue
        own = _lines(node) if isinstance(node, ast.stmt) else lines

        def put(new: ast.AST, index: int = index) -> None:
            parts.__setitem__(index, new)  # type: ignore[attr-defined]

        yield _Place(node, own, put)
        yield from _below(node, own)


def _below(node: ast.AST, lines: range) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS or (_is_log_line(node) and field == "args"):
            continue
        if isinstance(value, list):
            yield from _places(value, lines)
        elif isinstance(value, ast.AST):

            def put(new: ast.AST, node: ast.AST = node, field: str = field) -> None:
                setattr(node, field, new)

            yield _Place(value, lines, put)
            yield from _below(value, lines)


_SKIPPED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "bases", "format_spec"})


def _is_left_alone(node: ast.AST, *, is_first: bool) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str() | types.EllipsisType())):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.ClassDef(bases=bases):
            return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in bases)
        case ast.FunctionDef(decorator_list=decorators):
            return any(isinstance(each, ast.Name) and each.id == "overload" for each in decorators)
    return False
