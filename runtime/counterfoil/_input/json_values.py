"""Values of JSON: decoded strictly, then validated as JSON, so that `"5"` is no integer.

pydantic's own parser takes NaN and duplicate keys, hence the decoding before it.
"""

from __future__ import annotations

import json
import re
from typing import Final, Protocol

from pydantic import ValidationError

from counterfoil._input.markers import BodyCheck
from counterfoil._input.problems import Problem
from counterfoil._input.unambiguous import CountsKeys, UncountableError, may_repeat_keys
from counterfoil._json.decoding import JsonError, MalformedJsonError, decode

__all__ = ["JsonValidator", "read_json", "validated"]

_FRACTION_OR_EXPONENT: Final = re.compile(rb"\d[.eE]")
# Every integer up to it is a double, and none beyond it is told from its neighbours (RFC 8259, 6).
_MAX_EXACT: Final = 2**53


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
    counter: CountsKeys | None = None,
) -> object:
    """The value of *data*, which stands at *location*; or None, and what is wrong in *problems*.

    What the validator takes is held against *check* too. With a *counter* of its values most texts
    need not be decoded: see `unambiguous`.
    """
    if counter is not None and check is None:
        try:
            made = validator.validate_json(data, strict=True, by_alias=True, by_name=False)
            if not may_repeat_keys(data, counter(made)):
                return made
        except (UncountableError, ValidationError):
            pass  # it is found out below what is wrong, if anything is
    try:
        value = decode(data)
        made = validated(data, validator)
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


def validated(data: bytes, validator: JsonValidator) -> object:
    """The value of *data*, a JSON text that `decode` takes. Raises `ValidationError`.

    A number whose fraction is zero is an integer too (JSON Schema 2020-12, "type"), up to 2**53:
    `1.0` and `1e2` are 1 and 100 where these are asked for.
    """
    try:
        return validator.validate_json(data, strict=True, by_alias=True, by_name=False)
    except ValidationError:
        if _FRACTION_OR_EXPONENT.search(data) is None:
            raise
    # What was refused alone is read again, so that what is fine costs nothing more.
    plain = json.dumps(json.loads(data, parse_float=_number)).encode()
    return validator.validate_json(plain, strict=True, by_alias=True, by_name=False)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= _MAX_EXACT else value
