"""JSON, written canonically or plainly, in one go."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias

from canonicaljson import encode_canonical_json

from counterfoil._json.accelerated import flat_text

__all__ = ["TooDeepError", "canonical_encoder", "encode"]

_Encoder: TypeAlias = Callable[[object, int], Iterable[str]]


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
            return flat_text(value) or _canonical(value)
        return _PLAIN.encode(value).encode("ascii")
    except RecursionError:
        raise TooDeepError from None


class _UnknownTypeError(TypeError):
    """A value is of a type that is none of JSON's."""


def _refer(_: object) -> NoReturn:
    raise _UnknownTypeError


def canonical_encoder(make: Callable[..., _Encoder] | None) -> Callable[[object], bytes]:
    """What encodes as canonicaljson does, but with an encoder that is made once.

    *make* makes CPython's own, which `json.JSONEncoder` makes anew for each value.
    """
    if make is None:
        return encode_canonical_json
    quoted = json.encoder.encode_basestring
    sort_keys, skip_keys, allow_nan = True, False, False
    encoder = make(None, _refer, quoted, None, ":", ",", sort_keys, skip_keys, allow_nan)

    def encode(value: object) -> bytes:
        try:
            return "".join(encoder(value, 0)).encode("utf-8")
        except (_UnknownTypeError, RecursionError):  # canonicaljson may know it, or has a name
            return encode_canonical_json(value)

    return encode


_canonical = canonical_encoder(getattr(json.encoder, "c_make_encoder", None))
_PLAIN = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
