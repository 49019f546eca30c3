"""The headers that the spec declares for a response: a class for each set of them.

class ListNoticesResponse200Headers(ResponseHeaders):
    x_total: Annotated[int, ResponseHeader("X-Total")]
    link: Annotated[str | None, ResponseHeader("Link")] = None
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, dataclass_transform, get_args, get_type_hints

from pydantic_core import to_jsonable_python

__all__ = [
    "AnyHeaders",
    "HeaderValues",
    "HeadersByName",
    "NoHeaders",
    "ResponseHeader",
    "ResponseHeaders",
    "SetCookie",
    "header_fields",
    "header_values",
    "in_header",
]

HeaderValues: TypeAlias = Mapping[str, str | Sequence[str]]
"""Response headers by name; a sequence of values sends one field line for each of them."""

SetCookie: TypeAlias = bytes | str | Sequence[bytes | str]
"""One or more values of `Set-Cookie`, as `counterfoil.cookie` makes them (RFC 6265, 4.1)."""


@dataclass(frozen=True, slots=True)
class ResponseHeader:
    """How an attribute is sent: under which name, and in which form (OpenAPI 3.1, "Header Object").

    The style is `simple`: a list is spelled `1,2`, an object `a,1,b,2`, or `a=1,b=2` with
    *explode*. With *is_json* the value is a document of JSON.
    """

    name: str
    explode: bool = False
    is_json: bool = False


@dataclass_transform(kw_only_default=True, eq_default=False)
class ResponseHeaders:
    """The base of such classes. Type checkers see a dataclass.

    An attribute that is None is not sent, if it has a default.
    """

    def __init__(self, **values: object) -> None:
        """Raises `TypeError` for a header that the class lacks, and one that is left out."""
        known = header_fields(type(self))
        for name in values.keys() - known.keys():
            raise TypeError(f"{type(self).__name__} has no {name!r}")
        for name, field in known.items():
            if field.is_required and name not in values:
                raise TypeError(f"{type(self).__name__} needs its {name!r}")
        vars(self).update(values)


class HeadersByName(Protocol):
    """Headers that the spec does not declare: any mapping of names to values."""

    def items(self) -> AbstractSet[tuple[str, str | Sequence[str]]]:
        """The names, each with its value, or with the values of several lines."""


class NoHeaders(dict[str, str]):
    """What stands for no headers in the type of a reply: one that need not give those declared."""


AnyHeaders: TypeAlias = HeadersByName | ResponseHeaders
"""Headers by name, or those that the spec declares."""


@dataclass(frozen=True, slots=True)
class HeaderField:
    """An attribute of a class of headers."""

    header: ResponseHeader
    annotation: object
    is_required: bool


_FIELDS: Final[dict[type[object], Mapping[str, HeaderField]]] = {}


def header_fields(of: type[ResponseHeaders]) -> Mapping[str, HeaderField]:
    """The attributes of a class of headers, by name."""
    known = _FIELDS.get(of)
    if known is None:
        # Evaluated among the module's names alone: an attribute may have the name of a type.
        hints = get_type_hints(of, localns={}, include_extras=True)
        known = _FIELDS[of] = {
            name: HeaderField(mark, hint, is_required=name not in vars(of))
            for name, hint in hints.items()
            for mark in get_args(hint)[1:]
            if isinstance(mark, ResponseHeader)
        }
    return known


def header_values(given: AnyHeaders | None) -> HeaderValues | None:
    """What is sent of the headers that a reply or an error is *given*.

    Raises `TypeError` for what a header cannot hold, a list of lists, an object of objects; and
    `ValueError` as `in_header` does.
    """
    if given is None or isinstance(given, Mapping):
        return given
    return dict(_lines(given) if isinstance(given, ResponseHeaders) else given.items())


def _lines(given: ResponseHeaders) -> Iterator[tuple[str, str | Sequence[str]]]:
    for name, field in header_fields(type(given)).items():
        value: object = vars(given).get(name)
        if value is None and not field.is_required:
            continue
        header = field.header
        if header.name.lower() == "set-cookie":
            yield header.name, _cookies(value)
        elif header.is_json:
            yield header.name, json.dumps(to_jsonable_python(value), separators=(",", ":"))
        else:
            yield header.name, in_header(value, _text, explode=header.explode)


def in_header(value: object, text: Callable[[object], str], *, explode: bool | None) -> str:
    """*value* in the style `simple` (OpenAPI 3.1, "Style Values"), each scalar as *text* says.

    Raises `ValueError` for a part of a list or an object that holds what parts them: headers are
    not percent-encoded (OpenAPI 3.2, appendix D), so it would be read as two.
    """
    plain = to_jsonable_python(value)
    if isinstance(plain, dict):
        joint = "=" if explode else ","
        keys = _parts(map(str, plain), f",{joint}")
        values = _parts(map(text, plain.values()), ",")
        return ",".join(f"{key}{joint}{each}" for key, each in zip(keys, values, strict=True))
    return ",".join(_parts(map(text, plain), ",")) if isinstance(plain, list) else text(plain)


def _parts(texts: Iterable[str], delimiters: str) -> Iterator[str]:
    for each in texts:
        if not set(delimiters).isdisjoint(each):
            raise ValueError(f"{each!r:.80} holds what parts the values of a header")
        yield each


def _text(value: object) -> str:
    """A scalar as JSON spells it, but a text bare."""
    if isinstance(value, list | dict):
        raise TypeError("a header nests no deeper than a list or an object of plain values")
    return value if isinstance(value, str) else json.dumps(value)


def _cookies(value: object) -> list[str]:
    lines = value if isinstance(value, Sequence) and not isinstance(value, bytes | str) else [value]
    return [line.decode("ascii") if isinstance(line, bytes) else str(line) for line in lines]
