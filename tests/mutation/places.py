"""Where in a module something may be changed: the nodes of its syntax tree that have behaviour."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Place", "places"]

# What has no behaviour of the module's own, or is a type.
_SKIPPED_FIELDS = frozenset({"annotation", "bases", "decorator_list", "format_spec", "returns"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: in a field of another, or in the list that such a field is."""

    node: ast.AST
    lines: range
    """Those of the statement that it is in."""

    owner: ast.AST
    field: str
    index: int | None

    def put(self, new: ast.AST) -> None:
        """Let *new* stand here."""
        if self.index is None:
            setattr(self.owner, self.field, new)
        else:
            getattr(self.owner, self.field)[self.index] = new


def places(owner: ast.AST, lines: range = range(0)) -> Iterator[Place]:
    """All places below *owner*, in the order of the text."""
    for field, value in ast.iter_fields(owner):
        if field in _SKIPPED_FIELDS:
            continue
        if isinstance(value, list):
            found: list[tuple[object, int | None]] = [(each, i) for i, each in enumerate(value)]
        else:
            found = [(value, None)]
        for node, index in found:
            if not isinstance(node, ast.AST) or _is_left_alone(node):
                continue
            if index == 0 and field == "args" and _is_logging(owner):
                continue
            own = _lines(node) if isinstance(node, ast.stmt | ast.ExceptHandler) else lines
            yield Place(node, own, owner, field, index)
            yield from places(node, own)


def _lines(statement: ast.stmt | ast.ExceptHandler) -> range:
    """Its own lines: of what has a body, those before the body."""
    body = getattr(statement, "body", None)
    if isinstance(body, list) and isinstance(body[0], ast.stmt):
        return range(statement.lineno, max(body[0].lineno, statement.lineno + 1))
    return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring, or the body of a stub
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "cast"))):
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


def _is_logging(node: ast.AST) -> bool:
    """Whether its first argument is the text of a log line."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name.endswith("logger")
    return False
