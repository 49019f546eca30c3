"""Canonical JSON, byte for byte that of canonicaljson: in one go, and in slices."""

from __future__ import annotations

import json
import math
import random
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum, StrEnum

import pytest
from canonicaljson import encode_canonical_json
from counterfoil._json import slices
from counterfoil._json.encoding import TooDeepError, canonical_encoder, encode
from counterfoil._json.ordering import in_order
from counterfoil._json.slices import STEP, encoded_in_slices
from counterfoil._json.weighing import SMALL, is_large
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

VALUES_A_SEED = 10_000

CHARACTERS = [
    *map(chr, range(0x20)),
    *'"\\/abcxyz\x7f\x80\xa0\xe9\u2028\u2029\ufeff\ufffd\uffff\U00010000\U0001f600\U0010ffff',
]
INTEGERS = [0, -0, 1, -1, 2**31, 2**53, -(2**53) - 1, 2**63, 2**64, -(2**64), 10**30, 10**400]
FLOATS = [0.0, -0.0, 1.0, 0.1, 1e-4, 1e-5, 1e-7, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 5e-324]
FLOATS += [sys.float_info.max, sys.float_info.min, sys.float_info.epsilon, 123456789.123456789]


class Made:
    """Values from a seed: each kind, spelled in each way that an encoder could get wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        return "".join(self.random.choices(CHARACTERS, k=self.random.randrange(6)))

    def number(self) -> float:
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.choice(INTEGERS)
        if kind == 1:
            return self.random.choice(FLOATS)
        if kind == 2:
            return self.random.randrange(-(10**6), 10**6)
        if kind == 3:
            return self.random.uniform(-1, 1) * 10.0 ** self.random.randrange(-20, 25)
        return math.ldexp(self.random.random(), self.random.randrange(-1070, 1020))

    def value(self, depth: int = 3) -> object:
        kind = self.random.randrange(6 if depth else 4)
        if kind == 0:
            return self.random.choice((None, True, False))
        if kind == 1:
            return self.text()
        if kind < 4:
            return self.number()
        count = self.random.randrange(5)
        if kind == 4:
            return [self.value(depth - 1) for _ in range(count)]
        return {self.text(): self.value(depth - 1) for _ in range(count)}


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "STEP", 24)


def sliced(value: object, *, canonical: bool = True) -> bytes:
    return b"".join(encoded_in_slices(value, canonical=canonical))


@pytest.mark.parametrize("seed", range(10))
def test_a48_canonical_json_is_that_of_canonicaljson(seed: int) -> None:
    """A48: 100,000 values, with every kind of number, character and emptiness."""
    made = Made(seed)
    for _ in range(VALUES_A_SEED):
        value = made.value()
        assert encode(value) == encode_canonical_json(value)


@pytest.mark.parametrize("seed", range(10))
def test_a48_a71_slices_are_that_of_canonicaljson(seed: int, small_steps: None) -> None:
    """A48, A71: the same in steps of some bytes, so that each value is cut everywhere."""
    made = Made(1000 + seed)
    for _ in range(VALUES_A_SEED):
        value = made.value()
        assert sliced(value) == encode_canonical_json(value)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.booleans(),
)
def test_a77_what_is_written_or_refused_does_not_depend_on_slices(
    value: object, canonical: bool
) -> None:
    """A48, A77."""
    assert outcome(lambda: sliced(value, canonical=canonical)) == outcome(
        lambda: encode(value, canonical=canonical)
    )


def outcome(make: Callable[[], bytes]) -> object:
    try:
        return make()
    except (ValueError, TypeError) as error:
        return ValueError if isinstance(error, ValueError) else TypeError


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


KEPT = ["kept", *"x" * 3000]

REFUSED = {
    "NaN": math.nan,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "bytes": b"x",
    "set": {1},
    "object": object(),
    "lone surrogate": "\ud800",
    "lone surrogate in a key": {"\udc00": 1},
    "None beside text": {None: 1, "a": 2},
    "numbers beside text": {1: 1, "a": 2},
    "tuple as key": {(1, 2): 3},
    "NaN as key": {math.nan: 1},
    "digits": 10**5000,
    "late": [*KEPT, math.nan],
}
ODD = {
    "tuple": (1, (2, ()), "x"),
    "number keys": {2: "b", 10: "a", 1.5: "c", -1: "d"},
    "bool keys": {True: 1, False: 2},
    "None key": {None: 1},
    "enums": [Colour.RED, Level.HIGH, {Colour.RED: Level.HIGH}],
    "ordered": OrderedDict([("b", 1), ("a", OrderedDict())]),
    "order by code point": {"\uffff": 1, "\U00010000": 2, "\ue000": 3, "a": 4, "A": 5, "": 6},
    "prefixes": {"a": 1, "a\x00": 2, "aa": 3, "a\U0010ffff": 4, "a!": 5},
    "empty": [{}, [], "", (), {"": {}}, [[[]]], [{}, {"": []}]],
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_a72_what_cannot_be_written_is_refused_alike(value: object, small_steps: None) -> None:
    """A72, A77: the refusals of canonicaljson, whole and in slices."""
    theirs = outcome(lambda: encode_canonical_json(value))
    assert isinstance(theirs, type)
    assert outcome(lambda: encode(value)) is theirs
    assert outcome(lambda: sliced(value)) is theirs
    plain = outcome(lambda: encode(value, canonical=False))
    assert outcome(lambda: sliced(value, canonical=False)) == plain


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_values_are_written_alike(value: object, small_steps: None) -> None:
    """A48, A77."""
    assert encode(value) == sliced(value) == encode_canonical_json(value)
    plain = json.dumps(value, separators=(",", ":")).encode("ascii")
    assert encode(value, canonical=False) == sliced(value, canonical=False) == plain


LARGE: dict[str, object] = {
    "text": "x" * 1_000_000,
    "text to escape": '"\n\x01\U0001f600\ue000' * 50_000,
    "numbers": [number * 7 for number in range(100_000)],
    "fractions": [number / 7 for number in range(30_000)],
    "keys": {f"{number * 7919 % 100_003:x}": number for number in range(30_000)},
    "keys in order": {f"{number:08}": None for number in range(30_000)},
    "number keys": {number: number for number in range(20_000)},
    "a long key": {"k" * 100_000: "v" * 100_000, "a": 1, "z": [1] * 50_000},
    "a long key that is none of text": {7: "v" * 100_000, 3: [2]},
    "objects": [{"id": number, "tags": ["a", "b"], "text": "x" * 99} for number in range(3000)],
    "a page": {"next": None, "items": [{"n": number} for number in range(9000)], "count": 9000},
    "empties": [[], {}, ""] * 9000,
    "uneven": [1, "x" * 90_000, [2] * 9000, 3, {"a": "y" * 90_000}, 4, 5, [[[6] * 9000]]],
}


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)
def test_a71_large_values_are_cut_into_pieces_of_a_bounded_size(value: object) -> None:
    """A71: the same bytes, in many pieces; none is much larger than a step is to be."""
    assert is_large(value)
    for canonical in (True, False):
        pieces = list(encoded_in_slices(value, canonical=canonical))
        assert b"".join(pieces) == encode(value, canonical=canonical)
        assert max(map(len, pieces)) < 13 * STEP  # a character is 12 bytes of ASCII at the most
        assert len(pieces) > 2


@pytest.mark.parametrize("canonical", [True, False])
def test_a71_the_members_that_a_step_goes_through_are_few(canonical: bool) -> None:
    """A71: however large the value, between two pieces there is only so much to do."""
    touched = 0

    class Counted(dict[object, object]):
        def __getitem__(self, key: object) -> object:
            nonlocal touched
            touched += 1
            return super().__getitem__(key)

    value = Counted({f"{number:x}": number for number in range(100_000)})
    longest = before = 0
    for _ in encoded_in_slices(value, canonical=canonical):
        longest, before = max(longest, touched - before), touched
    assert touched == len(value)
    assert longest <= STEP / 8


@pytest.mark.parametrize("value", [None, 1, 1.5, "a", [], {}, [1, {"a": "b" * 1000}], 10**1000])
def test_small_values_are_not_large(value: object) -> None:
    """A74: what is encoded at once."""
    assert not is_large(value)
    assert sliced(value) == encode(value)


@pytest.mark.parametrize(
    "value",
    [
        "x" * SMALL,
        ["x" * 100] * 200,
        {"a": {"b": [["x" * SMALL]]}},
        {"k" * SMALL: 1},
        {f"{number}": None for number in range(SMALL)},
        list(range(SMALL)),
        [[[1] * 1100], [[2] * 1100]],
        [[[1, 2]] * 500] * 500,
        [1.5] * 1000,
        [10**4000] * 20,
        {"x" * 9000, "y" * 9000},
    ],
)
def test_large_values_are_large(value: object) -> None:
    """A71."""
    assert is_large(value)


def test_models_and_other_objects_weigh_what_they_hold() -> None:
    """A71."""

    class Plain:
        def __init__(self, text: str) -> None:
            self.text = text

    class Slotted:
        __slots__ = ()

    assert not is_large(Plain("x"))
    assert is_large(Plain("x" * SMALL))
    assert is_large([Plain("x" * 100)] * 200)
    assert not is_large(Slotted())


def test_additional_properties_of_a_model_weigh_too() -> None:
    """A71."""

    class Open(BaseModel, extra="allow"):
        name: str

    assert not is_large(Open(name="a"))
    assert not is_large(Open.model_validate({"name": "a", "more": 1}))
    assert is_large(Open.model_validate({"name": "a", "more": "x" * SMALL}))
    assert is_large([Open(name="x" * SMALL)])


def test_what_holds_itself_is_refused() -> None:
    """A72."""
    items: list[object] = [*range(STEP)]
    items.append({"x": items})
    small: list[object] = []
    small.append(small)
    for value in (items, small, [items], {"a": items}):
        is_large(value)
        for canonical in (True, False):
            with pytest.raises(ValueError, match=r"itself|Circular"):
                sliced(value, canonical=canonical)
            with pytest.raises(ValueError, match="Circular"):
                encode(value, canonical=canonical)


def nested(depth: int, innermost: object) -> object:
    value = innermost
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def test_what_is_nested_too_deeply_is_refused() -> None:
    """A72: not by a RecursionError, which would be taken for a fault of the program."""
    assert is_large(nested(100_000, 1))
    for innermost in (1, "x" * 2 * STEP):
        value = nested(100_000, innermost)
        for canonical in (True, False):
            with pytest.raises(TooDeepError):
                encode(value, canonical=canonical)
            with pytest.raises(TooDeepError):
                sliced(value, canonical=canonical)


def test_what_is_nested_deeply_but_not_too_deeply_is_written() -> None:
    """A71."""
    value = nested(300, [0] * STEP)
    assert sliced(value) == encode(value) == encode_canonical_json(value)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500, 20_000])
def test_keys_are_put_in_order(count: int) -> None:
    """A48: by code point, however they come."""
    keys = [
        f"{number * 7919 % 1_000_003:x}\U0001f600\ue000"[number % 5 :] for number in range(count)
    ]
    for given_keys in (keys, sorted(keys), sorted(keys, reverse=True)):
        distinct: Sequence[str] = list(dict.fromkeys(given_keys))
        lots = list(in_order(distinct))
        assert [key for lot in lots for key in lot] == sorted(distinct)
        assert max(map(len, lots), default=0) <= 6000


def test_where_the_interpreter_has_no_encoder_of_its_own_canonicaljson_is_used() -> None:
    """A85."""
    encoder = canonical_encoder(None)
    assert encoder({"b": [1, "\xe9"], "a": None}) == '{"a":null,"b":[1,"\xe9"]}'.encode()
