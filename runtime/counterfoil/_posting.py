"""Forms as clients send them, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from pydantic import BaseModel

from counterfoil._input.uploads import Upload

__all__ = ["Form", "posted"]

FormValue: TypeAlias = str | int | float | Upload | BaseModel
Form: TypeAlias = Mapping[str, FormValue | Iterable[FormValue]]
"""The fields of a form; an iterable gives a field several times."""

_BOUNDARY: Final = "counterfoil-test"
# As browsers write them (WHATWG HTML, "multipart/form-data").
_ESCAPES: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def posted(form: Form, *, in_parts: bool) -> tuple[str, bytes]:
    """The media type of *form*, and what is sent. It has parts, too, where it holds files."""
    fields = list(_fields(form))
    if in_parts or any(isinstance(value, Upload | BaseModel) for _, value in fields):
        return _in_parts([_part(name, value) for name, value in fields])
    text = urlencode([(name, _text(value)) for name, value in fields])
    return "application/x-www-form-urlencoded", text.encode("ascii")


def _fields(form: Form) -> Iterator[tuple[str, FormValue]]:
    for name, given in form.items():
        if isinstance(given, str | int | float | Upload | BaseModel):
            yield name, given
        else:
            yield from ((name, value) for value in given)


def _in_parts(parts: list[bytes]) -> tuple[str, bytes]:
    boundary = _BOUNDARY
    while any(boundary.encode() in part for part in parts):
        boundary += "-"
    lines = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    return f"multipart/form-data; boundary={boundary}", b"%s--%s--\r\n" % (lines, boundary.encode())


def _part(name: str, value: FormValue) -> bytes:
    head = f'Content-Disposition: form-data; name="{name.translate(_ESCAPES)}"'
    if isinstance(value, Upload):
        value.file.seek(0)
        content = value.file.read()
        value.file.seek(0)
        head += f'; filename="{(value.filename or name).translate(_ESCAPES)}"'
        head += f"\r\nContent-Type: {value.media_type}"
    elif isinstance(value, BaseModel):
        content = value.model_dump_json(by_alias=True).encode()
        head += "\r\nContent-Type: application/json"
    else:
        content = _text(value).encode()
    return b"%s\r\n\r\n%s" % (head.encode(), content)


def _text(value: FormValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
