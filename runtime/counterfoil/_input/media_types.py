"""The media type of a request's body, held against those that are declared (RFC 9110, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from counterfoil._errors import CodedError
from counterfoil._input.header_lines import header_lines
from counterfoil._types import Request

__all__ = [
    "Chooser",
    "charset_of",
    "check_coding",
    "check_is_no_form",
    "checker",
    "fits_any",
    "is_form",
    "is_json",
    "is_record_sequence",
    "parameter_names",
]

T = TypeVar("T")

_UTF_8 = frozenset({"ascii", "us-ascii", "utf-8", "utf8"})
_PARAMETER = re.compile(r';[ \t]*([^\s=;"]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*)')


def is_json(media_type: str) -> bool:
    """Whether bodies of *media_type* are JSON (RFC 8259, and RFC 6839 for the suffix)."""
    essence = _essence(media_type)
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def is_record_sequence(media_type: str) -> bool:
    """Whether bodies of *media_type* are JSON text sequences (RFC 7464; RFC 8091's suffix)."""
    essence = _essence(media_type)
    return essence == "application/json-seq" or essence.endswith("+json-seq")


def is_form(media_type: str) -> bool:
    """Whether bodies of *media_type* are forms in one line (WHATWG URL, section 5)."""
    return _essence(media_type) == "application/x-www-form-urlencoded"


def checker(media_types: Sequence[str], *, is_text: bool) -> Callable[[Request], None]:
    """What raises `CodedError` with 415 for a request whose body says that it is something else,
    and with 400 for one that says it twice.

    A body of which the request says nothing is taken for one of *media_types*; `*/*` and `image/*`
    stand for many. A text must be in UTF-8.
    """
    declared = [_essence(media_type) for media_type in media_types]

    def check(request: Request) -> None:
        check_coding(request)
        for line in _one_line(request):
            given = line.decode("latin-1")
            if not any(_fits(_essence(given), each) for each in declared):
                raise _unsupported(request, declared)
            if is_text and charset_of(given) not in _UTF_8:
                raise CodedError(415, "The body must be in UTF-8")

    return check


class Chooser(Generic[T]):
    """What a body is read with, by its Content-Type; without one, the first of *choices*.

    A media type goes before a range that it is in: `text/csv` before `text/*` before `*/*`.
    """

    def __init__(self, choices: Mapping[str, T]) -> None:
        self._first = next(iter(choices.values()))
        self._by_type = {_essence(each): choice for each, choice in choices.items()}
        self._by_range = sorted(
            ((each, choice) for each, choice in self._by_type.items() if "*" in each),
            key=lambda pair: -len(pair[0]),
        )

    def choose(self, request: Request) -> T:
        """Raises `CodedError`: 415 for another media type, 400 for more than one of them."""
        lines = _one_line(request)
        if not lines:
            return self._first
        given = _essence(lines[0].decode("latin-1"))
        if given in self._by_type:
            return self._by_type[given]
        for declared, choice in self._by_range:
            if _fits(given, declared):
                return choice
        raise _unsupported(request, list(self._by_type))


def _one_line(request: Request) -> Sequence[bytes]:
    """The Content-Type, if there is one. Raises `CodedError`, a 400, for more than one."""
    lines = header_lines(request, b"Content-Type") or ()
    if len(lines) > 1:
        raise CodedError(400, "The Content-Type must be given once")
    return lines


def check_coding(request: Request) -> None:
    """Refuse a body that is compressed: how long it would become is not known before.

    Raises `CodedError` with 415, and what is taken (RFC 9110, sections 12.5.3 and 15.5.16).
    """
    lines = header_lines(request, b"Content-Encoding")
    if lines is None:
        return
    codings = {each.strip().lower() for line in lines for each in line.split(b",")}
    if codings - {b"", b"identity"}:
        headers = {"Accept-Encoding": "identity"}
        raise CodedError(415, "The body must not have a content coding", headers=headers)


def check_is_no_form(request: Request) -> None:
    """Raise `CodedError` with 415 for a body in the parts of a form (RFC 7578)."""
    for line in header_lines(request, b"Content-Type") or ():
        if line[:19].lower() == b"multipart/form-data":
            raise _unsupported(request, ["application/json"])


def fits_any(media_type: str, declared: Sequence[str]) -> bool:
    """Whether *media_type* is one of *declared*, or in a range of these."""
    return any(_fits(_essence(media_type), _essence(each)) for each in declared)


def _unsupported(request: Request, declared: Sequence[str]) -> CodedError:
    """A 415 that lists what is accepted (RFC 9110, section 15.5.16; RFC 5789, section 3.1)."""
    listed = ", ".join(declared)
    headers = {"Accept": listed}
    if request.method == b"PATCH":
        headers["Accept-Patch"] = listed
    return CodedError(415, f"The body must be {' or '.join(declared)}", headers=headers)


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip(" \t").lower()


def _fits(given: str, declared: str) -> bool:
    if declared.endswith("/*"):
        return declared == "*/*" or given.startswith(declared[:-1])
    start, is_suffix_range, suffix = declared.partition("/*+")  # application/*+json
    if is_suffix_range:
        return given.startswith(f"{start}/") and given.endswith(f"+{suffix}")
    return given == declared


def charset_of(media_type: str) -> str:
    """The charset that *media_type* names (RFC 9110, section 8.3.2), or UTF-8."""
    for name, value in _PARAMETER.findall(media_type):
        if name.lower() == "charset":
            return str(value).strip('"').lower()
    return "utf-8"


def parameter_names(value: str) -> list[str]:
    """The names of the parameters of a field such as Content-Type, in lower case, in order."""
    return [name.lower() for name, _ in _PARAMETER.findall(value)]
