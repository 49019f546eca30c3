"""Cookies (RFC 6265, section 4.1), without a way for a value to become an attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from counterfoil._output.prepared import has_control_character
from counterfoil._types import Request

__all__ = ["add_cookies", "cookie"]

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")
_ATTRIBUTE = re.compile(r"[ -:<-~]+")


def cookie(
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool = True,
    http_only: bool = True,
    same_site: Literal["Strict", "Lax", "None"] = "Lax",
) -> bytes:
    """The value of a `Set-Cookie` header.

    *max_age* is in seconds; without it the cookie lasts as long as the browser's session, and with
    0 it is deleted.

    Raises `ValueError` for what a cookie cannot hold: in its value these are spaces, quotation
    marks, commas, semicolons, backslashes, and all that is not ASCII, which must be encoded first.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a cookie")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of the cookie {name!r} must be encoded")
    for attribute in (path, "-" if domain is None else domain):
        if not _ATTRIBUTE.fullmatch(attribute):
            raise ValueError(f"{attribute!r} cannot be an attribute of a cookie")
    if same_site == "None" and not secure:
        raise ValueError("a cookie for requests from other sites must be secure")
    parts = (
        f"{name}={value}",
        None if max_age is None else f"Max-Age={max_age:d}",
        None if domain is None else f"Domain={domain}",
        f"Path={path}",
        "Secure" if secure else None,
        "HttpOnly" if http_only else None,
        f"SameSite={same_site}",
    )
    return "; ".join(part for part in parts if part is not None).encode("ascii")


def add_cookies(request: Request, cookies: Iterable[bytes]) -> None:
    """Send *cookies*, values of `Set-Cookie` headers, after those that are set already.

    Raises `ValueError`, and adds none, if one of them holds a control character.
    """
    added = [*cookies]
    if any(has_control_character(line) for line in added):
        raise ValueError("a cookie holds a control character")
    # Twisted sends its list of cookies in place of the header, if there is any.
    headers = request.responseHeaders
    request.cookies += [*headers.getRawHeaders(b"Set-Cookie", []), *added]
    headers.removeHeader(b"Set-Cookie")
