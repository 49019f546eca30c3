"""Where what a servlet answers is held against the spec, if it is."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Protocol

from counterfoil._replies import Reply
from counterfoil._servlets.operation import Operation
from counterfoil._servlets.representations import Representation
from counterfoil._types import Request

__all__ = ["VALIDATION", "Validation"]


class Validation(Protocol):
    """Looks at each answer of an operation before it is sent."""

    def reply(
        self, request: Request, operation: Operation, given: Reply[object]
    ) -> tuple[Reply[object], Representation]:
        """The checked reply that was *given*, and how it is written.

        Raises `InvalidResponseError` for what breaks the spec, as the items of the reply do; and
        else as `Operation.checked` and `Operation.form_of` do.
        """

    def raised(self, request: Request, operation: Operation, error: Exception) -> Exception:
        """What stands in for *error*, which the operation raised; itself if it may be answered."""


VALIDATION: Final[ContextVar[Validation | None]] = ContextVar("validation", default=None)
"""What looks at the answers to the requests that come in this context, whoever serves them."""
