"""JSON bodies, for callbacks that are written by hand.

What is wrong with one is an `InvalidRequestError`: a 400 that lists at most 20 faults in less than
2 KiB, and quotes nothing of the body. The log has the length of a body that is not JSON and its
SHA-256, never the body.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from typing import BinaryIO, TypeVar, cast

from pydantic import BaseModel, ValidationError

from counterfoil._describe import describe
from counterfoil._errors import Codes, InvalidRequestError
from counterfoil._input.problems import Problem, refusal
from counterfoil._json.decoding import JsonError, JsonValue, MalformedJsonError, decode
from counterfoil._json.encoding import encode
from counterfoil._types import Request

__all__ = [
    "assert_params_in_dict",
    "parse_json_object_from_request",
    "parse_json_value_from_request",
    "validate_json_object",
]

logger = logging.getLogger("counterfoil.servlets")

M = TypeVar("M", bound=BaseModel)


def parse_json_value_from_request(request: Request, allow_empty_body: bool = False) -> JsonValue:
    """The body as JSON, decoded strictly; None for an empty one, if that is allowed.

    The Content-Type is not looked at. Raises `InvalidRequestError` with errcode M_NOT_JSON for what
    is not JSON or not UTF-8 (also for NaN and Infinity), and with M_BAD_JSON for JSON that readers
    could understand differently: duplicate keys, numbers out of range, lone surrogates, depth.
    """
    content = cast("BinaryIO", request.content)  # Twisted gives the attribute no type
    content.seek(0)
    data = content.read()
    if not data and allow_empty_body:
        return None
    try:
        return decode(data)
    except MalformedJsonError as error:
        problem = Problem("body", "not_json", f"Content not JSON: {error}.")
    except JsonError as error:
        problem = Problem("body", "bad_json", f"Content not acceptable: {error}.")
    digest = hashlib.sha256(data).hexdigest()
    logger.info(
        "%s: body of %d bytes, sha256 %s: %s", describe(request), len(data), digest, problem
    )
    raise refusal([problem])


def parse_json_object_from_request(
    request: Request, allow_empty_body: bool = False
) -> dict[str, JsonValue]:
    """The body, which must be a JSON object; `{}` for an empty one, if that is allowed.

    Raises as `parse_json_value_from_request` does, and `InvalidRequestError` with errcode
    M_BAD_JSON for any other JSON.
    """
    value = parse_json_value_from_request(request, allow_empty_body)
    if isinstance(value, dict):
        return value
    if allow_empty_body and value is None:
        return {}
    raise refusal([Problem("body", "dict_type", "Content must be a JSON object.")])


def validate_json_object(content: Mapping[str, object], model: type[M]) -> M:
    """*content*, which was decoded from JSON, as an instance of *model*.

    It is validated as JSON, strictly: `"5"` is no integer, and `"2026-01-01"` is a date. The names
    are those of the wire. Raises `InvalidRequestError`: errcode M_MISSING_PARAM if all that is
    wrong is missing fields, M_INVALID_PARAM if a validator refused a value, and else M_BAD_JSON.
    """
    try:
        return model.model_validate_json(
            encode(content, canonical=False), strict=True, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise refusal(Problem.first_of(error, "body")) from None


def assert_params_in_dict(body: Mapping[str, object], required: Iterable[str]) -> None:
    """Raise `InvalidRequestError`, with errcode M_MISSING_PARAM, for the keys that *body* lacks."""
    absent = [name for name in required if name not in body]
    if absent:
        problems = [str(Problem(f"body.{name}", "missing", "Field required")) for name in absent]
        raise InvalidRequestError(Codes.MISSING_PARAM, problems)
