"""Values of JSON: decoded strictly, then validated as JSON, so that `"5"` is no integer.

pydantic's own parser takes NaN and duplicate keys, hence the decoding before it.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import ValidationError

from counterfoil._input.markers import BodyCheck
from counterfoil._input.problems import Problem
from counterfoil._json.decoding import JsonError, MalformedJsonError, decode

__all__ = ["JsonValidator", "read_json"]


class JsonValidator(Protocol):
    """The part of a validator of pydantic's that reads JSON."""

    def validate_json(
        self, data: bytes, /, *, strict: bool, by_alias: bool, by_name: bool
    ) -> object:
        """Raises `ValidationError`."""


def read_json(
    data: bytes,
    validator: JsonValidator,
    location: str,
    problems: list[Problem],
    check: BodyCheck | None = None,
) -> object:
    """The value of *data*, which stands at *location*; or None, and what is wrong in *problems*.

    What the validator takes is held against *check* too.
    """
    try:
        value = decode(data)
        made = validator.validate_json(data, strict=True, by_alias=True, by_name=False)
        if check is None:
            return made
        found = list(check.problems(value, location))
        problems += found
        return None if found else made
    except MalformedJsonError as error:
        problems.append(Problem(location, "not_json", f"Content not JSON: {error}."))
    except JsonError as error:
        problems.append(Problem(location, "bad_json", f"Content not acceptable: {error}."))
    except ValidationError as error:
        problems += Problem.first_of(error, location)
    return None
