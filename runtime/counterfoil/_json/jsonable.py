"""From models, and whatever else pydantic knows, to objects that any JSON encoder takes."""

from __future__ import annotations

from pydantic_core import to_json, to_jsonable_python

from counterfoil._json.encoding import encode

__all__ = ["jsonable"]

_DIGITS = 640
"""Python writes integers of so many digits, however it is set up."""

_LONG_NUMBER = b"0" * (_DIGITS + 1)
_TO_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def jsonable(body: object) -> object:
    """*body* as an object that the encoder of any host takes: one that fails may answer nothing.

    It is what `pydantic_core.to_jsonable_python` makes, and checked: all keys are strings, numbers
    are finite and convertible, strings are of whole characters.

    Raises `ValueError` or `TypeError` if JSON cannot hold it.
    """
    value: object = to_jsonable_python(body)
    text = to_json(value, inf_nan_mode="constants")  # it refuses half of a surrogate pair
    if (
        b"NaN" in text
        or b"Infinity" in text
        or (len(text) > _DIGITS and _LONG_NUMBER in text.translate(_TO_ZEROS))
    ):
        encode(value)  # it tells numbers from strings
    return value
