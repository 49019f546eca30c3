"""The body of a request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from types import UnionType
from typing import BinaryIO, Protocol, TypeAlias, Union, cast, get_args, get_origin

from pydantic import ValidationError
from typing_extensions import override

from counterfoil._input.body_stream import BodyStream, body_of, stream_of
from counterfoil._input.branching import json_validator
from counterfoil._input.form_types import encoded, field_type
from counterfoil._input.forms import read_form
from counterfoil._input.item_stream import Parts, items_of, lines_of, records_of
from counterfoil._input.json_values import read_json
from counterfoil._input.markers import Body, BodyCheck
from counterfoil._input.media_types import (
    Chooser,
    check_coding,
    check_is_no_form,
    checker,
    is_form,
    is_json,
    is_record_sequence,
)
from counterfoil._input.multipart import FormPlan, is_multipart_form
from counterfoil._input.parts import FormParts, boundary_of, read_parts
from counterfoil._input.problems import Problem
from counterfoil._input.unambiguous import key_counter
from counterfoil._input.uploads import keep_until_answered
from counterfoil._input.wire import type_adapter
from counterfoil._types import Request

__all__ = ["BodyReader", "Content", "body_choices", "body_reader", "contract_of", "is_json"]


Content: TypeAlias = bytes | FormParts | None
"""What has come of a body before the handler is called; None if it reads as it arrives."""


class BodyReader(Protocol):
    """Reads the body into the attribute that it fills."""

    async def arrived(self, request: Request) -> Content:
        """What it needs of the body, when it has come. `check` comes before.

        Raises what reading a `BodyStream` does.
        """

    def check(self, request: Request) -> None:
        """Hold the head of *request* against what is declared. Raises `CodedError` with 415."""

    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        """Put the body into *values*, or what is wrong with it into *problems*.

        Without *content* the body is taken from *request*.
        """


def body_choices(annotation: object) -> list[tuple[object, Body]]:
    """Each type that *annotation* marks as a body, with each media type that is read as it."""
    is_union = get_origin(annotation) in (Union, UnionType)
    return [
        (member, marker)
        for member in (get_args(annotation) if is_union else (annotation,))
        for marker in get_args(member)[1:]
        if isinstance(marker, Body)
    ]


def body_reader(
    choices: Sequence[tuple[object, Body]], attribute: str, *, optional: bool
) -> BodyReader:
    """What reads a body that is declared as one of *choices*."""
    groups: list[tuple[_Kind, object, list[str]]] = []
    for annotation, marker in choices:
        kind = _kind(annotation, marker.media_type)
        for known, of, media_types in groups:
            if known is kind and of == annotation:
                media_types.append(marker.media_type)
                break
        else:
            groups.append((kind, annotation, [marker.media_type]))
    readers = [
        (media_types, kind(attribute, annotation, media_types, optional=optional))
        for kind, annotation, media_types in groups
    ]
    return readers[0][1] if len(readers) == 1 else _ChosenBody(readers)


def _kind(annotation: object, media_type: str) -> _Kind:
    types = _types(annotation)
    if BodyStream in types:
        return _StreamedBody
    if any(map(is_multipart_form, _types(annotation))):
        return _PartsBody
    if _item_type(annotation) is not None:
        return _RecordsBody if is_record_sequence(media_type) else _LinesBody
    if is_json(media_type):
        return _JsonBody
    if str in types:
        return _TextBody
    return _FormBody if is_form(media_type) and bytes not in types else _RawBody


def contract_of(annotation: object) -> BodyCheck | None:
    """What a body of the type *annotation* is held against once its type has taken it."""
    found = (each for each in get_args(annotation)[1:] if isinstance(each, BodyCheck))
    return next(found, None)


def _types(annotation: object) -> tuple[object, ...]:
    """The types that `Annotated[A | B, ...]` names."""
    inner = next(iter(get_args(annotation)), annotation)
    return (inner, *get_args(inner)) if get_origin(inner) in (Union, UnionType) else (inner,)


def _item_type(annotation: object) -> object:
    """What an iterator yields, that `Annotated[AsyncIterator[...], ...]` names; else None."""
    for each in _types(annotation):
        if get_origin(each) is AsyncIterator:
            return get_args(each)[0]
    return None


class _ChosenBody:
    """One of several, by the Content-Type."""

    def __init__(self, readers: Sequence[tuple[Sequence[str], BodyReader]]) -> None:
        self._readers = Chooser(
            {each: reader for media_types, reader in readers for each in media_types}
        )

    async def arrived(self, request: Request) -> Content:
        return await self._readers.choose(request).arrived(request)

    def check(self, request: Request) -> None:
        check_coding(request)
        self._readers.choose(request).check(request)

    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        self._readers.choose(request).read(request, content, values, problems)


class _WholeBody:
    """A body that is read when all of it has come."""

    async def arrived(self, request: Request) -> Content:
        return await body_of(request)


class _JsonBody(_WholeBody):
    """JSON, read strictly.

    Clients often name another media type, as curl does, so the type is not looked at; but a form
    with parts is none by mistake.
    """

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        adapter = type_adapter(annotation)
        self._validator = json_validator(adapter)
        self._counter = key_counter(adapter)
        self._contract = contract_of(annotation)
        self._attribute = attribute
        self._optional = optional

    def check(self, request: Request) -> None:
        if not getattr(request, "sends_json", False):  # a request of our own site may know it
            check_coding(request)
            check_is_no_form(request)

    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        data = content if isinstance(content, bytes) else _content(request)
        if not data:
            if not self._optional:
                problems.append(Problem("body", "not_json", "Content not JSON: it is empty."))
            return
        found: list[Problem] = []
        value = read_json(data, self._validator, "body", found, self._contract, self._counter)
        problems += found
        if not found:
            values[self._attribute] = value


class _RawBody(_WholeBody):
    """A media type that is not JSON: handed on as bytes."""

    is_text = False

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        self.check = checker(media_types, is_text=self.is_text)
        self._attribute = attribute
        self._optional = optional

    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        data = content if isinstance(content, bytes) else _content(request)
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


class _FormBody(_RawBody):
    """A form in one line: each field spells what its type says, and is then validated as JSON."""

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        super().__init__(attribute, annotation, media_types, optional=optional)
        adapter = type_adapter(annotation)
        self._validator = json_validator(adapter)
        self._contract = contract_of(annotation)
        self._type = field_type(adapter)

    @override
    def _put(self, data: bytes, values: dict[str, object], problems: list[Problem]) -> None:
        found: list[Problem] = []
        form = read_form(data, self._type, found)
        value = self._type.value(form, ("body",), found)
        problems += found
        try:
            values[self._attribute] = self._validator.validate_json(
                encoded(value), strict=True, by_alias=True, by_name=False
            )
            if self._contract is not None and not found:
                problems += self._contract.problems(value, "body")
        except ValidationError as error:
            problems += _others(Problem.first_of(error, "body"), found)


def _others(problems: list[Problem], found: list[Problem]) -> list[Problem]:
    """Those of *problems* that are of no field that *found* tells of."""
    places = tuple(problem.location for problem in found)
    if "body" in places:
        return []
    inside = tuple(f"{place}." for place in places)
    return [
        each
        for each in problems
        if each.location not in places and not each.location.startswith(inside)
    ]


class _PartsBody(_RawBody):
    """A form in parts, whose files may be on disk until the request has been answered."""

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        super().__init__(attribute, annotation, media_types, optional=optional)
        forms = filter(is_multipart_form, _types(annotation))
        self._plan = FormPlan(next(forms))

    @override
    async def arrived(self, request: Request) -> Content:
        lines = request.requestHeaders.getRawHeaders(b"Content-Type")
        if lines is None and self._optional:
            return await body_of(request)
        boundary = boundary_of(lines[0].decode("latin-1") if lines else "")
        parts = await read_parts(stream_of(request), boundary, self._plan.is_file)
        keep_until_answered(request, parts.files(), parts.store)
        return parts

    @override
    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        if isinstance(content, FormParts):
            values[self._attribute] = self._plan.form(content, problems)
        elif content is None:
            raise TypeError("a form in parts is read by `receive`")
        elif content:
            problems.append(Problem("body", "form", "The Content-Type is missing"))


class _StreamedBody:
    """A body that is read as it arrives, where the server can do it; else the whole of it."""

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        self.check = checker(media_types, is_text=False)
        self._attribute = attribute

    async def arrived(self, request: Request) -> Content:
        return None

    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        values[self._attribute] = stream_of(request)


class _LinesBody(_StreamedBody):
    """A sequence of JSON values, each in a line; read as it arrives, too."""

    _parts: Parts = staticmethod(lines_of)

    def __init__(
        self, attribute: str, annotation: object, media_types: Sequence[str], *, optional: bool
    ) -> None:
        super().__init__(attribute, annotation, media_types, optional=optional)
        self._validator = json_validator(type_adapter(_item_type(annotation)))
        self._contract = contract_of(annotation)

    @override
    def read(
        self,
        request: Request,
        content: Content,
        values: dict[str, object],
        problems: list[Problem],
    ) -> None:
        body = stream_of(request)
        values[self._attribute] = items_of(body, self._parts, self._validator, self._contract)


class _RecordsBody(_LinesBody):
    """The same in the records of a JSON text sequence."""

    _parts = staticmethod(records_of)


_Kind: TypeAlias = type[_JsonBody] | type[_RawBody] | type[_StreamedBody]


def _content(request: Request) -> bytes:
    read: Callable[[], bytes] | None = getattr(request, "read_body", None)
    if read is not None:  # a request of our own site
        return read()
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    content.seek(0)
    return content.read()
