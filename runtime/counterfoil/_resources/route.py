"""What a path and a method lead to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from counterfoil._cancel import is_cancellable
from counterfoil._options import RouteOptions, options_of
from counterfoil._output.prepared import PreparedLines
from counterfoil._server.heads import BodyPlan
from counterfoil._servlets.boundary import operation_of
from counterfoil._servlets.operation import Operation
from counterfoil._types import Answer

__all__ = ["Callback", "Route"]

Callback: TypeAlias = Callable[..., Awaitable[Answer | None] | Answer | None]
"""What is called with a request. It may be synchronous, too."""


@dataclass(frozen=True, slots=True)
class Route:
    """What is called, what was asked for it, and how the log names it."""

    callback: Callback
    servlet: str
    cancellable: bool
    options: RouteOptions
    operation: Operation | None
    owner: object
    """What *callback* is a method of, if it is one."""

    plan: BodyPlan

    is_plain: bool
    """Whether there is an operation, which a site holds to all that it asks."""

    is_html: bool
    """Whether it answers with pages."""

    policies: dict[str, PreparedLines] = field(default_factory=dict, compare=False)
    """What its answers say beside what every answer says, by the methods of its path."""

    @classmethod
    def to(cls, callback: Callback, servlet: str) -> Route:
        """A route to *callback*, with what its decorators say of it."""
        options = options_of(callback)
        operation = operation_of(callback)
        return cls(
            callback,
            servlet,
            is_cancellable(callback),
            options,
            operation,
            getattr(callback, "__self__", None),
            BodyPlan(max_body=options.max_body, at_head=options.at_head),
            operation is not None and options.max_body is None,
            operation is not None and operation.is_html,
        )
