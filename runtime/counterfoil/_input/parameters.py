"""The parameters of a request as text, by the attribute that each fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from counterfoil._input.header_lines import header_lines
from counterfoil._input.markers import Cookie, Header, Parameter, Path, Query
from counterfoil._input.problems import Problem
from counterfoil._input.query import (
    MAX_PARAMETERS,
    TooManyParametersError,
    percent_decode,
    split_query,
)
from counterfoil._input.slots import EncodedText, Slot, Texts
from counterfoil._input.styles import with_list_elements
from counterfoil._input.takers import Given, Taker, taker_of
from counterfoil._types import Request

__all__ = ["collector"]

_PERCENT = ord("%")

Collect: TypeAlias = Callable[[Request, Mapping[str, str], Texts, list[Problem]], None]
"""Puts the texts of some parameters into a mapping, and what is wrong with them into a list."""


def collector(slots: Sequence[Slot]) -> Collect:
    """What collects the texts of all of *slots*."""
    parts = [
        make([slot for slot in slots if isinstance(slot.marker, kind)])
        for kind, make in _COLLECTORS.items()
        if any(isinstance(slot.marker, kind) for slot in slots)
    ]
    if len(parts) == 1:
        return parts[0]

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        for part in parts:
            part(request, path, texts, problems)

    return collect


def _path(slots: Sequence[Slot]) -> Collect:
    plain = [slot.attribute for slot in slots if slot.is_plain]
    styled = [slot for slot in slots if not slot.is_plain]

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        for attribute in plain:
            text = path.get(attribute)
            if text is not None:
                texts[attribute] = text
        for slot in styled:
            text = path.get(slot.attribute)
            if isinstance(text, EncodedText):
                slot.put_encoded(text.encoded, texts, problems)
            elif text is not None:
                slot.put(text, texts, problems)

    return collect


def _query(slots: Sequence[Slot]) -> Collect:
    return _Query(slots).collect


class _Query:
    """The parameters of a query."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        takers = [taker_of(slot) for slot in slots if not slot.is_plain]
        self._plain = {slot.name: slot for slot in slots if slot.is_plain}
        self._lists = {taker.slot.name: taker.slot.attribute for taker in takers if taker.is_list}
        self._taker_named = _finder(takers)

    def collect(
        self, request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        _, _, query = request.uri.partition(b"?")
        if not query:
            return
        if len(query) >= MAX_PARAMETERS <= query.count(b"&"):
            problems.append(Problem("query", "too_many", str(TooManyParametersError())))
            return
        is_encoded = _PERCENT in query or not query.isascii()
        take = self._take_encoded if is_encoded else self._take_plain
        for taker, given in take(query, texts, problems).items():
            taker.put(given, texts, problems)

    def _take_plain(
        self, query: bytes, texts: Texts, problems: list[Problem]
    ) -> dict[Taker, Given]:
        """Put what spells itself; returns what else was given."""
        plain, lists = self._plain, self._lists
        given: dict[Taker, Given] = {}
        found: dict[str, list[str]] = {}
        text = query.decode("ascii")
        for pair in (text.replace("+", " ") if "+" in text else text).split("&"):
            name, _, value = pair.partition("=")
            if name in lists:
                attribute = lists[name]
                if attribute in found:
                    found[attribute].append(value)
                else:
                    found[attribute] = [value]
            elif name in plain:
                slot = plain[name]
                if slot.attribute in texts:
                    problems.append(_given_twice(slot))
                texts[slot.attribute] = value
            elif pair and (taker := self._taker_named(name)) is not None:
                given.setdefault(taker, []).append((name, value))
        for attribute, values in found.items():
            texts[attribute] = [] if values == [""] else values
        return given

    def _take_encoded(
        self, query: bytes, texts: Texts, problems: list[Problem]
    ) -> dict[Taker, Given]:
        """The same, for what is percent-encoded."""
        given: dict[Taker, Given] = {}
        for name, encoded in split_query(query):
            known = name if name in self._plain else _decoded_name(name)
            slot = self._plain.get(known)
            if slot is not None:
                _put_plain(slot, encoded, texts, problems)
            elif (taker := self._taker_named(known)) is not None:
                given.setdefault(taker, []).append((known, encoded))
        return given


def _given_twice(slot: Slot) -> Problem:
    return Problem(slot.location, "repeated", "Input must be given once")


def _put_plain(slot: Slot, encoded: str, texts: Texts, problems: list[Problem]) -> None:
    try:
        value = percent_decode(encoded)
    except ValueError as error:
        problems.append(Problem(slot.location, "encoding", f"Input {error}"))
        return
    if slot.attribute in texts:
        problems.append(_given_twice(slot))
    texts[slot.attribute] = value


def _finder(takers: Sequence[Taker]) -> Callable[[str], Taker | None]:
    """What finds the taker of a decoded name."""
    by_name = {name: taker for taker in takers for name in taker.names}
    by_start = {taker.slot.name: taker for taker in takers if taker.is_deep}
    rest = next((taker for taker in takers if taker.takes_others), None)

    def find(name: str) -> Taker | None:
        return by_name.get(name) or by_start.get(name.partition("[")[0]) or rest

    return find if takers else lambda name: None


def _header(slots: Sequence[Slot]) -> Collect:
    fields = [(slot, slot.name.encode("ascii")) for slot in slots]

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        for slot, name in fields:
            lines = request.requestHeaders.getRawHeaders(name)
            if lines is not None:
                text = _text(slot, b", ".join(lines), problems)
                if text is not None:
                    slot.put(text, texts, problems)

    return collect


def _cookie(slots: Sequence[Slot]) -> Collect:
    singly = [slot for slot in slots if not _has_cookies(slot)]
    apart = [slot for slot in slots if _has_cookies(slot)]

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        # Twisted's own mapping of cookies holds the last of a name. Of two, the first is that of
        # the longer path (RFC 6265, section 5.4).
        received: dict[bytes, list[bytes]] = {}
        for line in header_lines(request, b"Cookie") or ():
            for pair in line.split(b";"):
                name, equals, value = pair.partition(b"=")
                if equals:
                    received.setdefault(name.strip(b" \t"), []).append(value.strip(b" \t"))
        for slot in singly:
            found = received.get(slot.name.encode("utf-8"))
            if found is not None:
                text = _text(slot, found[0], problems)
                if text is not None:
                    slot.put(text, texts, problems)
        for slot in apart:
            _put_cookies(slot, received, texts, problems)

    return collect


def _has_cookies(slot: Slot) -> bool:
    """Whether the elements or properties of a parameter are in a cookie each."""
    explode, style = slot.marker.explode, slot.marker.style
    if slot.marker.media_type is not None or explode is False:
        return False
    return slot.shape.is_object or (style == "cookie" and slot.shape.is_list)


def _put_cookies(
    slot: Slot, received: Mapping[bytes, list[bytes]], texts: Texts, problems: list[Problem]
) -> None:
    names = [slot.name] if slot.shape.is_list else list(slot.shape.properties)
    found: dict[str, list[str]] = {}
    for name in names:
        read = [_text(slot, value, problems) for value in received.get(name.encode("utf-8"), ())]
        values = [text for text in read if text is not None]
        if values:
            found[name] = values
    if not found:
        return
    if slot.shape.is_list:
        texts[slot.attribute] = found[slot.name]
        return
    try:
        texts[slot.attribute] = with_list_elements(found, slot.shape)
    except ValueError as error:
        problems.append(Problem(slot.location, "style", f"Input {error}"))


_COLLECTORS: dict[type[Parameter], Callable[[Sequence[Slot]], Collect]] = {
    Path: _path,
    Query: _query,
    Header: _header,
    Cookie: _cookie,
}


def _decoded_name(name: str) -> str:
    """The name of a query parameter; one that cannot be decoded is no parameter of ours."""
    try:
        return percent_decode(name)
    except ValueError:
        return ""


def _text(slot: Slot, value: bytes, problems: list[Problem]) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(slot.location, "encoding", "Input is not UTF-8"))
        return None
