"""What a handler returns: a status, a body of a known type, and headers.

A reply that was made without a body is sent without content; one whose body is None, as `null`.
Statuses are those of RFC 9110, section 15, and of the extensions in the IANA registry.

Each class spells out the two forms of its constructor: type checkers do not carry over to a
subclass what a generic base says of the type of `self`, and would let `Created()` pass for
`Created[Notice]`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeAlias, TypeVar, overload

__all__ = [
    "Accepted",
    "AlreadyReported",
    "Binary",
    "Created",
    "Found",
    "HeaderValues",
    "ImUsed",
    "Location",
    "MovedPermanently",
    "MultiStatus",
    "MultipleChoices",
    "NoContent",
    "NonAuthoritativeInformation",
    "NotModified",
    "Ok",
    "PartialContent",
    "PermanentRedirect",
    "Reply",
    "ResetContent",
    "SeeOther",
    "SwitchingProtocols",
    "TemporaryRedirect",
    "Text",
    "UseProxy",
]

HeaderValues: TypeAlias = Mapping[str, str | Sequence[str]]
"""Response headers by name; a sequence of values sends one field line for each of them."""

Binary: TypeAlias = bytes | AsyncIterable[bytes]
"""A body of a media type that is neither JSON nor text: whole, or in pieces as they are made."""

Text: TypeAlias = str | AsyncIterable[bytes]
"""A body of a textual media type: whole, or in pieces, which are UTF-8 already."""

T_co = TypeVar("T_co", covariant=True)

# What a browser and a server may read differently: `//host` and `\\host` name another server
# (RFC 3986, section 4.2), and of the other characters none belongs in a URI (section 2).
_NOT_IN_A_LOCATION = re.compile(
    r"^//|^(?i:javascript|data|vbscript):|^(?i:https?):(?!//)|[\\\x00-\x20\x7f]|[^\x00-\x7f]"
)


class Location(str):
    """Where a redirect leads: the body of a reply that has none but says `Location`.

    An absolute URI, or a path of this server (RFC 9110, section 10.2.2).

    Raises `ValueError` for what could lead elsewhere than it seems to (`//host`, a backslash), and
    for characters that must be percent-encoded.
    """

    __slots__ = ()

    def __new__(cls, target: str) -> Location:
        if _NOT_IN_A_LOCATION.search(target):
            raise ValueError("a location must be an absolute URI or a path, percent-encoded")
        return super().__new__(cls, target)


_LEFT_OUT = object()


@dataclass(frozen=True, init=False, slots=True)
class Reply(Generic[T_co]):
    """An answer of one status; each subclass is one. Covariant in the type of its body."""

    status: ClassVar[int]

    body: T_co
    """What is sent as the body."""

    headers: HeaderValues | None
    """Headers to send, over and above those of every answer."""

    has_content: bool
    """Whether a body was given: `Ok(None)` is JSON's null, `Ok()` is nothing."""


def _fill(reply: Reply[object], body: object, headers: HeaderValues | None) -> None:
    has_content = body is not _LEFT_OUT
    object.__setattr__(reply, "body", body if has_content else None)
    object.__setattr__(reply, "has_content", has_content)
    object.__setattr__(reply, "headers", headers)


class _WithoutContent(Reply[None]):
    """A reply of a status that never has content."""

    __slots__ = ()

    def __init__(self, *, headers: HeaderValues | None = None) -> None:
        _fill(self, _LEFT_OUT, headers)


class SwitchingProtocols(_WithoutContent):
    """The protocol changes, as the `Upgrade` header says (RFC 9110, section 15.2.2)."""

    __slots__ = ()

    status = 101


class Ok(Reply[T_co]):
    """The request has succeeded (RFC 9110, section 15.3.1)."""

    __slots__ = ()

    status = 200

    @overload
    def __init__(self: Ok[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class Created(Reply[T_co]):
    """Something new exists now (RFC 9110, section 15.3.2)."""

    __slots__ = ()

    status = 201

    @overload
    def __init__(self: Created[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class Accepted(Reply[T_co]):
    """The request will be acted upon later (RFC 9110, section 15.3.3)."""

    __slots__ = ()

    status = 202

    @overload
    def __init__(self: Accepted[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class NonAuthoritativeInformation(Reply[T_co]):
    """The answer was changed on its way (RFC 9110, section 15.3.4)."""

    __slots__ = ()

    status = 203

    @overload
    def __init__(
        self: NonAuthoritativeInformation[None], *, headers: HeaderValues | None = None
    ) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class NoContent(_WithoutContent):
    """The request has succeeded, and there is nothing to send (RFC 9110, section 15.3.5)."""

    __slots__ = ()

    status = 204


class ResetContent(_WithoutContent):
    """The client should reset its view (RFC 9110, section 15.3.6)."""

    __slots__ = ()

    status = 205


class PartialContent(Reply[T_co]):
    """The ranges that were asked for (RFC 9110, section 15.3.7)."""

    __slots__ = ()

    status = 206

    @overload
    def __init__(self: PartialContent[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class MultiStatus(Reply[T_co]):
    """One status for each of several resources (RFC 4918, section 11.1)."""

    __slots__ = ()

    status = 207

    @overload
    def __init__(self: MultiStatus[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class AlreadyReported(Reply[T_co]):
    """Members that were listed before (RFC 5842, section 7.1)."""

    __slots__ = ()

    status = 208

    @overload
    def __init__(self: AlreadyReported[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class ImUsed(Reply[T_co]):
    """The result of instance manipulations (RFC 3229, section 10.4.1)."""

    __slots__ = ()

    status = 226

    @overload
    def __init__(self: ImUsed[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class MultipleChoices(Reply[T_co]):
    """There are several representations (RFC 9110, section 15.4.1)."""

    __slots__ = ()

    status = 300

    @overload
    def __init__(self: MultipleChoices[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class MovedPermanently(Reply[T_co]):
    """The resource has a new URI (RFC 9110, section 15.4.2)."""

    __slots__ = ()

    status = 301

    @overload
    def __init__(self: MovedPermanently[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class Found(Reply[T_co]):
    """The resource is elsewhere for now (RFC 9110, section 15.4.3)."""

    __slots__ = ()

    status = 302

    @overload
    def __init__(self: Found[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class SeeOther(Reply[T_co]):
    """The answer is to be had by a GET elsewhere (RFC 9110, section 15.4.4)."""

    __slots__ = ()

    status = 303

    @overload
    def __init__(self: SeeOther[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class NotModified(_WithoutContent):
    """What the client has is still good (RFC 9110, section 15.4.5)."""

    __slots__ = ()

    status = 304


class UseProxy(Reply[T_co]):
    """Deprecated (RFC 9110, section 15.4.6)."""

    __slots__ = ()

    status = 305

    @overload
    def __init__(self: UseProxy[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class TemporaryRedirect(Reply[T_co]):
    """Elsewhere for now, by the same method (RFC 9110, section 15.4.8)."""

    __slots__ = ()

    status = 307

    @overload
    def __init__(self: TemporaryRedirect[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)


class PermanentRedirect(Reply[T_co]):
    """Elsewhere for good, by the same method (RFC 9110, section 15.4.9)."""

    __slots__ = ()

    status = 308

    @overload
    def __init__(self: PermanentRedirect[None], *, headers: HeaderValues | None = None) -> None: ...

    @overload
    def __init__(self, body: T_co, *, headers: HeaderValues | None = None) -> None: ...

    def __init__(self, body: object = _LEFT_OUT, *, headers: HeaderValues | None = None) -> None:
        _fill(self, body, headers)
