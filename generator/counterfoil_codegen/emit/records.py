"""What the template of the modules `headers` and `forms` sees: classes of marked attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from counterfoil_codegen import ir
from counterfoil_codegen.emit import docs
from counterfoil_codegen.emit.inputs import ParameterView, contract
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.import_order import exported_order


@dataclass(frozen=True, slots=True)
class RecordView:
    """A class: `class AddPhotoForm(MultipartForm)`."""

    name: Identifier
    doc: str
    members: tuple[ParameterView, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class RecordsView:
    """A module of such classes."""

    doc: str
    base: Identifier
    classes: tuple[RecordView, ...]

    @property
    def exported(self) -> tuple[Identifier, ...]:
        """The names of the classes."""
        names = (one.name for one in self.classes)
        return tuple(sorted(names, key=lambda name: exported_order(str(name))))


def headers_view(api: ir.Api) -> RecordsView:
    """The headers of the responses of *api*."""
    classes = (
        RecordView(one.name, docs.response_headers(one), _ordered(map(_header, one.members)))
        for one in api.headers
    )
    return RecordsView(docs.headers(api), Identifier("ResponseHeaders"), tuple(classes))


def forms_view(api: ir.Api) -> RecordsView:
    """The forms in parts that *api* takes."""
    classes = (
        RecordView(one.name, docs.form(one), _ordered(map(_part, one.parts)), one.closed)
        for one in api.forms
    )
    return RecordsView(docs.forms(api), Identifier("MultipartForm"), tuple(classes))


def _ordered(members: Iterable[ParameterView]) -> tuple[ParameterView, ...]:
    """Those without a default first."""
    return tuple(sorted(members, key=lambda member: member.default is not None))


def _header(header: ir.ResponseHeader) -> ParameterView:
    said = {"explode": header.explode, "is_json": header.is_json}
    mark = _mark("ResponseHeader", [header.wire_name], said)
    return _view(header.name, header.annotation, [mark], is_required=header.required)


def _part(part: ir.Part) -> ParameterView:
    renamed = [part.wire_name] if part.wire_name != str(part.name) else []
    said = {"media_type": part.media_type or False, "is_json": part.is_json}
    marks = [_mark("FormPart", renamed, said), *contract(part.contract)]
    if part.constraints:
        marks.append(Expression.call(Expression.name(Identifier("Field")), (), part.constraints))
    return _view(part.name, part.annotation, marks, is_required=part.required)


def _mark(name: str, given: Sequence[str], said: Mapping[str, str | bool]) -> Expression:
    return Expression.call(
        Expression.name(Identifier(name)),
        [Constant(each) for each in given],
        [(Identifier(key), Constant(value)) for key, value in said.items() if value],
    )


def _view(
    name: Identifier, annotation: Expression, marks: Sequence[Expression], *, is_required: bool
) -> ParameterView:
    if is_required:
        return ParameterView(name, annotation, tuple(marks), None)
    none = Expression.none()
    return ParameterView(name, Expression.optional(annotation), tuple(marks), none)
