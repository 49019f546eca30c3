"""The model generator's text, read into types.

Nothing of that text is passed on. Each form that it may have is known, and is a `Type`; any other
form is an error, so no statement, call or import that is not meant can get through.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from counterfoil_codegen.models import names
from counterfoil_codegen.models.problems import ModelError
from counterfoil_codegen.models.types import (
    NONE,
    OBJECT,
    Generic,
    Literals,
    Named,
    Plain,
    Scalar,
    Type,
    bounded,
    union,
)

# Names that the text may import. A value of None: nothing of it may be used.
_IMPORTS: Final[Mapping[tuple[str, str], str | None]] = {
    ("__future__", "annotations"): None,
    ("datetime", "date"): "date",
    ("pydantic", "AwareDatetime"): "AwareDatetime",
    ("pydantic", "BaseModel"): "BaseModel",
    ("pydantic", "ConfigDict"): "ConfigDict",
    ("pydantic", "Field"): "Field",
    ("pydantic", "StringConstraints"): None,
    ("typing", "Annotated"): "Annotated",
    ("typing", "Any"): "Any",
    ("typing", "Literal"): "Literal",
    ("typing", "Optional"): "Optional",
    ("typing", "Union"): "Union",
    ("typing_extensions", "TypeAliasType"): "TypeAliasType",
    ("uuid", "UUID"): "UUID",
}
_BUILTINS: Final = frozenset({"bool", "dict", "float", "int", "list", "object", "str"})
_TYPES: Final = frozenset({"AwareDatetime", "UUID", "date"})
_CONSTRAINTS: Final = frozenset(
    {"ge", "gt", "le", "lt", "max_length", "min_length", "multiple_of", "pattern"}
)
_EXTRAS: Final = frozenset({"allow", "forbid"})


@dataclass(slots=True)
class Translated:
    """The types of a document, in names of the document."""

    aliases: dict[str, Type] = field(default_factory=dict)
    classes: dict[str, dict[str, Type]] = field(default_factory=dict)  # fields by key


def translate(text: str) -> Translated:
    """Read the model generator's text.

    Raises:
        ModelError: it holds something that it was not asked for.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise ModelError(f"the model generator's text is not Python: {error}") from error
    return _Translator().read(tree)


class _Translator:
    def __init__(self) -> None:
        self._imported: dict[str, str] = {}
        self._found = Translated()

    def read(self, tree: ast.Module) -> Translated:
        for statement in tree.body:
            match statement:
                case ast.ImportFrom(module=str(module), names=aliases, level=0):
                    self._import(module, aliases)
                case ast.ClassDef():
                    self._class(statement)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._alias(name, value)
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr="model_rebuild"), args=[])):
                    pass  # the runtime builds models when they are first used
                case _:
                    raise _unexpected(statement)
        return self._found

    def _import(self, module: str, aliases: list[ast.alias]) -> None:
        for alias in aliases:
            if (module, alias.name) not in _IMPORTS:
                raise ModelError(f"an import of {alias.name} from {module}")
            known = _IMPORTS[module, alias.name]
            if known is not None:
                self._imported[alias.asname or alias.name] = known

    def _class(self, node: ast.ClassDef) -> None:
        match node:
            case ast.ClassDef(bases=[ast.Name(id=base)], keywords=[], decorator_list=[]):
                if self._imported.get(base) != "BaseModel":
                    raise _unexpected(node)
            case _:
                raise _unexpected(node)
        fields = dict(self._fields(node))
        self._declare(node.name)
        self._found.classes[node.name] = fields

    def _fields(self, node: ast.ClassDef) -> Iterator[tuple[str, Type]]:
        for statement in node.body:
            match statement:
                case ast.Pass():
                    pass
                case ast.Assign(targets=[ast.Name(id="model_config")], value=value):
                    self._check_config(value)
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=None, simple=1):
                    yield name, self._type(kind)
                case _:
                    raise _unexpected(statement)

    def _check_config(self, node: ast.expr) -> None:
        """The caller knows what a class does with extra properties; here it is only read over."""
        match node:
            case ast.Call(
                func=ast.Name(id=function),
                args=[],
                keywords=[ast.keyword(arg="extra", value=ast.Constant(value=extra))],
            ) if self._imported.get(function) == "ConfigDict" and extra in _EXTRAS:
                return
        raise _unexpected(node)

    def _alias(self, name: str, node: ast.expr) -> None:
        match node:
            case ast.Call(
                func=ast.Name(id=function),
                args=[ast.Constant(value=str(given)), value],
                keywords=[],
            ) if self._imported.get(function) == "TypeAliasType" and given == name:
                kind = self._type(value)
                self._declare(name)
                self._found.aliases[name] = kind
            case _:
                raise _unexpected(node)

    def _declare(self, name: str) -> None:
        if name in self._found.aliases or name in self._found.classes:
            raise ModelError(f"two definitions of {name}")

    def _type(self, node: ast.expr) -> Type:
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str(text)):
                return self._type(_forward(text))
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(op=ast.BitOr()):
                return union(self._type(each) for each in _alternatives(node))
            case ast.Subscript(value=ast.Name(id=base), slice=arguments):
                given = arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
                return self._subscript(base, given)
        raise _unexpected(node)

    def _name(self, name: str) -> Type:
        if name in self._imported:
            kind = self._imported[name]
            if kind == "Any":
                return OBJECT
            if kind in _TYPES:
                return Plain(kind)
        elif name in _BUILTINS:
            return Plain(name)
        elif names.is_internal(name):
            return Named(name)
        raise ModelError(f"a type called {name}")

    def _subscript(self, base: str, given: list[ast.expr]) -> Type:
        match self._imported.get(base, base), given:
            case "Literal", values:
                return Literals(tuple(_constant(value) for value in values))
            case "Optional", [kind]:
                return union([self._type(kind), NONE])
            case "Union", kinds:
                return union(self._type(kind) for kind in kinds)
            case "Annotated", [kind, call]:
                return bounded(self._type(kind), self._field(call))
            case ("list", [_]) | ("dict", [_, _]):
                return Generic(base, tuple(self._type(kind) for kind in given))
        raise ModelError(f"a subscript of {base}")

    def _field(self, node: ast.expr) -> dict[str, Scalar]:
        match node:
            case ast.Call(func=ast.Name(id=function), args=[], keywords=keywords):
                if self._imported.get(function) == "Field":
                    return {_constraint(each): _constant(each.value) for each in keywords}
        raise _unexpected(node)


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """What stands between the bars of `A | B | C`, however many: each bar holds all before it."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _forward(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ModelError(f"a forward reference that is no type: {text!r:.80}") from error


def _constant(node: ast.expr) -> Scalar:
    """The value of a literal: text, a number, a boolean."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise _unexpected(node)


def _constraint(keyword: ast.keyword) -> str:
    if keyword.arg not in _CONSTRAINTS:
        raise ModelError(f"a Field with {keyword.arg}")
    return keyword.arg


def _unexpected(node: ast.AST) -> ModelError:
    return ModelError(f"the model generator gave an unexpected {ast.unparse(node):.200}")
