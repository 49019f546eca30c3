"""Cross-origin access (the Fetch standard, section "HTTP extensions")."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterfoil._types import Request

__all__ = ["Cors"]


@dataclass(frozen=True)
class Cors:
    """What pages of other origins may do. Any origin is let in, and never with credentials.

    `methods` are those named where the path's own are not known; `max_age` is in seconds, and says
    for how long a browser may keep the answer to a preflight request.
    """

    methods: tuple[str, ...] = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
    request_headers: tuple[str, ...] = (
        "X-Requested-With",
        "Content-Type",
        "Authorization",
        "Date",
    )
    exposed_headers: tuple[str, ...] = ("Server",)
    max_age: int = 86400

    _fixed: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fixed = (
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Headers", ", ".join(self.request_headers)),
            ("Access-Control-Expose-Headers", ", ".join(self.exposed_headers)),
        )
        object.__setattr__(self, "_fixed", fixed)

    def set_headers(self, request: Request, methods: str | None = None) -> None:
        """Set the headers of an answer on a path that answers *methods*, as `Allow` lists them."""
        headers = request.responseHeaders
        listed = ", ".join(self.methods) if methods is None else methods
        headers.setRawHeaders("Access-Control-Allow-Methods", [listed])
        for name, value in self._fixed:
            headers.setRawHeaders(name, [value])
