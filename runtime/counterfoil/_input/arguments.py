"""Single parameters of the query string, for callbacks that are written by hand.

Parameters are decoded strictly, as UTF-8 or as they are told; of one that is given more than once
the first counts. What is wrong with one is an `InvalidRequestError`, a 400 that names it and does
not quote it: errcode M_MISSING_PARAM for one that is missing, M_INVALID_PARAM for any other fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Literal, TypeVar, overload

from counterfoil._errors import Codes, InvalidRequestError
from counterfoil._input.query import (
    TooManyParametersError,
    percent_decode,
    percent_decode_bytes,
    split_query,
)
from counterfoil._json.decoding import JsonError, JsonValue, MalformedJsonError, decode
from counterfoil._types import Request

__all__ = [
    "parse_boolean",
    "parse_bytes_from_args",
    "parse_enum",
    "parse_integer",
    "parse_json",
    "parse_string",
    "parse_strings_from_args",
]

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_INTEGER = re.compile("-?[0-9]{1,19}")
_BOOLEANS = {"true": True, "false": False}


@overload
def parse_integer(
    request: Request, name: str, default: int, required: bool = False, negative: bool = False
) -> int: ...


@overload
def parse_integer(
    request: Request,
    name: str,
    default: None = None,
    *,
    required: Literal[True],
    negative: bool = False,
) -> int: ...


@overload
def parse_integer(
    request: Request,
    name: str,
    default: int | None = None,
    required: bool = False,
    negative: bool = False,
) -> int | None: ...


def parse_integer(
    request: Request,
    name: str,
    default: int | None = None,
    required: bool = False,
    negative: bool = False,
) -> int | None:
    """The query parameter *name* as an integer: up to 19 digits, and a minus sign if *negative*.

    *default* stands for one that is absent. Raises `InvalidRequestError` for one that is absent
    though *required*, and for anything else than such an integer.
    """
    return _parsed(request, name, default, required, lambda text: _integer(text, negative))


@overload
def parse_boolean(request: Request, name: str, default: bool, required: bool = False) -> bool: ...


@overload
def parse_boolean(
    request: Request, name: str, default: None = None, *, required: Literal[True]
) -> bool: ...


@overload
def parse_boolean(
    request: Request, name: str, default: bool | None = None, required: bool = False
) -> bool | None: ...


def parse_boolean(
    request: Request, name: str, default: bool | None = None, required: bool = False
) -> bool | None:
    """The query parameter *name*, which must be exactly `true` or `false`.

    *default* stands for one that is absent. Raises `InvalidRequestError` for one that is absent
    though *required*, and for any other text.
    """
    return _parsed(request, name, default, required, _boolean)


@overload
def parse_string(
    request: Request,
    name: str,
    default: str,
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> str: ...


@overload
def parse_string(
    request: Request,
    name: str,
    default: None = None,
    *,
    required: Literal[True],
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> str: ...


@overload
def parse_string(
    request: Request,
    name: str,
    default: str | None = None,
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> str | None: ...


def parse_string(
    request: Request,
    name: str,
    default: str | None = None,
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> str | None:
    """The query parameter *name* as text: one of *allowed_values*, if they are given.

    *default* stands for one that is absent. Raises `InvalidRequestError` for one that is absent
    though *required*, is not in *encoding*, or is not allowed; then it lists what is.
    """
    value = _first(request, name)
    if value is None:
        return _absent(name, default, required)
    return _string(name, value, allowed_values, encoding)


@overload
def parse_enum(request: Request, name: str, values: type[E], default: E) -> E: ...


@overload
def parse_enum(
    request: Request, name: str, values: type[E], default: None = None, *, required: Literal[True]
) -> E: ...


@overload
def parse_enum(
    request: Request,
    name: str,
    values: type[E],
    default: E | None = None,
    required: bool = False,
) -> E | None: ...


def parse_enum(
    request: Request,
    name: str,
    values: type[E],
    default: E | None = None,
    required: bool = False,
) -> E | None:
    """The query parameter *name* as the member of *values* whose value it is: a string.

    Raises as `parse_string` does.
    """
    members = {member.value: member for member in values}
    text = parse_string(
        request, name, None, required and default is None, allowed_values=members, encoding="utf-8"
    )
    return default if text is None else members[text]


def parse_json(
    request: Request, name: str, default: JsonValue = None, required: bool = False
) -> JsonValue:
    """The query parameter *name*, which holds JSON, decoded as strictly as a body.

    *default* stands for one that is absent. Raises `InvalidRequestError` for one that is absent
    though *required*, or is not JSON (errcode M_NOT_JSON), or is JSON that readers could understand
    differently (M_BAD_JSON).
    """
    value = _first(request, name)
    if value is None:
        return _absent(name, default, required)
    try:
        return decode(value)
    except MalformedJsonError as error:
        raise _refusal(name, f"Content not JSON: {error}.", Codes.NOT_JSON) from None
    except JsonError as error:
        raise _refusal(name, f"Content not acceptable: {error}.", Codes.BAD_JSON) from None


@overload
def parse_strings_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: Sequence[str],
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> list[str]: ...


@overload
def parse_strings_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: None = None,
    *,
    required: Literal[True],
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> list[str]: ...


@overload
def parse_strings_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: Sequence[str] | None = None,
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> list[str] | None: ...


def parse_strings_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: Sequence[str] | None = None,
    required: bool = False,
    *,
    allowed_values: Collection[str] | None = None,
    encoding: str = "ascii",
) -> list[str] | None:
    """Every value of *name* in *args*, which is a request's `args`, in order.

    Raises as `parse_string` does.
    """
    values = args.get(name.encode("utf-8"))
    if values:
        return [_string(name, value, allowed_values, encoding) for value in values]
    absent = _absent(name, default, required)
    return None if absent is None else list(absent)


@overload
def parse_bytes_from_args(
    args: Mapping[bytes, Sequence[bytes]], name: str, default: bytes, required: bool = False
) -> bytes: ...


@overload
def parse_bytes_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: None = None,
    *,
    required: Literal[True],
) -> bytes: ...


@overload
def parse_bytes_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: bytes | None = None,
    required: bool = False,
) -> bytes | None: ...


def parse_bytes_from_args(
    args: Mapping[bytes, Sequence[bytes]],
    name: str,
    default: bytes | None = None,
    required: bool = False,
) -> bytes | None:
    """The first value of *name* in *args*, which is a request's `args`: any bytes.

    Raises `InvalidRequestError` for one that is absent though *required*.
    """
    values = args.get(name.encode("utf-8"))
    return values[0] if values else _absent(name, default, required)


def _parsed(
    request: Request, name: str, default: T | None, required: bool, parse: Callable[[str], T]
) -> T | None:
    value = _first(request, name)
    if value is None:
        return _absent(name, default, required)
    try:
        return parse(value.decode("latin-1"))
    except ValueError as error:
        raise _refusal(name, f"Input {error}") from None


def _first(request: Request, name: str) -> bytes | None:
    """The first value of a query parameter, decoded."""
    _, _, query = request.uri.partition(b"?")
    try:
        pairs = split_query(query)
    except TooManyParametersError as error:
        raise InvalidRequestError(Codes.INVALID_PARAM, [f"query: {error}"]) from None
    for each, value in pairs:
        if each == name or _is(each, name):
            try:
                return percent_decode_bytes(value)
            except ValueError as error:
                raise _refusal(name, f"Input {error}") from None
    return None


def _is(encoded: str, name: str) -> bool:
    try:
        return percent_decode(encoded) == name
    except ValueError:
        return False  # what cannot be decoded is no name of ours


def _absent(name: str, default: T, required: bool) -> T:
    if required and default is None:
        raise _refusal(name, "Field required", Codes.MISSING_PARAM)
    return default


def _integer(text: str, negative: bool) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError("should be an integer")
    value = int(text)
    if value < 0 and not negative:
        raise ValueError("should not be negative")
    return value


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError("should be 'true' or 'false'")
    return _BOOLEANS[text]


def _string(name: str, value: bytes, allowed_values: Collection[str] | None, encoding: str) -> str:
    try:
        text = value.decode(encoding)
    except UnicodeDecodeError:
        raise _refusal(name, f"Input is not {encoding.upper()}") from None
    if allowed_values is not None and text not in allowed_values:
        raise _refusal(name, f"Input should be one of {', '.join(allowed_values)}")
    return text


def _refusal(name: str, text: str, errcode: str = Codes.INVALID_PARAM) -> InvalidRequestError:
    return InvalidRequestError(errcode, [f"query.{name}: {text}"])
