"""Handler skeletons, made of the very text of the generated protocol. Pure: text in, text out.

A skeleton is a plain class, not a subclass of the protocol: so mypy compares the two where the
handler is registered, and an operation that the spec gains later becomes an error of types there,
not a 501 in production.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit.formatting import formatted

_LIBRARY, _OTHERS, _OWN = range(3)
_PRINCIPALS: Final = frozenset({"Principal", "Principal_co", "Principal_contra"})
_PRINCIPAL: Final = re.compile(r"(?<![.\w])Principal(?:_co|_contra)?\b")
_INDENT: Final = " " * 4


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The skeleton of one handler."""

    name: str  # Notices
    header: str  # docstring and imports
    opening: str  # class Notices:, and its docstring
    methods: dict[str, str]  # by name, indented, as they stand in the class

    @property
    def source(self) -> str:
        """The module, formatted."""
        text = "\n".join([self.header, "", self.opening, *self._spaced(self.methods)])
        return formatted({"skeleton.py": text})["skeleton.py"]

    def stubs(self, names: Iterable[str]) -> str:
        """The methods called *names*, to be pasted into a class."""
        text = f"class {self.name}:\n" + "\n".join(self._spaced(names))
        return formatted({"stubs.py": text})["stubs.py"].split("\n", 1)[1].lstrip("\n")

    def _spaced(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            yield f"\n{self.methods[name]}"


def skeleton(api: ir.Api, group: ir.Group, module: str) -> Skeleton:
    """The skeleton of the handler of *group*, whose generated *module* is given as text."""
    doc = f"The {group.module} operations: replace the bodies with what they should do."
    return _skeleton(api, str(group.handler), module, doc)


def authenticator_skeleton(api: ir.Api, module: str) -> Skeleton:
    """The skeleton of the authenticator of *api*, whose generated `security` is given as text."""
    doc = "Who sends a request: replace the bodies with what names a principal."
    return _skeleton(api, "Authenticator", module, doc)


def _skeleton(api: ir.Api, of: str, module: str, doc: str) -> Skeleton:
    tree = ast.parse(module)
    protocol = _class(tree, of)
    methods = [node for node in protocol.body if isinstance(node, ast.AsyncFunctionDef)]
    used = {name for method in methods for name in _names_in_signature(method)}
    used = used - _PRINCIPALS | {"unimplemented"}
    imports = _imports(tree, used, str(api.package))
    lines = module.split("\n")
    name = _class_name(of, used)
    opening = f'class {name}:\n{_INDENT}"""Implements `{api.package}.{of}`."""'
    header = f'"""{doc}"""\n\nfrom __future__ import annotations\n\n{imports}\n'
    bodies = {method.name: _method(method, lines) for method in methods}
    return Skeleton(name, header, opening, bodies)


def _class(tree: ast.Module, name: str) -> ast.ClassDef:
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


def _class_name(handler: str, taken: set[str]) -> str:
    name = handler.removesuffix("Handler")
    taken = taken | set(dir(builtins))
    return f"{name}Operations" if name in taken or not name.isidentifier() else name


def _names_in_signature(method: ast.AsyncFunctionDef) -> Iterator[str]:
    for part in (method.args, method.returns):
        for node in ast.walk(part) if part is not None else ():
            if isinstance(node, ast.Name):
                yield node.id


def _imports(tree: ast.Module, used: set[str], package: str) -> str:
    """The imports of a generated module, as far as they are used, seen from outside its package.

    In three sections, an empty line between them: Python's library, other packages, the generated.
    """
    sections: tuple[list[str], list[str], list[str]] = ([], [], [])
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in used:
                    sections[_section(alias.name)].append(f"import {alias.name}")
        elif isinstance(node, ast.ImportFrom):
            where = ".".join(filter(None, [package if node.level else "", node.module]))
            names = [alias.name for alias in node.names if alias.name in used]
            if names:
                section = _OWN if node.level else _section(where)
                sections[section].append(f"from {where} import {', '.join(names)}")
    return "\n\n".join("\n".join(section) for section in sections if section)


def _section(module: str) -> int:
    return _LIBRARY if module.partition(".")[0] in sys.stdlib_module_names else _OTHERS


def _method(method: ast.AsyncFunctionDef, lines: list[str]) -> str:
    """The signature as it was generated, and a body that answers 501."""
    signature = lines[method.lineno - 1 : method.body[0].lineno - 1]
    # Until there is a class for principals, anything is one.
    signature = [_PRINCIPAL.sub("object", line) for line in signature]
    raises = method.body[-1]
    return "\n".join([*signature, *lines[raises.lineno - 1 : raises.end_lineno]])
