"""The parameters of a request as text, by the attribute that each fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from counterfoil._input.markers import Cookie, Header, Parameter, Path, Query
from counterfoil._input.problems import Problem
from counterfoil._input.query import TooManyParametersError, percent_decode, split_query
from counterfoil._types import Request

__all__ = ["Slot", "Texts", "collector"]

Texts: TypeAlias = dict[str, str | list[str]]

Collect: TypeAlias = Callable[[Request, Mapping[str, str], Texts, list[Problem]], None]
"""Puts the texts of some parameters into a mapping, and what is wrong with them into a list."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter: the attribute that it fills, and how its text is found."""

    attribute: str
    name: str
    marker: Parameter
    several: bool

    @property
    def location(self) -> str:
        return f"{self.marker.place}.{self.name}"


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
    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        for slot in slots:
            text = path.get(slot.attribute)
            if text is not None:
                texts[slot.attribute] = text.split(",") if slot.several else text

    return collect


def _query(slots: Sequence[Slot]) -> Collect:
    by_name = {slot.name: slot for slot in slots}
    # Their elements come in an occurrence each, unless it is said otherwise.
    lists = {slot.attribute for slot in slots if slot.several and not _is_joined(slot.marker)}

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        _, _, query = request.uri.partition(b"?")
        if not query:
            return
        try:
            pairs = split_query(query)
        except TooManyParametersError as error:
            problems.append(Problem("query", "too_many", str(error)))
            return
        found: dict[str, list[str]] = {}
        is_plain = b"%" not in query and query.isascii()
        for name, encoded in pairs:
            slot = by_name.get(name)
            if slot is None and not is_plain:
                slot = by_name.get(_decoded_name(name) or "")
            if slot is None:
                continue
            value = encoded if is_plain else _decoded(slot, encoded, problems)
            if value is None:
                continue
            if slot.attribute in lists:
                found.setdefault(slot.attribute, []).append(value)
            elif slot.several:
                texts.setdefault(slot.attribute, value.split(","))
            else:
                texts.setdefault(slot.attribute, value)
        texts.update(found)

    return collect


def _header(slots: Sequence[Slot]) -> Collect:
    fields = [(slot, slot.name.encode("ascii")) for slot in slots]

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        for slot, name in fields:
            lines = request.requestHeaders.getRawHeaders(name)
            if lines is not None:
                _add_bytes(slot, b", ".join(lines), texts, problems)

    return collect


def _cookie(slots: Sequence[Slot]) -> Collect:
    by_name = {slot.name.encode("utf-8"): slot for slot in slots}

    def collect(
        request: Request, path: Mapping[str, str], texts: Texts, problems: list[Problem]
    ) -> None:
        # Twisted's own mapping of cookies holds the last of a name. Of two, the first is that of
        # the longer path (RFC 6265, section 5.4).
        received: dict[bytes, bytes] = {}
        for line in request.requestHeaders.getRawHeaders(b"Cookie", ()):
            for pair in line.split(b";"):
                name, equals, value = pair.partition(b"=")
                if equals:
                    received.setdefault(name.strip(b" \t"), value.strip(b" \t"))
        for name, slot in by_name.items():
            if name in received:
                _add_bytes(slot, received[name], texts, problems)

    return collect


_COLLECTORS: dict[type[Parameter], Callable[[Sequence[Slot]], Collect]] = {
    Path: _path,
    Query: _query,
    Header: _header,
    Cookie: _cookie,
}


def _decoded_name(name: str) -> str | None:
    """The name of a query parameter; one that cannot be decoded is no parameter of ours."""
    try:
        return percent_decode(name)
    except ValueError:
        return None


def _is_joined(marker: Parameter) -> bool:
    return isinstance(marker, Query) and marker.explode is False


def _decoded(slot: Slot, encoded: str, problems: list[Problem]) -> str | None:
    try:
        return percent_decode(encoded)
    except ValueError as error:
        problems.append(Problem(slot.location, "encoding", f"Input {error}"))
        return None


def _add_bytes(slot: Slot, value: bytes, texts: Texts, problems: list[Problem]) -> None:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(slot.location, "encoding", "Input is not UTF-8"))
        return
    texts[slot.attribute] = _elements(text) if slot.several else text


def _elements(text: str) -> list[str]:
    """The elements of a list in a header; empty ones do not count (RFC 9110, section 5.6.1.2)."""
    return [part for each in text.split(",") if (part := each.strip())]
