"""JSON, written canonically or plainly, in one go."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Iterable
from typing import NoReturn

from canonicaljson import encode_canonical_json

__all__ = ["TooDeepError", "encode"]


class TooDeepError(ValueError):
    """The value is nested deeper than the encoder can go."""

    def __init__(self) -> None:
        super().__init__("the value is nested too deeply for JSON")


def encode(value: object, *, canonical: bool = True) -> bytes:
    """The JSON of *value*; canonical as in Matrix, appendix 3.1, or else plain ASCII.

    Raises `ValueError` or `TypeError` for what JSON cannot hold.
    """
    try:
        if canonical:
            return _canonical(value)
        return _PLAIN.encode(value).encode("ascii")
    except RecursionError:
        raise TooDeepError from None


def _canonical(value: object) -> bytes:
    """What canonicaljson makes of *value*, which makes its encoder anew for each value."""
    if _PIECES is None:
        return encode_canonical_json(value)
    try:
        return "".join(_PIECES(value, 0)).encode("utf-8")
    except (_UnknownTypeError, RecursionError):  # it may know the type, and names what is circular
        return encode_canonical_json(value)


class _UnknownTypeError(TypeError):
    """A value is of a type that is none of JSON's."""


def _refer(value: object) -> NoReturn:
    raise _UnknownTypeError


def _encoder() -> Callable[[object, int], Iterable[str]] | None:
    """CPython's own encoder, as `json.JSONEncoder` sets it up; None where there is none."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return None
    quoted = json.encoder.encode_basestring
    sort_keys, skip_keys, allow_nan = True, False, False
    made: Callable[[object, int], Iterable[str]] = make(
        None, _refer, quoted, None, ":", ",", sort_keys, skip_keys, allow_nan
    )
    return made


_PIECES = _encoder()
_PLAIN = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
