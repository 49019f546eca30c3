"""The headers of an answer, held against those that the spec declares for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NoReturn

from counterfoil._replies import HeaderValues, Location
from counterfoil._types import Request
from counterfoil._validation.described import DescribedHeader

__all__ = ["missing", "readings", "sent_headers"]

# What the runtime sets when it writes the answer.
_SET_LATER: Final = frozenset({"cache-control", "content-length", "content-type", "date", "server"})


def sent_headers(
    request: Request, given: HeaderValues | None, body: object
) -> dict[str, Sequence[str]]:
    """The values of each header that is sent, by its name in lower case."""
    found: dict[str, Sequence[str]] = {
        name.decode("latin-1").lower(): [value.decode("utf-8", "replace") for value in values]
        for name, values in request.responseHeaders.getAllRawHeaders()
    }
    for name, values in (given or {}).items():
        found[name.lower()] = [values] if isinstance(values, str) else values
    if request.cookies:
        found["set-cookie"] = [cookie.decode("latin-1") for cookie in request.cookies]
    if isinstance(body, Location):
        found["location"] = [body]
    return found


def missing(header: str, sent: Mapping[str, Sequence[str]]) -> bool:
    """Whether nobody sends *header*: neither the handler nor the runtime, later."""
    name = header.lower()
    return name not in sent and name not in _SET_LATER


def readings(text: str, header: DescribedHeader) -> Iterator[object]:
    """What *text* may stand for (OpenAPI 3.1, "Style Values", `simple`).

    Its schema tells which one is meant: a number is a text, too, and so is a list.
    """
    if header.get("json"):
        try:
            yield json.loads(text, parse_constant=_refuse)
        except ValueError:
            return
        return
    parts = [part.strip() for part in text.split(",")] if text else []
    pairs = (
        [part.partition("=")[::2] for part in parts]
        if header.get("explode")
        else list(zip(parts[::2], parts[1::2], strict=False))
    )
    for read in (_text, _scalar):
        yield read(text)
        yield list(map(read, parts))
        yield {name: read(value) for name, value in pairs}


def _text(text: str) -> object:
    return text


def _refuse(constant: str) -> NoReturn:
    """NaN and the infinities are no JSON."""
    raise ValueError(constant)


def _scalar(text: str) -> object:
    """The number, the boolean or the null that *text* spells, if it does."""
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text
    return text if isinstance(value, str | list | dict) else value
