"""Renders the templates for an API, and computes the imports of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit import views
from counterfoil_codegen.emit.environment import View, template
from counterfoil_codegen.emit.imports import import_from, imports
from counterfoil_codegen.emit.internal import InternalError
from counterfoil_codegen.emit.outgoing import outgoing_view
from counterfoil_codegen.emit.records import forms_view, headers_view
from counterfoil_codegen.emit.responses import responses_view
from counterfoil_codegen.emit.security import security_view
from counterfoil_codegen.fragments import Comment, Import
from counterfoil_codegen.reserved import SECURITY_NAMES

_LONGEST_SOURCE: Final = 49
_MODULES: Final = dict.fromkeys(("models", "headers", "forms", "_contracts"), ".")
_OF_SECURITY: Final = dict.fromkeys(SECURITY_NAMES, ".security")
_Sections = Iterable[Iterable[Import]]


def render(api: ir.Api) -> dict[str, str]:
    """The files of the package of *api*, not yet formatted, sorted by name."""
    source = source_comment(api.sources)
    groups = [(group, views.group_view(group, api)) for group in api.groups]
    files = [
        *((f"{group.module}.py", _group(view, api, source)) for group, view in groups),
        ("__init__.py", _package(api, source)),
        ("py.typed", ""),
    ]
    if api.errors:
        files.append(("errors.py", _errors(api, source)))
    if api.forms:
        files.append(("forms.py", _forms(api, source)))
    if api.headers:
        files.append(("headers.py", _headers(api, source)))
    if api.messages:
        files.append(("outgoing.py", _outgoing(api, source)))
    if api.schemes:
        files.append(("security.py", _security(api, source)))
    if api.contracts:
        files.append(("_contracts.py", _contracts(api, source)))
    if groups:
        files.append(("_responses.py", _responses(api, groups, source)))
    if api.models:
        files.extend(_models(api, source))
    if len({name.lower() for name, _ in files}) != len(files):
        raise InternalError(f"two files have one name: {sorted(name for name, _ in files)}")
    return dict(sorted(files))


def source_comment(sources: tuple[str, ...]) -> Comment:
    """The first line's account of where a file comes from, short enough for one line.

    A long name keeps its end, which tells it from others.
    """
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    first = sources[0].rstrip("/") if sources else "a spec"
    room = _LONGEST_SOURCE - len(more)
    return Comment((first if len(first) <= room else f"...{first[3 - room :]}") + more)


def _package(api: ir.Api, source: Comment) -> str:
    own = {
        str(name): f".{group.module}"
        for group in api.groups
        for name in (group.handler, group.servlet)
    } | _OF_SECURITY
    return _with_imports("package", views.package_view(api), source, own)


def _group(view: views.GroupView, api: ir.Api, source: Comment) -> str:
    own = dict(_MODULES)
    own |= {str(error.name): ".errors" for error in api.errors}
    own |= _OF_SECURITY
    return _with_imports("group", view, source, own)


def _errors(api: ir.Api, source: Comment) -> str:
    return _with_imports("errors", views.errors_view(api), source, _MODULES)


def _headers(api: ir.Api, source: Comment) -> str:
    return _with_imports("records", headers_view(api), source, _MODULES)


def _forms(api: ir.Api, source: Comment) -> str:
    return _with_imports("records", forms_view(api), source, _MODULES)


def _outgoing(api: ir.Api, source: Comment) -> str:
    own = {"models": ".", "errors": ".", "_contracts": "."}
    return _with_imports("outgoing", outgoing_view(api), source, own)


def _security(api: ir.Api, source: Comment) -> str:
    return _with_imports("security", security_view(api), source, {})


def _contracts(api: ir.Api, source: Comment) -> str:
    return _rendered("contracts", views.contracts_view(api), source, [])


def _responses(
    api: ir.Api, groups: Iterable[tuple[ir.Group, views.GroupView]], source: Comment
) -> str:
    return _rendered("responses", responses_view(api, groups), source, [])


def _models(api: ir.Api, source: Comment) -> Iterable[tuple[str, str]]:
    view = views.models_view(api)
    yield "models/__init__.py", _with_imports("models", view, source, {})
    stub = [import_from(f".{module.name}", map(str, module.names)) for module in view.modules]
    yield "models/__init__.pyi", _rendered("models_stub", view, source, [stub])
    for module in api.models:
        header = _rendered("header", view, source, [])
        yield f"models/{module.module}.py", header + module.source


def _with_imports(name: str, view: View, source: Comment, own: Mapping[str, str]) -> str:
    """The body, which shows the names that it uses, below an opening with their imports."""
    body = _rendered(name, view, source, [])
    return _rendered("opening", view, source, imports(body, own, name)) + body


def _rendered(name: str, view: View, source: Comment, found: _Sections) -> str:
    return template(name).render(view=view, source=source, imports=found)
