"""The one jinja environment: it can print nothing but a fragment.

Two locks. A template's syntax tree is held against a short list of nodes when it is loaded, so that
there is no operator, call, macro, assignment or block which could make a `str` and print it past
`finalize`. And `finalize` lets through only the kinds of `fragments`, by exact type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final, Protocol

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import SandboxedEnvironment

from counterfoil_codegen.emit.internal import InternalError
from counterfoil_codegen.fragments import KINDS, Constant, DocText, Fragment

_STATEMENTS: Final[frozenset[type[nodes.Node]]] = frozenset(
    {nodes.Template, nodes.Output, nodes.For, nodes.If}
)
_CONDITIONS: Final[frozenset[type[nodes.Node]]] = frozenset(
    {nodes.Name, nodes.Getattr, nodes.Not, nodes.And, nodes.Or}
)


class View(Protocol):
    """What a template sees as `view`: a frozen dataclass of names, fragments and texts."""


def finalize(value: object) -> str:
    """The text of a fragment.

    Raises:
        InternalError: *value* is anything else.
    """
    if isinstance(value, Fragment) and type(value) in KINDS:
        return str(value)
    raise InternalError(f"a template tried to print a {type(value).__name__}")


def _literal(text: object) -> Constant:
    if type(text) is not str:
        raise InternalError(f"a literal of a {type(text).__name__}")
    return Constant(text, whole=True)


def _doc(text: object, indent: int) -> DocText:
    if type(text) is not str:
        raise InternalError(f"a docstring of a {type(text).__name__}")
    return DocText(text, indent)


_FILTERS: Final[Mapping[str, Callable[..., Fragment]]] = {"literal": _literal, "doc": _doc}


def environment() -> SandboxedEnvironment:
    """An environment without loader, globals or tests, and with our filters only."""
    made = SandboxedEnvironment(
        autoescape=False,
        finalize=finalize,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(_FILTERS)
    return made


_ENVIRONMENT: Final = environment()


@cache
def template(name: str) -> Template:
    """The template `templates/<name>.jinja`, checked and compiled."""
    folder = resources.files("counterfoil_codegen.emit") / "templates"
    return compiled((folder / f"{name}.jinja").read_text(encoding="utf-8"), name)


def compiled(source: str, name: str) -> Template:
    """The template of this text.

    Raises:
        InternalError: it uses more of jinja than templates here may.
    """
    tree = _ENVIRONMENT.parse(source, name)
    for line, what in _refused(tree):
        raise InternalError(f"template {name}, line {line}: {what} is not for templates here")
    code = _ENVIRONMENT.compile(tree, name, f"<template {name}>")
    return Template.from_code(_ENVIRONMENT, code, {})


def _refused(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Every node below *node* that is not a text, `{{ a.b | filter }}`, `{% for %}`, `{% if %}`."""
    if type(node) not in _STATEMENTS:
        yield node.lineno, type(node).__name__
    elif isinstance(node, nodes.Output):
        for printed in node.nodes:
            yield from _refused_print(printed)
    elif isinstance(node, nodes.For):
        yield from _refused_loop(node)
    elif isinstance(node, nodes.If):
        yield from _refused_condition(node.test)
        for branch in (*node.body, *node.elif_, *node.else_):
            yield from _refused(branch)
    else:
        for child in node.iter_child_nodes():
            yield from _refused(child)


def _refused_loop(node: nodes.For) -> Iterator[tuple[int, str]]:
    if node.recursive or type(node.target) is not nodes.Name:
        yield node.lineno, "this kind of loop"
    yield from _refused_path(node.iter)
    if node.test is not None:
        yield from _refused_condition(node.test)
    for branch in (*node.body, *node.else_):
        yield from _refused(branch)


def _refused_condition(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if type(node) not in _CONDITIONS:
        yield node.lineno, type(node).__name__
    for child in node.iter_child_nodes():
        yield from _refused_condition(child)


def _refused_print(node: nodes.Expr) -> Iterator[tuple[int, str]]:
    if type(node) is nodes.TemplateData:
        return
    if not isinstance(node, nodes.Filter):
        yield from _refused_path(node)
        return
    plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    numbers = all(type(arg) is nodes.Const and type(arg.value) is int for arg in node.args)
    if node.name not in _FILTERS or not plain or not numbers or node.node is None:
        yield node.lineno, f"the filter {node.name} used so"
    else:
        yield from _refused_path(node.node)


def _refused_path(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Refuse what is not `a`, `a.b`, `a.b.c`."""
    while type(node) is nodes.Getattr:
        node = node.node
    if type(node) is not nodes.Name:
        yield node.lineno, type(node).__name__
