"""Which of several media types an answer is to be: by the request's Accept (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from counterfoil._errors import CodedError
from counterfoil._types import Request

__all__ = ["accepted", "preferred"]

_OFTEN_SEEN: Final = 256
"""How long the lines of a request's Accept may be, in bytes, that are kept."""

_LONGEST: Final = 100
"""How many ranges of an Accept count: the rest says nothing."""

_TYPE: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")
# Java's own client sends `*; q=.2`.
_WEIGHT: Final = re.compile(r"0?(\.[0-9]{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class _Range:
    """A media range, such as `text/*`, or a media type, with its parameters."""

    essence: str
    parameters: dict[str, str]

    def specificity(self, offered: _Range) -> int | None:
        """How closely it speaks of what is *offered*; None if it does not.

        What is offered may be a range itself: an `image/*` fits who takes `image/png`.
        """
        if self.essence == "*/*" or offered.essence == "*/*":
            closeness = 1
        elif self.essence.endswith("/*"):
            closeness = 2 if offered.essence.startswith(self.essence[:-1]) else 0
        elif offered.essence.endswith("/*"):
            closeness = 2 if self.essence.startswith(offered.essence[:-1]) else 0
        else:
            closeness = 3 if self.essence == offered.essence else 0
        if not closeness or not self.parameters.items() <= offered.parameters.items():
            return None
        return closeness + len(self.parameters)


def accepted(request: Request, offered: tuple[str, ...]) -> str:
    """The one of *offered* that *request* likes best, of equals the first.

    Raises `CodedError` with 406, and the list of what is offered (RFC 9110, section 15.5.7).
    """
    found = preferred(request, offered)
    if found is None:
        listed = " or ".join(offered)
        raise CodedError(406, f"The answer can be {listed}", headers={"Vary": "Accept"})
    return found


def preferred(request: Request, offered: tuple[str, ...]) -> str | None:
    """The one of *offered* that *request* likes best, of equals the first; None if it takes none.

    A request without Accept takes any (RFC 9110, section 12.5.1). A range that is malformed is
    passed over.
    """
    lines = request.requestHeaders.getRawHeaders(b"Accept")
    if lines is None:
        return offered[0]
    accept = lines[0] if len(lines) == 1 else b",".join(lines)
    known = len(accept) <= _OFTEN_SEEN
    return _preferred(accept, offered) if known else _preferred.__wrapped__(accept, offered)


@lru_cache(maxsize=1024)
def _preferred(accept: bytes, offered: tuple[str, ...]) -> str | None:
    ranges = list(_ranges(accept.decode("latin-1")))
    if not ranges:
        return offered[0]
    best, found = 0.0, None
    for each in offered:
        weight = _weight(_offered(each), ranges)
        if weight > best:
            best, found = weight, each
    return found


def _weight(offered: _Range, ranges: Sequence[tuple[_Range, float]]) -> float:
    """How much *offered* is liked: as the range says that speaks of it most closely."""
    closest, weight = 0, 0.0
    for each, given in ranges:
        closeness = each.specificity(offered)
        if closeness is not None and (closeness, given) > (closest, weight):
            closest, weight = closeness, given
    return weight


def _ranges(accept: str) -> Iterator[tuple[_Range, float]]:
    """Each range of *accept*, and its weight."""
    for element in accept.split(",")[:_LONGEST]:
        found = _range(element)
        weight = found.parameters.pop("q", "1")
        if _TYPE.fullmatch(found.essence) and _WEIGHT.fullmatch(weight):
            yield found, float(weight or 0)


@lru_cache(maxsize=1024)
def _offered(media_type: str) -> _Range:
    return _range(media_type)


def _range(text: str) -> _Range:
    """A media range as it is written (RFC 9110, section 12.5.1)."""
    essence, *rest = (each.strip(" \t").lower() for each in text.split(";"))
    found = (each.partition("=") for each in rest)
    parameters = {name.rstrip(): value.strip(' \t"') for name, _, value in found if name}
    parameters.pop("charset", None)  # all that is sent as text is UTF-8, whatever is asked for
    return _Range("*/*" if essence == "*" else essence, parameters)
