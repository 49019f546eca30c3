"""What templates see of an operation's parameters and body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.fragments import Constant, Expression, Identifier

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter: `limit: Annotated[int, Query(), Field(ge=1)] = 20`."""

    name: Identifier
    annotation: Expression
    marks: tuple[Expression, ...]
    default: Constant | Expression | None


@dataclass(frozen=True, slots=True)
class BodyView:
    """A body: `body: Annotated[models.Notice, Body()]`."""

    annotation: Expression
    declared: Expression  # the annotation, with the media types of each of its types
    default: Expression | None


def body_view(body: ir.Body) -> BodyView:
    annotation = Expression.union(*(choice.annotation for choice in body.choices))
    declared = Expression.union(*map(_choice, body.choices))
    if body.required or body.streams:
        return BodyView(annotation, declared, None)
    # None stands beside the marked type: a body may be absent, and yet not be `null`.
    none = Expression.none()
    return BodyView(Expression.optional(annotation), Expression.union(declared, none), none)


def _choice(choice: ir.Choice) -> Expression:
    """`Annotated[models.Notice, Body(), Body(media_type="text/json")]`."""
    mark = Expression.name(Identifier("Body"))
    told = [
        [] if media_type == JSON else [(Identifier("media_type"), Constant(media_type))]
        for media_type in choice.media_types
    ]
    return Expression.subscript(
        Expression.name(Identifier("Annotated")),
        choice.annotation,
        *(Expression.call(mark, (), keywords) for keywords in told),
        *contract(choice.contract),
    )


def contract(name: str | None) -> Iterator[Expression]:
    """`Contract(_contracts.SCHEMAS, "Account_1f2e3d4c")`."""
    if name is not None:
        schemas = Expression.name(Identifier("_contracts"), Identifier("SCHEMAS"))
        call = Expression.name(Identifier("Contract"))
        yield Expression.call(call, [schemas, Constant(name)])


def parameter_view(parameter: ir.Parameter) -> ParameterView:
    marks = tuple(_marks(parameter))
    if parameter.required:
        return ParameterView(parameter.name, parameter.annotation, marks, None)
    if parameter.default is not None:
        default = _default(parameter.default)
        return ParameterView(parameter.name, parameter.annotation, marks, default)
    annotation = Expression.optional(parameter.annotation)
    return ParameterView(parameter.name, annotation, marks, Expression.none())


def accepted_view(operation: ir.Operation) -> ParameterView | None:
    """What the answer is to be: `accepted: Annotated[Literal["text/csv", ...], Accept()]`."""
    if not operation.offered:
        return None
    literal = Expression.name(Identifier("Literal"))
    return ParameterView(
        Identifier("accepted"),
        Expression.subscript(literal, *map(Constant, operation.offered)),
        (Expression.call(Expression.name(Identifier("Accept")), ()),),
        None,
    )


def _default(value: Constant) -> Constant | Expression:
    """A list stands in a `Field`: bare, it would be one list for every request to a reader."""
    text = str(value)
    if not text.startswith("["):
        return value
    keyword, given = ("default", value) if text != "[]" else ("default_factory", None)
    shown = given or Expression.name(Identifier("list"))
    return Expression.call(Expression.name(Identifier("Field")), (), [(Identifier(keyword), shown)])


def _marks(parameter: ir.Parameter) -> Iterator[Expression]:
    """`Query("from", explode=False)`, `Field(ge=1)`."""
    renamed = parameter.wire_name != str(parameter.name)
    said = {
        "style": parameter.style,
        "explode": parameter.explode,
        "media_type": parameter.media_type,
        "allow_empty": parameter.allow_empty or None,
    }
    yield Expression.call(
        Expression.name(Identifier(parameter.location.value)),
        [Constant(parameter.wire_name)] if renamed else [],
        [(Identifier(key), Constant(value)) for key, value in said.items() if value is not None],
    )
    yield from contract(parameter.contract)
    if parameter.constraints:
        yield Expression.call(Expression.name(Identifier("Field")), keywords=parameter.constraints)
