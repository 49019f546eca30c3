"""JSON, read strictly and written canonically."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import date

import pytest
from canonicaljson import encode_canonical_json
from counterfoil import Codes
from counterfoil._json.decoding import MAX_DEPTH, JsonError, MalformedJsonError, decode
from counterfoil._json.encoding import encode
from counterfoil._json.jsonable import jsonable
from counterfoil.stub import Model
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_a48_canonical_json_reads_back_and_has_one_spelling(value: object) -> None:
    text = encode(value)
    assert decode(text) == value
    assert encode(decode(text)) == text
    # The definition (Matrix, appendix 3.1), spelled out.
    plain = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )
    assert text == plain.encode("utf-8")


@given(VALUES)
def test_a77_plain_json_is_ascii_and_reads_back(value: object) -> None:
    text = encode(value, canonical=False)
    assert text.isascii()
    assert decode(text) == value


@given(VALUES, st.integers(0, 3))
def test_spacing_and_escapes_do_not_change_what_is_read(value: object, indent: int) -> None:
    assert decode(json.dumps(value, indent=indent).encode()) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(JsonError):
        assert decode(data) == json.loads(data.decode("utf-8"))


MALFORMED = {
    "empty": b"",
    "cut off": b'{"a": 1',
    "trailing": b"{} {}",
    "B52 NaN": b"[NaN]",
    "B52 Infinity": b"[Infinity]",
    "B52 minus Infinity": b"-Infinity",
    "B55 byte order mark": b"\xef\xbb\xbf{}",
    "B56 UTF-16": '{"a": 1}'.encode("utf-16"),
    "B56 UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "not UTF-8": b'["\xff"]',
    "surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "single quotes": b"{'a': 1}",
    "control character": b'["\x01"]',
    "leading zero": b"01",
}
UNACCEPTABLE = {
    "B49 deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "B49 deep objects": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "B49 deeper than the stack": b"[" * 100_000,
    "B50 long number": b"[" + b"9" * 5000 + b"]",
    "B51 too large": b"[1e999]",
    "B51 too small": b"[-1e999]",
    "B53 lone surrogate": b'["\\ud800"]',
    "B53 lone low surrogate": b'["\\uDC00"]',
    "B53 in a key": b'{"\\ud800": 1}',
    "B54 duplicate key": b'{"a": 1, "a": 1}',
    "B54 duplicate by escape": b'{"a": {"b": 1, "\\u0062": 2}}',
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_json(data: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        decode(data)


@pytest.mark.parametrize("data", UNACCEPTABLE.values(), ids=UNACCEPTABLE)
def test_what_two_readers_could_read_differently(data: bytes) -> None:
    with pytest.raises(JsonError) as caught:
        decode(data)
    assert not isinstance(caught.value, MalformedJsonError)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'["' + b"[" * 200 + b'"]', ["[" * 200]),
        (b'["\\"' + b"[" * 200 + b'"]', ['"' + "[" * 200]),
        (b'["\\ud83d\\ude00"]', ["\U0001f600"]),
        (b'["\\\\ud800"]', ["\\ud800"]),
        (b"1e-400", 0.0),
        (b" null ", None),
    ],
)
def test_what_is_allowed(data: bytes, value: object) -> None:
    read = decode(data)
    assert value is None or read == value


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100 + b'"' + rb"\"" * 200_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' + b'\\"' * 100_000,
        b"[]," * 100_000,
    ],
    ids=["string without an end", "arrays", "objects", "one string", "shallow"],
)
def test_b49_depth_is_found_without_the_stack_and_in_one_pass(data: bytes) -> None:
    """B49: each of these would take minutes, or the stack, if a part were read again and again."""
    with pytest.raises(JsonError):
        decode(data)


@pytest.mark.parametrize("canonical", [True, False])
@pytest.mark.parametrize("value", [math.nan, math.inf, b"bytes", object()])
def test_what_cannot_be_written(value: object, canonical: bool) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode(value, canonical=canonical)


@pytest.mark.parametrize("value", ["\ud800", {1: 1, "a": 1, None: 2}])
def test_what_cannot_be_written_canonically(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode(value)


class Notice(Model):
    text: str
    count: int = 1
    score: float = 0.5


JSONABLE = [
    Notice(text="caf\u00e9"),
    [Notice(text="a"), {"b": Notice(text="c")}],
    {1: "a", None: 2, False: [date(2026, 1, 2)], Codes.UNKNOWN: Codes.UNKNOWN},
    (1, {2}, frozenset({3})),
    "NaN",
    ["Infinity", "9" * 5000, "-Infinity"],
    {"9" * 5000: 10**600},
    10**4000,
]


@pytest.mark.parametrize("body", JSONABLE, ids=range(len(JSONABLE)))
def test_what_a_host_is_handed_is_what_pydantic_makes(body: object) -> None:
    """A72: and any encoder takes it."""
    value = jsonable(body)
    assert value == to_jsonable_python(body)
    assert encode(value) == encode_canonical_json(to_jsonable_python(body))
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    "body",
    [
        math.nan,
        {"a": [-math.inf]},
        Notice.model_construct(text="a", score=math.inf),
        "\ud800",
        {"a": ["\udc00"]},
        {"\ud800": 1},
        b"\xff",
        object(),
        10**5000,
        {"a": ["x" * 100, -(10**5000)]},
        Notice.model_construct(text="a", count=10**5000),
        nested(2000),
    ],
    ids=range(12),
)
def test_what_no_host_must_be_handed(body: object) -> None:
    """A72, B51, B53: a host whose encoder fails may answer nothing."""
    with pytest.raises((ValueError, TypeError)):
        jsonable(body)
