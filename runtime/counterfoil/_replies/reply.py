"""What every reply is: a status, a body of a known type, and headers.

A reply that was made without a body is sent without content; one whose body is None, as `null`.

Each class spells out the forms of its constructor: type checkers do not carry over to a subclass
what a generic base says of the type of `self`, and would let `Created()` pass for
`Created[Notice]`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Generic, TypeAlias

from typing_extensions import TypeVar

from counterfoil._replies.headers import AnyHeaders, HeadersByName, HeaderValues, header_values

__all__ = [
    "LEFT_OUT",
    "Binary",
    "H_co",
    "Reply",
    "T_co",
    "Text",
    "WithoutContent",
    "fill",
    "with_body",
]

Binary: TypeAlias = bytes | AsyncIterable[bytes]
"""A body of a media type that is neither JSON nor text: whole, or in pieces as they are made."""

Text: TypeAlias = str | AsyncIterable[bytes]
"""A body of a textual media type: whole, or in pieces, which are UTF-8 already."""

T_co = TypeVar("T_co", covariant=True)
H_co = TypeVar("H_co", bound=AnyHeaders, default=HeadersByName, covariant=True)
"""The class of the headers that the spec declares; without one, they are given by name."""

_H_co = TypeVar("_H_co", default=object, covariant=True)

LEFT_OUT = object()


@dataclass(frozen=True, init=False)
class Reply(Generic[T_co, _H_co]):
    """An answer of one status, or of one class of them; covariant in body and headers."""

    # By hand: of a class that `slots=True` makes anew, `Ok[int](1)` fails on CPython 3.11.
    __slots__ = ("body", "has_content", "headers", "status")

    status: int

    body: T_co
    """What is sent as the body."""

    headers: HeaderValues | None
    """Headers to send, over and above those of every answer; those of a class by their names."""

    has_content: bool
    """Whether a body was given: `Ok(None)` is JSON's null, `Ok()` is nothing."""


# Past what freezes the class, and by the shortest way.
_set_body, _set_headers, _set_has_content = (
    vars(Reply)[slot].__set__ for slot in ("body", "headers", "has_content")
)


def fill(reply: Reply[object], body: object, headers: AnyHeaders | None) -> None:
    """Set what a reply is made of. Raises as `header_values` does."""
    has_content = body is not LEFT_OUT
    _set_body(reply, body if has_content else None)
    _set_has_content(reply, has_content)
    _set_headers(reply, None if headers is None else header_values(headers))


def with_body(reply: Reply[object], body: object) -> Reply[object]:
    """A reply like *reply*, with another body."""
    made: Reply[object] = object.__new__(type(reply))
    if "status" not in vars(type(reply)):  # a reply of a range, which has its own
        object.__setattr__(made, "status", reply.status)
    fill(made, body, reply.headers)
    return made


class WithoutContent(Reply[None, H_co]):
    """A reply of a status that never has content."""

    __slots__ = ()
