"""What each kind of generated file may hold: the tables behind `verify`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from counterfoil_codegen.reserved import DECORATORS, IMPORTABLE, IMPORTABLE_MODULES, SCHEMES

_Nodes = frozenset[type[ast.AST]]

_EXPRESSIONS: Final[_Nodes] = frozenset(
    {
        ast.Name,
        ast.Load,
        ast.Store,
        ast.Constant,
        ast.Attribute,
        ast.Subscript,
        ast.Call,
        ast.keyword,
        ast.List,
        ast.Tuple,
        ast.BinOp,
        ast.BitOr,
        ast.UnaryOp,
        ast.USub,
    }
)
_DEFINITIONS: Final[_Nodes] = frozenset(
    {ast.ImportFrom, ast.alias, ast.Expr, ast.Assign, ast.AnnAssign, ast.ClassDef}
)
_FUNCTIONS: Final[_Nodes] = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.arguments,
        ast.arg,
        ast.Raise,
        ast.Return,
        ast.Await,
    }
)
_ASSIGNMENTS: Final[_Nodes] = frozenset({ast.ImportFrom, ast.Expr, ast.Assign})

_OWN_IMPORTS: Final = MappingProxyType(
    {"__future__": frozenset({"annotations"})}
    | {module: frozenset(names) for module, names in IMPORTABLE.items()}
)
_MODEL_IMPORTS: Final = MappingProxyType(
    {
        "__future__": frozenset({"annotations"}),
        "counterfoil.stub": frozenset({"UNSET", "Absent", "AbsentOrNull", "Model", "Tags"}),
        "pydantic": frozenset({"AwareDatetime", "ConfigDict", "Field"}),
        "typing": frozenset({"Annotated", "ClassVar", "Literal"}),
        "typing_extensions": frozenset({"TypeAliasType"}),
        "uuid": frozenset({"UUID"}),
    }
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one kind of file may hold."""

    top_level: _Nodes
    nodes: _Nodes
    imports: Mapping[str, frozenset[str]]
    relative: re.Pattern[str]
    """The modules of the package that may be imported from; every name of these may."""

    calls: re.Pattern[str]
    """What may be called, as text: `path`, `self._handler.list_notices`."""

    attributes: re.Pattern[str]
    """What may stand before a dot and after it, as text: `models.Notice`."""

    alone: re.Pattern[str] = re.compile(r"(?!)")
    """The calls that may stand as a statement."""

    decorators: frozenset[str] = frozenset()
    dunders: frozenset[str] = frozenset({"__all__"})
    modules: frozenset[str] = frozenset()
    aliases: bool = False
    """Whether `X` may be imported as `_X`, where the package has an `X` of its own."""

    def may_import(self, module: str, names: Iterable[str]) -> bool:
        """Whether `from module import names` is allowed."""
        if module.startswith("."):
            return self.relative.fullmatch(module) is not None and all(map(_is_plain, names))
        return set(names) <= self.imports.get(module, frozenset())

    def may_call(self, function: ast.expr) -> bool:
        """Whether this may be called."""
        return self.calls.fullmatch(_dotted(function)) is not None

    def may_reach(self, attribute: ast.Attribute) -> bool:
        """Whether this attribute may be named."""
        return self.attributes.fullmatch(_dotted(attribute)) is not None

    def stands_alone(self, value: ast.expr) -> bool:
        """Whether this may be a statement: a docstring, or one of the listed calls."""
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.Call):
            return self.alone.fullmatch(_dotted(value.func)) is not None
        return isinstance(value, ast.Constant) and type(value.value) is str


_NAME: Final = r"(?!__)[A-Za-z_][A-Za-z0-9_]*"
_CLASS: Final = r"[A-Z][A-Za-z0-9_]*"
_NOTHING: Final = re.compile(r"(?!)")

_ONLY_TYPES: Final = frozenset(
    {"Binary", "BodyStream", "Event", "Events", "HttpServer", "Location", "NoHeaders", "Outgoing"}
    | {
        "FormPart",
        "MultipartForm",
        "Upload",
        "Reply",
        "Request",
        "ResponseHeader",
        "ResponseHeaders",
        "SetCookie",
        "Text",
    }
)
_CLASSES: Final = "|".join(
    sorted(
        name
        for name in (*IMPORTABLE["counterfoil.stub"], *IMPORTABLE["counterfoil.contracts"])
        if name[0].isupper() and name not in _ONLY_TYPES | SCHEMES
    )
)
_CONSTANT: Final = r"[A-Z][A-Z0-9_]*"
_GUARD: Final = rf"self\._guards\.{_NAME}"
_GROUP: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.ClassDef, ast.Import},
    nodes=_EXPRESSIONS | _DEFINITIONS | _FUNCTIONS | {ast.Import},
    imports=_OWN_IMPORTS,
    relative=re.compile(r"\.|\.errors|\.security"),
    calls=re.compile(
        rf"Guards|authorize|authorize_if_given|all_of|{_GUARD}\.requiring"
        rf"|path|read|receive|unimplemented|Field|{'|'.join(sorted(DECORATORS))}|{_CLASSES}"
        rf"|self\._handler\.{_NAME}|server\.register_paths"
    ),
    attributes=re.compile(
        rf"(?:models|headers|forms)\.{_CLASS}|datetime\.{_NAME}|given\.{_NAME}|server\.register_paths"
        rf"|_contracts\.SCHEMAS"
        rf"|self\.{_NAME}|self\._handler\.{_NAME}|{_GUARD}|{_GUARD}\.requiring"
    ),
    alone=re.compile(rf"read|self\._handler\.{_NAME}|server\.register_paths"),
    decorators=DECORATORS,
    dunders=frozenset({"__all__", "__init__"}),
    modules=IMPORTABLE_MODULES,
)
_ERRORS: Final = Grammar(
    top_level=frozenset({ast.ImportFrom, ast.Import, ast.Expr, ast.ClassDef}),
    nodes=_EXPRESSIONS - {ast.Call} | _DEFINITIONS | {ast.Import},
    imports=_OWN_IMPORTS,
    relative=re.compile(r"\."),
    calls=_NOTHING,
    attributes=re.compile(rf"(?:models|headers)\.{_CLASS}|datetime\.{_NAME}"),
    modules=IMPORTABLE_MODULES,
)
_RECORDS: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.ClassDef, ast.Import},
    nodes=_EXPRESSIONS | _DEFINITIONS | {ast.Import},
    imports=_OWN_IMPORTS,
    relative=re.compile(r"\."),
    calls=re.compile("ResponseHeader|FormPart|Contract|Field"),
    attributes=re.compile(rf"models\.{_CLASS}|datetime\.{_NAME}|_contracts\.SCHEMAS"),
    modules=IMPORTABLE_MODULES,
)
_OUTGOING: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.ClassDef, ast.Import},
    nodes=_EXPRESSIONS | _DEFINITIONS | {ast.Import},
    imports=_OWN_IMPORTS,
    relative=re.compile(r"\."),
    calls=re.compile("deprecated|sends|Body|Contract|Header|Query|Field"),
    attributes=re.compile(rf"(?:models|errors)\.{_CLASS}|datetime\.{_NAME}|_contracts\.SCHEMAS"),
    decorators=frozenset({"deprecated", "sends"}),
    modules=IMPORTABLE_MODULES,
)
_SECURITY: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.ClassDef},
    nodes=_EXPRESSIONS | _DEFINITIONS | _FUNCTIONS,
    imports=_OWN_IMPORTS,
    relative=_NOTHING,
    calls=re.compile(
        rf"TypeVar|unimplemented|{'|'.join(sorted(SCHEMES))}|{_CONSTANT}\.guard(?:_next)?"
    ),
    attributes=re.compile(rf"self\.{_NAME}|authenticator\.{_NAME}|{_CONSTANT}\.guard(?:_next)?"),
    dunders=frozenset({"__all__", "__init__"}),
)
_PACKAGE: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.FunctionDef},
    nodes=_EXPRESSIONS | _DEFINITIONS | _FUNCTIONS,
    imports=_OWN_IMPORTS,
    relative=re.compile(rf"\.{_NAME}"),
    calls=re.compile(rf"{_CLASS}|{_CLASS}\(\)\.register"),
    attributes=re.compile(rf"{_CLASS}\(\)\.register"),
    alone=re.compile(rf"{_CLASS}\(\)\.register"),
)
_MODELS: Final = Grammar(
    top_level=_ASSIGNMENTS,
    nodes=_EXPRESSIONS | _ASSIGNMENTS | {ast.alias, ast.Dict},
    imports=_OWN_IMPORTS,
    relative=_NOTHING,
    calls=re.compile("lazy"),
    attributes=_NOTHING,
    dunders=frozenset({"__getattr__", "__name__"}),
)
_MODELS_STUB: Final = Grammar(
    top_level=frozenset({ast.ImportFrom, ast.Assign}),
    nodes=frozenset(
        {ast.ImportFrom, ast.alias, ast.Assign, ast.Name, ast.Store, ast.List, ast.Load}
        | {ast.Constant}
    ),
    imports={},
    relative=re.compile(rf"\.{_NAME}"),
    calls=_NOTHING,
    attributes=_NOTHING,
)
_MODEL_MODULE: Final = Grammar(
    top_level=_ASSIGNMENTS | {ast.ClassDef, ast.Import},
    nodes=_EXPRESSIONS | _DEFINITIONS | {ast.Import, ast.Pass},
    imports=_MODEL_IMPORTS,
    relative=re.compile(rf"\.{_NAME}"),
    calls=re.compile(r"_?(?:Field|ConfigDict|Tags|TypeAliasType)"),
    attributes=re.compile(r"datetime\.date"),
    dunders=frozenset({"__pydantic_extra__"}),
    modules=IMPORTABLE_MODULES,
    aliases=True,
)


_CONTRACTS: Final = Grammar(
    top_level=_ASSIGNMENTS,
    nodes=frozenset({ast.ImportFrom, ast.alias, ast.Expr, ast.Assign})
    | frozenset({ast.Name, ast.Store, ast.Constant}),
    imports=_OWN_IMPORTS,
    relative=_NOTHING,
    calls=_NOTHING,
    attributes=_NOTHING,
)


def grammar_of(name: str) -> Grammar | None:
    """What the file of this name may hold; None if there is no such file."""
    known = {
        "__init__.py": _PACKAGE,
        "errors.py": _ERRORS,
        "forms.py": _RECORDS,
        "headers.py": _RECORDS,
        "outgoing.py": _OUTGOING,
        "security.py": _SECURITY,
        "_contracts.py": _CONTRACTS,
        "_responses.py": _CONTRACTS,
        "models/__init__.py": _MODELS,
        "models/__init__.pyi": _MODELS_STUB,
    }
    if name in known:
        return known[name]
    if re.fullmatch(rf"models/{_NAME}\.py", name):
        return _MODEL_MODULE
    return _GROUP if re.fullmatch(rf"{_NAME}\.py", name) else None


def _is_plain(name: str) -> bool:
    return re.fullmatch(_NAME, name) is not None


def _dotted(node: ast.expr) -> str:
    """`self._handler.list_notices`; a call of a name in it shows as `X()`; else no name at all."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute}"
        case ast.Call(func=ast.Name(id=name)):
            return f"{name}()"
    return "?"
