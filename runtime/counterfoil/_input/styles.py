"""How lists and objects are spelled in one text (OpenAPI 3.1, "Style Values"; RFC 6570).

A text is split before the escapes in it are decoded, so that an escaped delimiter is a part of a
value. Many clients escape the commas of a query too: where none is unescaped, the escaped ones
count. What is wrong with a text is a `ValueError`; none of its messages quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from counterfoil._input.markers import Cookie, Header, Parameter, Path
from counterfoil._input.shapes import Shape

__all__ = ["Decode", "Parse", "assigned", "parser", "with_list_elements"]

Decode: TypeAlias = Callable[[str], str]
"""Undoes the encoding of one value. Raises `ValueError`."""

Parse: TypeAlias = Callable[[str], object]
"""Makes a text, a list or an object of texts from one text. Raises `ValueError`."""

Split: TypeAlias = Callable[[str], Sequence[str]]

# A delimiter of these two can stand in no URI, so it comes escaped; a plus is a space by now.
_SPACE = re.compile(" |%20")
_PIPE = re.compile(r"\||%7[Cc]")
_ESCAPED_COMMA = re.compile("%2[Cc]")
# Quoted strings (RFC 9110, section 5.6.4) are parts of an element, commas and all.
_ELEMENT = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+"?)++')


def parser(marker: Parameter, name: str, shape: Shape, decode: Decode) -> Parse:
    """What reads the whole text of the parameter *name*, after its `=` if it has one."""
    style = marker.style or marker.styles[0]
    explode = _explodes(marker, style)
    if isinstance(marker, Path) and style == "matrix":
        return _matrix(name, shape, decode, explode=explode)
    if isinstance(marker, Path) and style == "label":
        return _after_dot(_reader(shape, _at("." if explode else ","), decode, explode=explode))
    if isinstance(marker, Header):
        return _reader(shape, _header_elements, decode, explode=explode)
    if isinstance(marker, Cookie) and explode and style == "form" and shape.is_list:
        return _repeated(name, "&", decode, prefix="")
    split = _SPLITS.get(style, _at(","))
    is_assigned = explode and isinstance(marker, Path)
    return _reader(shape, split, decode, explode=is_assigned)


def _at_commas(text: str) -> Sequence[str]:
    return text.split(",") if "," in text else _ESCAPED_COMMA.split(text)


_SPLITS: dict[str, Split] = {
    "spaceDelimited": _SPACE.split,
    "pipeDelimited": _PIPE.split,
    "form": _at_commas,
}


def _explodes(marker: Parameter, style: str) -> bool:
    if marker.explode is None:
        return style in ("form", "cookie", "deepObject") and not isinstance(marker, Cookie)
    return marker.explode


def _reader(shape: Shape, split: Split, decode: Decode, *, explode: bool) -> Parse:
    """What reads the elements of a list, or the properties of an object, or else a text."""
    if shape.is_list:
        return lambda text: [decode(each) for each in split(text)] if text else []
    if not shape.is_object:
        return decode
    put = assigned if explode else _paired

    def read(text: str) -> object:
        parts = split(text) if text else ()
        if shape.is_text and len(parts) == 1 and not (explode and "=" in text):
            return decode(text)
        return put(parts, shape, decode)

    return read


def _paired(parts: Sequence[str], shape: Shape, decode: Decode) -> dict[str, object]:
    """`R,100,G,200`"""
    if len(parts) % 2:
        raise ValueError("must hold names and values in turn")
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return _object(((decode(name), decode(value)) for name, value in pairs), shape)


def assigned(parts: Iterable[str], shape: Shape, decode: Decode) -> dict[str, object]:
    """`R=100,G=200`"""
    pairs = [part.partition("=") for part in parts]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError("must hold a name and a value, with '=' between, in each part")
    return _object(((decode(name), decode(value)) for name, _, value in pairs), shape)


def _object(pairs: Iterable[tuple[str, str]], shape: Shape) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return with_list_elements(found, shape)


def with_list_elements(found: dict[str, list[str]], shape: Shape) -> dict[str, object]:
    """The properties of an object: only those that are lists may have more than one value."""
    values: dict[str, object] = {}
    for name, given in found.items():
        inner = shape.of(name)
        is_list = inner is not None and inner.is_list
        if len(given) > 1 and not is_list:
            raise ValueError("must give each property once")
        values[name] = given if is_list else given[0]
    return values


def _after_dot(read: Parse) -> Parse:
    def parse(text: str) -> object:
        if text and not text.startswith("."):
            raise ValueError("must begin with '.'")
        return read(text[1:])

    return parse


def _matrix(name: str, shape: Shape, decode: Decode, *, explode: bool) -> Parse:
    """`;x=1`, `;x=1,2`; exploded `;x=1;x=2`, and `;R=100;G=200` of an object."""
    if explode and shape.is_list:
        return _repeated(name, ";", decode, prefix=";")
    read = _reader(shape, _at(";" if explode else ","), decode, explode=explode)
    is_bare = explode and shape.is_object

    def parse(text: str) -> object:
        if is_bare and (text.startswith(";") or not text):
            return read(text[1:])
        before, _, value = text.partition("=")
        if not before.startswith(";") or decode(before[1:]) != name:
            raise ValueError("must begin with ';' and its name")
        return read(value)

    return parse


def _repeated(name: str, delimiter: str, decode: Decode, *, prefix: str) -> Parse:
    """A list with the parameter's name before each element, but for the first without *prefix*."""

    def parse(text: str) -> object:
        if not text:
            return []
        first, *others = text.removeprefix(prefix).split(delimiter)
        found = [part.partition("=") for part in ([first, *others] if prefix else others)]
        if (prefix and not text.startswith(prefix)) or any(decode(n) != name for n, _, _ in found):
            raise ValueError("must have its name before each element")
        values = [decode(value) for _, _, value in found]
        return values if prefix else [decode(first), *values]

    return parse


def _at(delimiter: str) -> Split:
    return lambda text: text.split(delimiter)


def _header_elements(text: str) -> list[str]:
    """The elements of a list in a header; empty ones do not count (RFC 9110, section 5.6.1.2)."""
    parts = _ELEMENT.findall(text) if '"' in text else text.split(",")
    return [part for each in parts if (part := each.strip())]
