"""What the template of the module `headers` sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit import docs
from counterfoil_codegen.emit.inputs import ParameterView
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.import_order import exported_order

_MARK: Final = Expression.name(Identifier("ResponseHeader"))


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class of headers: `class ListNoticesResponse200Headers(ResponseHeaders)`."""

    name: Identifier
    doc: str
    members: tuple[ParameterView, ...]


@dataclass(frozen=True, slots=True)
class HeadersView:
    """The module `headers`."""

    doc: str
    exported: tuple[Identifier, ...]
    classes: tuple[ClassView, ...]


def headers_view(api: ir.Api) -> HeadersView:
    """The headers of the responses of *api*."""
    names = sorted((one.name for one in api.headers), key=lambda name: exported_order(str(name)))
    return HeadersView(docs.headers(api), tuple(names), tuple(map(_class, api.headers)))


def _class(of: ir.ResponseHeaders) -> ClassView:
    ordered = sorted(of.members, key=lambda member: not member.required)
    return ClassView(of.name, docs.response_headers(of), tuple(map(_member, ordered)))


def _member(header: ir.ResponseHeader) -> ParameterView:
    said = {"explode": header.explode, "is_json": header.is_json}
    mark = Expression.call(
        _MARK,
        [Constant(header.wire_name)],
        [(Identifier(key), Constant(value)) for key, value in said.items() if value],
    )
    if header.required:
        return ParameterView(header.name, header.annotation, (mark,), None)
    none = Expression.none()
    return ParameterView(header.name, Expression.optional(header.annotation), (mark,), none)
