"""Cross-origin access (the Fetch standard, section "HTTP extensions")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from counterfoil._output.prepared import PreparedLines, prepared, set_prepared
from counterfoil._types import Request

__all__ = ["Cors"]

_Key: TypeAlias = tuple[str | None, tuple[str, ...], tuple[str, ...]]

_HEADERS = (
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)


@dataclass(frozen=True)
class Cors:
    """What pages of other origins may do.

    `origins` are those let in, each as `https://example.org`: any by default, none if empty. A list
    is compared in full, and answers then vary by `Origin`. `credentials` lets their requests carry
    cookies and the like, which takes a list. `methods` are those named where the path's own are not
    known; `request_headers` are allowed beside those that a route reads; `max_age` is in seconds,
    and says for how long a browser may keep the answer to a preflight request.

    Raises `ValueError` for credentials with any origin, and for what is no origin; `null` is none:
    every sandboxed page has it.
    """

    origins: tuple[str, ...] | Literal["*"] = "*"
    methods: tuple[str, ...] = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
    request_headers: tuple[str, ...] = (
        "X-Requested-With",
        "Content-Type",
        "Authorization",
        "Date",
    )
    exposed_headers: tuple[str, ...] = ("Server",)
    max_age: int = 86400
    credentials: bool = False

    _allowed: frozenset[bytes] = field(init=False, repr=False, compare=False)
    _prepared: dict[_Key, PreparedLines] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.credentials and self.origins == "*":
            raise ValueError("credentials are not for any origin: list the origins")
        listed = () if self.origins == "*" else self.origins
        for origin in listed:
            scheme, _, host = origin.partition("://")
            if not (scheme and host) or set(host) & set("/*, ") or not host.isascii():
                raise ValueError(f"{origin!r} is no origin: write them as ('https://example.org',)")
        object.__setattr__(self, "_allowed", frozenset(each.encode("ascii") for each in listed))

    def set_headers(
        self,
        request: Request,
        methods: str | None = None,
        headers: tuple[str, ...] = (),
        exposed: tuple[str, ...] = (),
    ) -> None:
        """Set the headers of an answer on a path that answers *methods*, as `Allow` lists them.

        *headers* are request headers that its routes read, *exposed* those of their answers that a
        page may read, beside those of the policy.
        """
        lines = self.lines(methods, headers, exposed)
        if lines is not None:
            set_prepared(request, lines)
            return
        response = request.responseHeaders
        for name in _HEADERS:
            response.removeHeader(name)
        origin = request.getHeader(b"Origin")
        if origin in self._allowed:
            set_prepared(request, self._lines((methods, headers, exposed)))
            response.setRawHeaders(b"Access-Control-Allow-Origin", [origin])
        if self._allowed:
            response.addRawHeader(b"Vary", b"Origin")

    def lines(
        self, methods: str | None, headers: tuple[str, ...], exposed: tuple[str, ...]
    ) -> PreparedLines | None:
        """The headers that `set_headers` sets; None if they depend on where the page is from."""
        return self._lines((methods, headers, exposed)) if self.origins == "*" else None

    def set_max_age(self, request: Request) -> None:
        """Say for how long the answer to a preflight request may be kept."""
        request.responseHeaders.setRawHeaders(b"Access-Control-Max-Age", [b"%d" % self.max_age])

    def _lines(self, key: _Key) -> PreparedLines:
        """The headers for a route: there are no more of them than routes."""
        lines = self._prepared.get(key)
        if lines is None:
            lines = self._prepared[key] = prepared(self._fields(*key))
        return lines

    def _fields(
        self, methods: str | None, headers: tuple[str, ...], exposed: tuple[str, ...]
    ) -> dict[str, str]:
        readable = _together(self.exposed_headers, exposed)
        fields = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ", ".join(self.methods) if methods is None else methods,
            "Access-Control-Allow-Headers": _together(self.request_headers, headers),
        }
        if readable:
            fields["Access-Control-Expose-Headers"] = readable
        if self.credentials:
            fields["Access-Control-Allow-Credentials"] = "true"
        return fields


def _together(names: tuple[str, ...], more: tuple[str, ...]) -> str:
    """*names*, and those of *more* that are none of them, in whatever case."""
    known = {name.lower(): name for name in reversed((*names, *more))}
    return ", ".join(known[name] for name in dict.fromkeys(map(str.lower, (*names, *more))))
