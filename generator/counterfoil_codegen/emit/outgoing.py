"""What the template of the module `outgoing` sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil_codegen import ir
from counterfoil_codegen.emit import docs
from counterfoil_codegen.emit.inputs import BodyView, ParameterView, body_view, parameter_view
from counterfoil_codegen.emit.replies import reply
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.import_order import exported_order


@dataclass(frozen=True, slots=True)
class MessageView:
    """A class of requests: `class NewOrderWebhook(Outgoing[Ok[models.Receipt]])`."""

    name: Identifier
    sends: Expression
    answers: Expression
    doc: str
    body: BodyView | None
    parameters: tuple[ParameterView, ...]
    deprecated: bool

    @property
    def has_parts(self) -> bool:
        """Whether there is anything to send but the method."""
        return self.body is not None or bool(self.parameters)


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """The module `outgoing`."""

    doc: str
    exported: tuple[Identifier, ...]
    messages: tuple[MessageView, ...]


def outgoing_view(api: ir.Api) -> OutgoingView:
    """The requests that *api* sends."""
    names = sorted((one.name for one in api.messages), key=lambda name: exported_order(str(name)))
    return OutgoingView(docs.outgoing(api), tuple(names), tuple(map(_message, api.messages)))


def _message(message: ir.Message) -> MessageView:
    return MessageView(
        message.name,
        Expression.call(
            Expression.name(Identifier("sends")),
            [Constant(message.method.value)],
            list(_errors(message)),
        ),
        Expression.union(*map(reply, message.successes)),
        docs.message(message),
        None if message.body is None else body_view(message.body),
        tuple(map(parameter_view, message.parameters)),
        message.deprecated,
    )


def _errors(message: ir.Message) -> Iterator[tuple[Identifier, Expression]]:
    if message.errors:
        named = (Expression.name(Identifier("errors"), error.name) for error in message.errors)
        yield Identifier("errors"), Expression.several(*named)
