"""Cross-origin access (the Fetch standard, "HTTP extensions"), and a few headers of all answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from counterfoil._types import Request

__all__ = ["Cors"]


@dataclass(frozen=True, slots=True)
class Cors:
    """What pages of other origins may do. Any origin is let in, and never with credentials.

    `methods` are those named where the path's own are not known; `max_age` is in seconds, and says
    how long a browser may keep the answer to a preflight request.
    """

    methods: tuple[str, ...] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    request_headers: tuple[str, ...] = (
        "X-Requested-With",
        "Content-Type",
        "Authorization",
        "Date",
    )
    exposed_headers: tuple[str, ...] = ("Server",)
    max_age: int = 86400

    def set_headers(self, request: Request, methods: Iterable[str]) -> None:
        """Set the headers of an answer on a path that answers *methods*."""
        headers = request.responseHeaders
        headers.setRawHeaders("Access-Control-Allow-Origin", ["*"])
        headers.setRawHeaders("Access-Control-Allow-Methods", [", ".join(methods)])
        headers.setRawHeaders("Access-Control-Allow-Headers", [", ".join(self.request_headers)])
        headers.setRawHeaders("Access-Control-Expose-Headers", [", ".join(self.exposed_headers)])
