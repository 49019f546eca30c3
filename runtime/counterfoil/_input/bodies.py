"""The body of a request."""

from __future__ import annotations

from typing import BinaryIO, Protocol, cast, get_args

from pydantic import ValidationError

from counterfoil._input.body_stream import BodyStream, stream_of
from counterfoil._input.markers import Body
from counterfoil._input.media_types import check_coding, check_is_no_form, checker, is_json
from counterfoil._input.problems import Problem
from counterfoil._input.wire import type_adapter
from counterfoil._json.decoding import JsonError, MalformedJsonError, decode
from counterfoil._types import Request

__all__ = ["BodyReader", "body_reader", "is_json"]


class BodyReader(Protocol):
    """Reads the body into the attribute that it fills."""

    is_whole: bool
    """Whether it needs all of the body, not what has come so far."""

    def check(self, request: Request) -> None:
        """Hold the head of *request* against what is declared. Raises `CodedError` with 415."""

    def read(
        self,
        request: Request,
        content: bytes | None,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        """Put the body into *values*, or what is wrong with it into *problems*.

        Without *content* the body is taken from *request*.
        """


def body_reader(marker: Body, attribute: str, annotation: object, *, optional: bool) -> BodyReader:
    """What reads a body that is declared as *marker* and *annotation*."""
    types = _types(annotation)
    if BodyStream in types:
        return _StreamedBody(attribute, marker)
    if is_json(marker.media_type):
        return _JsonBody(attribute, annotation, optional=optional)
    raw = _TextBody if str in types else _RawBody
    return raw(attribute, marker, optional=optional)


def _types(annotation: object) -> tuple[object, ...]:
    """The types that `Annotated[A | B, ...]` names."""
    inner = next(iter(get_args(annotation)), annotation)
    return (inner, *get_args(inner))


class _JsonBody:
    """JSON: decoded strictly, then validated as JSON, so that `"5"` is no integer.

    pydantic's own parser takes NaN and duplicate keys, hence the decoding before it. Clients often
    name another media type, as curl does, so the type is not looked at; but a form with parts is
    none by mistake.
    """

    is_whole = True

    def __init__(self, attribute: str, annotation: object, *, optional: bool) -> None:
        self._validator = type_adapter(annotation).validator
        self._attribute = attribute
        self._optional = optional

    def check(self, request: Request) -> None:
        check_coding(request)
        check_is_no_form(request)

    def read(
        self,
        request: Request,
        content: bytes | None,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        data = _content(request) if content is None else content
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
    """A media type that is not JSON: handed on as bytes."""

    is_whole = True
    is_text = False

    def __init__(self, attribute: str, marker: Body, *, optional: bool) -> None:
        self.check = checker(marker.media_type, is_text=self.is_text)
        self._attribute = attribute
        self._optional = optional

    def read(
        self,
        request: Request,
        content: bytes | None,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        data = _content(request) if content is None else content
        if data or not self._optional:
            self._put(data, values, problems)

    def _put(self, data: bytes, values: dict[str, object], problems: list[Problem]) -> None:
        values[self._attribute] = data


class _TextBody(_RawBody):
    """A textual media type: handed on as a text."""

    is_text = True

    def _put(self, data: bytes, values: dict[str, object], problems: list[Problem]) -> None:
        try:
            values[self._attribute] = data.decode("utf-8")
        except UnicodeDecodeError:
            problems.append(Problem("body", "value_error", "Input is not UTF-8"))


class _StreamedBody:
    """A body that is read as it arrives, where the server can do it; else the whole of it."""

    is_whole = False

    def __init__(self, attribute: str, marker: Body) -> None:
        self.check = checker(marker.media_type, is_text=False)
        self._attribute = attribute

    def read(
        self,
        request: Request,
        content: bytes | None,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        values[self._attribute] = stream_of(request)


def _content(request: Request) -> bytes:
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    content.seek(0)
    return content.read()
