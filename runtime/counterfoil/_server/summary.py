"""What became of a request."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["RequestSummary"]


class RequestSummary(NamedTuple):
    """What became of a request. Texts are printable, and hold no secrets."""

    client: str
    """The client's address, or `-`."""

    site: str
    """The site's tag."""

    requester: str | None
    """Whom the request was made for, if it was authenticated."""

    servlet: str
    operation: str | None
    """The operation that was routed to; None if there was none."""

    method: str
    uri: str
    protocol: str
    user_agent: str
    status: int
    complete: bool
    """Whether the whole answer was handed to the connection."""

    bytes_sent: int
    """The length of the answer's content, as far as it was sent."""

    processing_seconds: float
    """From the call of the handler to its end; without one, to the answer's end."""

    send_seconds: float
    """From the handler's end to the answer's, if that came later."""

    user_cpu: float
    """Seconds of the processor that the handler took in the program."""

    system_cpu: float
    """And in the system, for it."""
