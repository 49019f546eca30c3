"""One parameter of an operation: where its text is found, and what is made from it."""

from __future__ import annotations

from pydantic import ValidationError

from counterfoil._input.json_values import JsonValidator, validated
from counterfoil._input.markers import BodyCheck, Header, Parameter, Query
from counterfoil._input.problems import Problem
from counterfoil._input.query import percent_decode
from counterfoil._input.shapes import Shape
from counterfoil._input.styles import Parse, parser
from counterfoil._json.decoding import JsonError, decode

__all__ = ["EncodedText", "Slot", "Texts"]

Texts = dict[str, object]
"""Texts, lists and objects of texts, by attribute."""


class EncodedText(str):
    """A decoded parameter of a path, and its escapes: in these a comma is no delimiter."""

    __slots__ = ("encoded",)

    encoded: str

    def __new__(cls, text: str, encoded: str) -> EncodedText:
        made = super().__new__(cls, text)
        made.encoded = encoded
        return made


class Slot:
    """One parameter: the attribute that it fills, and how its text is read.

    With *document* it holds JSON, which that validator reads, and which is held against *contract*.
    """

    def __init__(
        self,
        attribute: str,
        marker: Parameter,
        shape: Shape,
        *,
        required: bool = False,
        document: JsonValidator | None = None,
        contract: BodyCheck | None = None,
    ) -> None:
        self.attribute = attribute
        self.name = marker.name or attribute
        self.marker = marker
        self.shape = shape
        self.required = required
        self.location = f"{marker.place}.{self.name}"
        self._document = document
        self._contract = contract
        self._parse = parser(marker, self.name, shape, str)
        self._parse_encoded = parser(marker, self.name, shape, percent_decode)

    @property
    def is_plain(self) -> bool:
        """Whether its text is its value."""
        if isinstance(self.marker, Query) and self.may_be_empty:
            return False
        is_usual = self.marker.style in (None, "simple", "form") or isinstance(self.marker, Header)
        is_scalar = not self.shape.is_list and not self.shape.is_object
        return self._document is None and is_usual and is_scalar

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty text stands for no value."""
        marker = self.marker
        return isinstance(marker, Query) and marker.allow_empty and not self.shape.takes_empty

    def put(self, text: str, texts: Texts, problems: list[Problem]) -> None:
        """Put the value of *text*, which is not encoded, or say what is wrong with it."""
        if self._document is None:
            self._put(self._parse, text, texts, problems)
        else:
            self._put_document(self._document, text, texts, problems)

    def put_encoded(self, text: str, texts: Texts, problems: list[Problem]) -> None:
        """As `put`, of a text that is percent-encoded."""
        if self._document is None:
            self._put(self._parse_encoded, text, texts, problems)
            return
        try:
            decoded = percent_decode(text)
        except ValueError as error:
            problems.append(Problem(self.location, "encoding", f"Input {error}"))
        else:
            self._put_document(self._document, decoded, texts, problems)

    def _put(self, parse: Parse, text: str, texts: Texts, problems: list[Problem]) -> None:
        try:
            texts[self.attribute] = parse(text)
        except ValueError as error:
            problems.append(Problem(self.location, "style", f"Input {error}"))

    def _put_document(
        self, validator: JsonValidator, text: str, texts: Texts, problems: list[Problem]
    ) -> None:
        data = text.encode("utf-8")
        try:
            value = decode(data)
            made = validated(data, validator)
        except JsonError as error:
            problems.append(Problem(self.location, "not_json", f"Content not JSON: {error}."))
        except ValidationError as error:
            problems += Problem.first_of(error, self.location)
        else:
            check = self._contract
            found = [] if check is None else list(check.problems(value, self.location))
            problems += found
            if not found:
                texts[self.attribute] = made
