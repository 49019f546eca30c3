"""The media type of a request's body, held against the one that is declared (RFC 9110, 8.3)."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil._errors import CodedError
from counterfoil._types import Request

__all__ = ["check_coding", "check_is_no_form", "checker", "is_json"]

_UTF_8 = frozenset({"ascii", "us-ascii", "utf-8", "utf8"})


def is_json(media_type: str) -> bool:
    """Whether bodies of *media_type* are JSON (RFC 8259, and RFC 6839 for the suffix)."""
    essence = _essence(media_type)
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def checker(media_type: str, *, is_text: bool) -> Callable[[Request], None]:
    """What raises `CodedError` with 415 for a request whose body says that it is something else.

    A body of which the request says nothing is taken for *media_type*; `*/*` and `image/*` stand
    for many. A text must be in UTF-8.
    """
    declared = _essence(media_type)

    def check(request: Request) -> None:
        check_coding(request)
        for line in request.requestHeaders.getRawHeaders(b"Content-Type", ()):
            given = line.decode("latin-1")
            if not _fits(_essence(given), declared):
                raise CodedError(415, f"The body must be {declared}")
            if is_text and _charset(given) not in _UTF_8:
                raise CodedError(415, "The body must be in UTF-8")

    return check


def check_coding(request: Request) -> None:
    """Refuse a body that is compressed: how long it would become is not known before.

    Raises `CodedError` with 415, and what is taken (RFC 9110, sections 12.5.3 and 15.5.16).
    """
    lines = request.requestHeaders.getRawHeaders(b"Content-Encoding")
    if lines is None:
        return
    codings = {each.strip().lower() for line in lines for each in line.split(b",")}
    if codings - {b"", b"identity"}:
        headers = {"Accept-Encoding": "identity"}
        raise CodedError(415, "The body must not have a content coding", headers=headers)


def check_is_no_form(request: Request) -> None:
    """Raise `CodedError` with 415 for a body in the parts of a form (RFC 7578)."""
    for line in request.requestHeaders.getRawHeaders(b"Content-Type", ()):
        if line[:19].lower() == b"multipart/form-data":
            raise CodedError(415, "The body must be application/json")


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip(" \t").lower()


def _fits(given: str, declared: str) -> bool:
    if declared.endswith("/*"):
        return declared == "*/*" or given.startswith(declared[:-1])
    return given == declared


def _charset(media_type: str) -> str:
    """The charset that *media_type* names (RFC 9110, section 8.3.2), or UTF-8."""
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" \t").strip('"').lower()
    return "utf-8"
