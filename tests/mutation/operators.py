"""What may be changed in a module, one place at a time.

A mutant differs from the module in one node of its syntax tree: a comparison, a boolean operator, a
`not`, an arithmetic operator, a condition, a constant, a returned value, a statement left out, two
arguments swapped, a keyword argument left out, the class of an exception.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType

from tests.mutation.places import places

__all__ = ["Mutant", "mutants"]

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

_ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}


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
    for place in [*places(tree)]:
        old = place.node
        for new in _changes(old):
            place.put(ast.fix_missing_locations(ast.copy_location(new, old)))
            code = compile(tree, filename, "exec", dont_inherit=True)
            yield Mutant(place.lines, f"{_short(old)}  ->  {_short(new)}", code)
        place.put(old)


def _short(node: ast.AST) -> str:
    return ast.unparse(node).strip().partition("\n")[0][:90]


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of *node*."""
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        never = ast.Name("GeneratorExit", ast.Load())
        yield ast.ExceptHandler(never, node.name, node.body)
    elif isinstance(node, ast.expr):
        yield from _of_expression(node)


def _of_statement(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse) if _is_plain(test):
            yield ast.If(_negated(test), body, orelse)
        case ast.While(test=test, body=body, orelse=orelse) if _is_plain(test):
            yield ast.While(_negated(test), body, orelse)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Raise(exc=ast.expr() as raised):
            yield ast.Pass()
            if not isinstance(raised, ast.Name) or raised.id[0].isupper():
                yield ast.Raise(ast.Name("ArithmeticError", ast.Load()), node.cause)
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield ast.Pass()
        case ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Return(value=None) | ast.Raise():
            yield ast.Pass()


def _of_expression(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.BoolOp():
            yield from _of_boolean(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse) if _is_plain(test):
            yield ast.IfExp(_negated(test), body, orelse)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield left
            yield right
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(operator)](), right)
        case ast.Constant(value=value):
            yield from map(ast.Constant, _other_constants(value))
        case ast.Call():
            yield from _of_call(node)


def _of_comparison(node: ast.Compare) -> Iterator[ast.expr]:
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            changed = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield ast.Compare(node.left, changed, node.comparators)


def _of_boolean(node: ast.BoolOp) -> Iterator[ast.expr]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index in range(len(node.values)):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_call(node: ast.Call) -> Iterator[ast.Call]:
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "getattr")):
            pass  # swapped they never work
        case ast.Call(args=[first, second, *rest]):
            if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                yield ast.Call(node.func, [second, first, *rest], node.keywords)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            kept = [*node.keywords[:index], *node.keywords[index + 1 :]]
            yield ast.Call(node.func, node.args, kept)


def _other_constants(value: object) -> Iterator[str | bytes | int | float | bool]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield "X"
        case bytes():
            yield b"X"


def _is_plain(test: ast.expr) -> bool:
    """Whether nothing else here would turn the condition round."""
    turned = isinstance(test, ast.Compare | ast.BoolOp)
    return not turned and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
