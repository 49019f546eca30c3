"""The faults of a request, and the error that reports them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from counterfoil._errors import Codes, InvalidRequestError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["MAX_BYTES", "MAX_PROBLEMS", "Problem", "refusal"]

MAX_PROBLEMS = 20
"""How many faults one answer lists."""

MAX_BYTES = 1900
"""How long their list may be, so that an answer stays below 2 KiB."""

_LONGEST_TEXT = 200
_LONGEST_PART = 64

_OBJECTS = frozenset(("dict_type", "model_attributes_type", "model_type"))

_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where, of which kind (as pydantic names them), and what; no value is quoted."""

    location: str
    kind: str
    text: str
    count: int = 1
    """How many it stands for: more than one where no list could hold them all."""

    @classmethod
    def of(cls, details: ErrorDetails, location: Iterable[int | str]) -> Problem:
        """A fault that pydantic found."""
        return cls.at(location, details["type"], _message(details))

    @classmethod
    def at(cls, location: Iterable[int | str], kind: str, text: str) -> Problem:
        """A fault at a place whose parts a client may have named."""
        where = ".".join(_shown(str(part), _LONGEST_PART) for part in location)
        return cls(where, kind, text)

    @classmethod
    def first_of(cls, error: ValidationError, location: str) -> list[Problem]:
        """The first faults of *error*, and one that stands for those that no answer could list.

        A body may hold millions, and pydantic makes details of all or none: as text they take a
        tenth of the memory that they take as objects.
        """
        text = error.json(include_url=False, include_input=False)
        found, end = [], 0
        count = error.error_count()
        for _ in range(min(count, MAX_PROBLEMS)):
            details, end = _DECODER.raw_decode(text, end + 1)
            found.append(cls.of(cast("ErrorDetails", details), (location, *details["loc"])))
        if count > MAX_PROBLEMS:
            found.append(cls(location, "more", "Input has more faults", count - MAX_PROBLEMS))
        return found

    @property
    def in_body(self) -> bool:
        return self.location == "body" or self.location.startswith("body.")

    def __str__(self) -> str:
        return f"{self.location}: {_shown(self.text, _LONGEST_TEXT)}"


def refusal(problems: Sequence[Problem]) -> InvalidRequestError:
    """The error to answer a request with that has these faults; there must be one at least."""
    return InvalidRequestError(
        _errcode(problems), [str(problem) for problem in problems], _listed(problems)
    )


def _errcode(problems: Sequence[Problem]) -> str:
    kinds = {problem.kind for problem in problems}
    if "not_json" in kinds:
        return Codes.NOT_JSON
    if kinds == {"missing"}:
        return Codes.MISSING_PARAM
    if kinds == {"value_error"} or not any(problem.in_body for problem in problems):
        return Codes.INVALID_PARAM
    return Codes.BAD_JSON


def _listed(problems: Sequence[Problem]) -> str:
    shown: list[str] = []
    length = 0
    for problem in problems[:MAX_PROBLEMS]:
        text = str(problem)
        length += len(text.encode("utf-8", "replace")) + len("; ")
        if length > MAX_BYTES:
            break
        shown.append(text)
    rest = sum(problem.count for problem in problems) - len(shown)
    if rest:
        shown.append(f"and {rest} more")
    return "; ".join(shown)


def _message(details: ErrorDetails) -> str:
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _of_tag(details.get("ctx", {}))
    if details["type"] in _OBJECTS:  # its own text names our classes
        return "Input should be an object"
    return details["msg"]


def _of_tag(context: Mapping[str, object]) -> str:
    """What is wrong with the property that tells the class: pydantic's own text quotes it."""
    name, expected = str(context.get("discriminator")), context.get("expected_tags")
    if not name.startswith("'"):  # a function finds it
        return f"Input tag is none of {expected}"
    if expected is None:
        return f"Input lacks {name}, which tells what it is"
    return f"{name} is none of {expected}"


def _shown(text: str, longest: int) -> str:
    """*text* in printable characters, and no longer than *longest*."""
    if len(text) > longest:
        text = text[: longest - 3] + "..."
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
