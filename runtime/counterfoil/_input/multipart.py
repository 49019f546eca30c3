"""Bodies that are forms in parts: multipart/form-data (OpenAPI 3.1, section 4.8.15.3).

class AddPhotoForm(MultipartForm):
    photo: Annotated[Upload, FormPart(media_type="image/png, image/jpeg")]
    caption: Annotated[str | None, FormPart()] = None
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import (
    ClassVar,
    Protocol,
    TypeGuard,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import TypeAdapter, ValidationError

from counterfoil._input.branching import json_validator
from counterfoil._input.form_types import Field, FieldType, encoded, field_type
from counterfoil._input.markers import BodyCheck
from counterfoil._input.media_types import charset_of, fits_any
from counterfoil._input.parts import FormParts, TextPart
from counterfoil._input.problems import Problem
from counterfoil._input.shapes import Shape
from counterfoil._input.uploads import Upload
from counterfoil._input.wire import type_adapter
from counterfoil._json.decoding import JsonError, JsonValue, decode

__all__ = ["FormPart", "FormPlan", "MultipartForm", "is_multipart_form"]

_UTF_8 = frozenset({"ascii", "us-ascii", "utf-8", "utf8"})


@dataclass_transform(kw_only_default=True, eq_default=False)
class MultipartForm:
    """The base of the classes of such bodies. Type checkers see a dataclass."""

    closed: ClassVar[bool] = False
    """Whether a part that is not declared is refused; else it is passed over."""

    def __init__(self, **values: object) -> None:
        """What a handler gets is made from a request; a test makes its own."""
        vars(self).update(values)


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part: its name, where it differs, and the media types or ranges that it may have.

    With *is_json* its text is a document of JSON, also where its type is a list.
    """

    name: str | None = None
    media_type: str | None = None
    is_json: bool = False


def is_multipart_form(annotation: object) -> TypeGuard[type[MultipartForm]]:
    """Whether *annotation* is the class of such a body."""
    return isinstance(annotation, type) and issubclass(annotation, MultipartForm)


class FormPlan:
    """How the parts of a class of forms are read."""

    def __init__(self, form: type[MultipartForm]) -> None:
        self._form = form
        hints = get_type_hints(form, localns={}, include_extras=True)
        self._slots = [
            _slot(attribute, mark, hint, is_required=attribute not in vars(form))
            for attribute, hint in hints.items()
            for mark in get_args(hint)[1:]
            if isinstance(mark, FormPart)
        ]
        self.is_file: Mapping[str, bool] = {
            slot.name: isinstance(slot, _FileSlot) for slot in self._slots
        }

    def form(self, parts: FormParts, problems: list[Problem]) -> MultipartForm:
        """The form that *parts* are; what is wrong goes into *problems*."""
        made = self._form.__new__(self._form)
        for slot in self._slots:
            slot.fill(vars(made), parts, problems)
        if self._form.closed:
            for name in dict.fromkeys(parts.others):
                problems.append(Problem.at(("body", name), "extra", "Part is not declared"))
        return made


class _Slot(Protocol):
    name: str

    def fill(self, values: dict[str, object], parts: FormParts, problems: list[Problem]) -> None:
        """Put the value of the attribute into *values*, or what is wrong into *problems*."""


def _slot(attribute: str, mark: FormPart, hint: object, *, is_required: bool) -> _Slot:
    adapter = type_adapter(hint)
    kinds = set(_types(get_args(hint)[0]))
    if Upload in kinds:
        return _FileSlot(attribute, mark, adapter, is_required=is_required)
    check = next((each for each in get_args(hint)[1:] if isinstance(each, BodyCheck)), None)
    return _TextSlot(attribute, mark, adapter, check, is_required=is_required)


def _types(annotation: object) -> Iterator[object]:
    """The types that `A | list[B] | None` names."""
    if get_origin(annotation) in (Union, UnionType, list):
        for each in get_args(annotation):
            yield from _types(each)
    else:
        yield annotation


class _FileSlot:
    """An attribute that is a file, or a list of files."""

    def __init__(
        self, attribute: str, mark: FormPart, adapter: TypeAdapter[object], *, is_required: bool
    ) -> None:
        self.name = mark.name or attribute
        self._attribute = attribute
        self._media_types = _listed(mark)
        self._adapter = adapter
        self._is_required = is_required
        self._is_list = _is_list(adapter)

    def fill(self, values: dict[str, object], parts: FormParts, problems: list[Problem]) -> None:
        # A browser sends one of no name and no bytes where no file was chosen.
        given = [one for one in parts.uploads.get(self.name, ()) if one.size or one.filename]
        if not given and not self._is_required:
            return
        for upload in given:
            if self._media_types and not fits_any(upload.media_type, self._media_types):
                problems.append(_wrong_type(self.name, self._media_types))
        if not given and not self._is_list:
            problems.append(Problem.at(("body", self.name), "missing", "Part required"))
        elif len(given) > 1 and not self._is_list:
            problems.append(_several(self.name))
        else:
            try:
                value = given if self._is_list else given[0]
                values[self._attribute] = self._adapter.validate_python(value)
            except ValidationError as error:
                problems += Problem.first_of(error, f"body.{self.name}")


class _TextSlot:
    """An attribute that is made from texts."""

    def __init__(
        self,
        attribute: str,
        mark: FormPart,
        adapter: TypeAdapter[object],
        check: BodyCheck | None,
        *,
        is_required: bool,
    ) -> None:
        self.name = mark.name or attribute
        self._attribute = attribute
        self._media_types = _listed(mark)
        self._validator = json_validator(adapter)
        self._type: FieldType = field_type(adapter)
        self._is_json = mark.is_json
        self._is_required = is_required
        self._check = check

    def fill(self, values: dict[str, object], parts: FormParts, problems: list[Problem]) -> None:
        given = parts.texts.get(self.name)
        place = ("body", self.name)
        if given is None:
            if self._is_required and "array" not in self._type.kinds:
                problems.append(Problem.at(place, "missing", "Part required"))
            if not self._is_required or "array" not in self._type.kinds:
                return
        found: list[Problem] = []
        value = self._value([*self._texts(given or [], found)], found)
        if not found:
            try:
                values[self._attribute] = self._validator.validate_json(
                    encoded(value), strict=True, by_alias=True, by_name=False
                )
                if self._check is not None:
                    found += self._check.problems(value, f"body.{self.name}")
            except ValidationError as error:
                found += Problem.first_of(error, f"body.{self.name}")
        problems += found

    def _texts(self, given: list[TextPart], problems: list[Problem]) -> Iterator[str]:
        for part in given:
            is_plain = part.media_type.partition(";")[0].strip() in ("", "text/plain")
            if self._media_types and not (is_plain or fits_any(part.media_type, self._media_types)):
                problems.append(_wrong_type(self.name, self._media_types))
            elif charset_of(part.media_type) not in _UTF_8:
                problems.append(Problem.at(("body", self.name), "encoding", "Text must be UTF-8"))
            else:
                try:
                    yield part.text.decode("utf-8")
                except UnicodeDecodeError:
                    text = "Input is not UTF-8"
                    problems.append(Problem.at(("body", self.name), "encoding", text))

    def _value(self, texts: list[str], problems: list[Problem]) -> JsonValue:
        place = ("body", self.name)
        if not self._is_json:
            return self._type.value(Field(texts), place, problems)
        if len(texts) != 1:
            problems.append(_several(self.name))
            return None
        try:
            return decode(texts[0].encode())
        except JsonError as error:
            problems.append(Problem.at(place, "json_invalid", f"Content not JSON: {error}."))
            return None


def _listed(mark: FormPart) -> list[str]:
    return [each.strip() for each in (mark.media_type or "").split(",") if each.strip()]


def _is_list(adapter: TypeAdapter[object]) -> bool:
    return Shape(adapter.core_schema, {}).is_list


def _several(name: str) -> Problem:
    return Problem.at(("body", name), "value_error", "Part must be given once")


def _wrong_type(name: str, media_types: list[str]) -> Problem:
    return Problem.at(("body", name), "content_type", f"Content must be {' or '.join(media_types)}")
