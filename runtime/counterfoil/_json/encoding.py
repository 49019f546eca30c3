"""JSON, written canonically or plainly, in one go."""

from __future__ import annotations

import json

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
            return encode_canonical_json(value)
        return _PLAIN.encode(value).encode("ascii")
    except RecursionError:
        raise TooDeepError from None


_PLAIN = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
