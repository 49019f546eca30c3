"""Which request is being worked for, wherever the work is done.

The context variable follows a handler through every await, and through `defer_to_thread` into a
thread and back. It needs no help from Twisted: coroutines that Deferreds drive keep their context.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["RequestContext", "WorkingFor", "current_context"]


@dataclass(slots=True)
class RequestContext:
    """What every log line of a request may say. Texts are printable, and hold no secrets."""

    request_id: str
    client: str
    site: str
    method: str
    uri: str
    protocol: str
    user_agent: str


current_context: ContextVar[RequestContext | None] = ContextVar("current_context", default=None)
"""The context of the request that the running code works for; None outside of any."""


class WorkingFor:
    """Runs a block for the request of *context*: `with WorkingFor(context): ...`.

    For what is done for a request outside of its handler; `contextlib.contextmanager` takes four
    times as long.
    """

    __slots__ = ("_context", "_token")

    def __init__(self, context: RequestContext) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = current_context.set(self._context)

    def __exit__(self, *_: object) -> None:
        current_context.reset(self._token)
