"""The body of a request."""

from __future__ import annotations

from typing import BinaryIO, Protocol, cast

from pydantic import ValidationError

from counterfoil._input.markers import Body
from counterfoil._input.problems import Problem
from counterfoil._input.wire import type_adapter
from counterfoil._json.coding import JsonError, MalformedJsonError, decode
from counterfoil._types import Request

__all__ = ["BodyReader", "body_reader", "is_json"]


class BodyReader(Protocol):
    """Reads the body into the attribute that it fills."""

    def read(self, request: Request, values: dict[str, object], problems: list[Problem]) -> None:
        """Put the body into *values*, or what is wrong with it into *problems*."""


def is_json(media_type: str) -> bool:
    """Whether bodies of *media_type* are JSON (RFC 8259, and RFC 6839 for the suffix)."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def body_reader(marker: Body, attribute: str, annotation: object, *, optional: bool) -> BodyReader:
    """What reads a body that is declared as *marker* and *annotation*."""
    if is_json(marker.media_type):
        return _JsonBody(attribute, annotation, optional=optional)
    return _RawBody(attribute, optional=optional)


class _JsonBody:
    """JSON: decoded strictly, then validated as JSON, so that `"5"` is no integer.

    pydantic's own parser takes NaN and duplicate keys, hence the decoding before it.
    """

    def __init__(self, attribute: str, annotation: object, *, optional: bool) -> None:
        self._validator = type_adapter(annotation).validator
        self._attribute = attribute
        self._optional = optional

    def read(self, request: Request, values: dict[str, object], problems: list[Problem]) -> None:
        data = _content(request)
        if not data:
            if not self._optional:
                problems.append(Problem("body", "not_json", "Content not JSON: it is empty."))
            return
        try:
            decode(data)
            values[self._attribute] = self._validator.validate_json(
                data, strict=True, by_alias=True, by_name=False
            )
        except MalformedJsonError as error:
            problems.append(Problem("body", "not_json", f"Content not JSON: {error}."))
        except JsonError as error:
            problems.append(Problem("body", "bad_json", f"Content not acceptable: {error}."))
        except ValidationError as error:
            problems += Problem.first_of(error, "body")


class _RawBody:
    """Any other media type: handed on as bytes."""

    def __init__(self, attribute: str, *, optional: bool) -> None:
        self._attribute = attribute
        self._optional = optional

    def read(self, request: Request, values: dict[str, object], problems: list[Problem]) -> None:
        data = _content(request)
        if data or not self._optional:
            values[self._attribute] = data


def _content(request: Request) -> bytes:
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    content.seek(0)
    return content.read()
