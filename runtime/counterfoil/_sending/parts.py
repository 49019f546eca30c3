"""The parts of a request that is sent: validated, and written as the spec says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args, get_type_hints
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from counterfoil._input.bodies import body_choices, contract_of
from counterfoil._input.markers import Body, BodyCheck, Header, Parameter, Query
from counterfoil._input.media_types import is_json
from counterfoil._input.wire import type_adapter
from counterfoil._json.encoding import encode
from counterfoil._output.prepared import has_control_character
from counterfoil._replies import in_header

__all__ = ["Part", "Sent", "parts_of", "written"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it is sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Part:
    """An attribute of a class of requests."""

    name: str
    marker: Body | Parameter
    adapter: TypeAdapter[object]
    default: object
    required: bool
    check: BodyCheck | None

    def value_in(self, message: object) -> object:
        """The value in *message*, None if there is none.

        Raises `ValidationError`, and `ValueError` for what its schema refuses beyond its type.
        """
        value = vars(message).get(self.name, self.default)
        if value is None and not self.required:
            return None
        valid = self.adapter.validate_python(value, strict=True)
        if self.check is not None:
            problems = list(self.check.problems(to_jsonable_python(valid), self.name))
            if problems:
                raise ValueError("; ".join(map(str, problems)))
        return valid


def parts_of(message: type[object]) -> list[Part]:
    """The parts of *message*. Raises `TypeError` for an attribute that does not say what it is."""
    found = []
    # Evaluated among the module's names alone: an attribute may have the name of a type.
    for name, hint in get_type_hints(message, localns={}, include_extras=True).items():
        marker, of = _marker(hint)
        if marker is None:
            raise TypeError(f"{message.__qualname__}.{name} does not say what it is")
        default: object = vars(message).get(name)
        required = name not in vars(message)
        found.append(Part(name, marker, type_adapter(of), default, required, contract_of(of)))
    return found


def _marker(hint: object) -> tuple[Body | Parameter | None, object]:
    """What marks an attribute, and the type that is marked: of an optional body, that but None."""
    for of, body in body_choices(hint):
        return body, of
    marks = (each for each in get_args(hint)[1:] if isinstance(each, Parameter))
    return next(marks, None), hint


def written(
    method: str, url: str, message: object, parts: Iterable[Part], headers: Mapping[str, str]
) -> Sent:
    """The request of *message* to *url*, an absolute one of HTTP.

    Raises `ValidationError` for a part that is not what the spec says, and `ValueError` for a URL
    or a header that cannot be sent.
    """
    query: list[str] = []
    lines: dict[str, str] = {}
    body: bytes | None = None
    for part in parts:
        value = part.value_in(message)
        if value is None:
            continue
        if isinstance(part.marker, Body):
            lines["Content-Type"] = part.marker.media_type
            body = _content(value, part.marker.media_type)
        elif isinstance(part.marker, Header):
            lines[part.marker.name or part.name] = in_header(
                value, _text, explode=part.marker.explode
            )
        elif isinstance(part.marker, Query):
            query += _in_query(part.marker.name or part.name, value, part.marker)
        else:
            raise TypeError(f"{part.name} is sent in no header and no query")
    lines.update(headers)
    for name, line in lines.items():
        if has_control_character(name) or has_control_character(line):
            raise ValueError(f"the header {name!r:.80} holds a control character")
    return Sent(method, _with_query(url, query), lines, body)


def _content(value: object, media_type: str) -> bytes:
    if is_json(media_type):
        return encode(to_jsonable_python(value))
    return value.encode("utf-8") if isinstance(value, str) else bytes(_bytes(value))


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("a body that is not JSON is text or bytes")
    return value


def _in_query(name: str, value: object, marker: Query) -> Iterator[str]:
    """The style `form`."""
    plain = to_jsonable_python(value)
    explode = marker.explode is not False
    if isinstance(plain, dict) and explode:
        for key, each in plain.items():
            yield f"{_quoted(key)}={_quoted(_text(each))}"
    elif isinstance(plain, list) and explode:
        for each in plain:
            yield f"{_quoted(name)}={_quoted(_text(each))}"
    else:
        flat = plain if isinstance(plain, list) else [plain]
        if isinstance(plain, dict):
            flat = [text for pair in plain.items() for text in pair]
        yield f"{_quoted(name)}={','.join(_quoted(_text(each)) for each in flat)}"


def _text(value: object) -> str:
    """A scalar as JSON spells it, but a text bare. Raises `TypeError` for what is none."""
    if isinstance(value, list | dict):
        raise TypeError("a parameter nests no deeper than a list or an object of plain values")
    return value if isinstance(value, str) else encode(value).decode("ascii")


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _with_query(url: str, query: list[str]) -> str:
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not split.hostname:
        raise ValueError("a request is sent to an absolute URL of http or https")
    joined = "&".join(filter(None, [split.query, *query]))
    return urlunsplit((split.scheme, split.netloc, split.path or "/", joined, ""))
