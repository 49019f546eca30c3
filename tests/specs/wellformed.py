"""Builds a well-formed request for a generated operation, from what was generated for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote, urlencode

from counterfoil.stub import Accept, Body, Cookie, Header, Path, Query
from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

Marker = Accept | Body | Cookie | Header | Path | Query


@dataclass(frozen=True, slots=True)
class Built:
    """A request, but for its method."""

    target: str
    headers: Mapping[str, str]
    body: bytes


class _Factory(ModelFactory[BaseModel]):
    """Makes a text of what a model says nothing about."""

    __is_base_factory__ = True

    @classmethod
    def get_provider_map(cls) -> dict[Any, Callable[[], Any]]:
        return {**super().get_provider_map(), object: lambda: "anything"}


class _Open(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)


def build_request(template: str, inputs: type[object] | None, seed: int) -> Built:
    """A request for *template* whose required parts, and body, fit the class *inputs*."""
    if inputs is None:
        return Built(quote(template), {}, b"")
    markers, values = _values(inputs, seed)
    path = template
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    body = b""
    for name, marker in markers.items():
        value = values.get(name)
        if value is None and not isinstance(marker, Path):
            continue
        wire = getattr(marker, "name", None) or name
        match marker:
            case Path():
                path = path.replace(f"{{{wire}}}", quote(_text(value) or "x", safe=""))
            case Query():
                query += [(wire, text) for text in _texts(value)]
            case Header():
                headers[wire] = _text(value)
            case Cookie():
                headers["Cookie"] = f"{wire}={_text(value)}"
            case Accept():
                headers["Accept"] = _text(value)
            case Body():
                body = _body(marker.media_type, value)
                headers["Content-Type"] = marker.media_type
    target = _quoted_literals(path)
    return Built(f"{target}?{urlencode(query)}" if query else target, headers, body)


def _values(inputs: type[object], seed: int) -> tuple[dict[str, Marker], Mapping[str, object]]:
    hints = get_type_hints(inputs, localns={}, include_extras=True)
    markers = {}
    fields: dict[str, Any] = {}
    for name, hint in hints.items():
        marker, bare = _taken_apart(hint)
        markers[name] = marker
        if not hasattr(inputs, name) or isinstance(marker, Body):
            fields[f"f_{name}"] = (bare, ...)
    model = create_model("Given", __base__=_Open, **fields)
    factory = _Factory.create_factory(model, __random_seed__=seed, __allow_none_optionals__=False)
    built = factory.build()
    return markers, {name[2:]: getattr(built, name) for name in fields}


def _taken_apart(hint: object) -> tuple[Marker, object]:
    """The marker in an `Annotated`, or in the first of several, and the annotation without it."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(one for one in get_args(hint) if get_origin(one) is Annotated)
    if get_origin(hint) is not Annotated:
        raise TypeError(f"no marker in {hint!r}")
    bare, *metadata = get_args(hint)
    marker = next(one for one in metadata if isinstance(one, Marker))
    for one in metadata:
        if not isinstance(one, Marker):
            bare = Annotated[bare, one]
    return marker, bare


def _texts(value: object) -> Iterator[str]:
    if value is None:
        return
    yield from map(_text, value) if isinstance(value, list) else [_text(value)]


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    plain = TypeAdapter(object).dump_python(value, mode="json")
    return plain if isinstance(plain, str) else json.dumps(plain)


def _body(media_type: str, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if media_type != "application/x-www-form-urlencoded":
        return TypeAdapter(object).dump_json(value, by_alias=True)
    fields = TypeAdapter(dict[str, object]).validate_python(
        TypeAdapter(object).dump_python(value, mode="json", by_alias=True, exclude_none=True)
    )
    return urlencode(
        [(name, text) for name, each in fields.items() for text in _texts(each)]
    ).encode()


def _quoted_literals(path: str) -> str:
    return re.sub(r"[^!-~]", lambda found: quote(found[0]), path)
