"""What it costs to encode an answer, and for how long it holds up everything else.

    python -m benchmarks.encoding

A small answer is encoded in one go, a large one in slices, and a large model is converted in the
same slices. Beside them stand canonicaljson, json and (where it is installed) orjson, each in one
go. A ratio is the time that canonicaljson takes divided by the time in question: more is faster.
"""

from __future__ import annotations

import importlib.util
import json
import time
import timeit
from collections.abc import Callable, Iterable
from functools import partial

from canonicaljson import encode_canonical_json
from counterfoil._json.conversion import body_in_slices
from counterfoil._json.encoding import encode
from counterfoil._json.jsonable import jsonable
from counterfoil._json.slices import encoded_in_slices
from counterfoil._json.weighing import is_large
from counterfoil.stub import Model
from pydantic_core import to_json, to_jsonable_python
from tabulate import tabulate

ROUNDS = 5


class Notice(Model):
    """A quarter of a kilobyte."""

    id: str
    title: str
    text: str
    pinned: bool
    tags: list[str]
    views: int
    score: float


class Page(Model):
    """As many as there are."""

    notices: list[Notice]


def page(count: int) -> Page:
    return Page(
        notices=[
            Notice(
                id=f"n{number}",
                title="Lost: one cat, grey",
                text="x" * 120,
                pinned=number % 2 == 0,
                tags=["cat", "lost", "stairs"],
                views=number,
                score=number / 7,
            )
            for number in range(count)
        ]
    )


SMALL = page(1).notices[0]
SHAPES: dict[str, Callable[[], object]] = {
    "1 MB of notices": lambda: to_jsonable_python(page(4_000)),
    "10 MB of notices": lambda: to_jsonable_python(page(40_000)),
    "10 MB of integers": lambda: list(range(1_400_000)),
    "10 MB of fractions": lambda: [number / 7 for number in range(520_000)],
    "10 MB in one string": lambda: "x" * 10_000_000,
    "10 MB, 100,000 keys": lambda: {
        f"{number * 7919 % 100_003:08x}": "x" * 88 for number in range(100_000)
    },
    "1 MB, 200 levels": lambda: nested(100, [0] * 500_000),
}


def nested(depth: int, innermost: object) -> object:
    value = innermost
    for _ in range(depth):
        value = {"a": [value]}
    return value


def peers() -> dict[str, Callable[[object], object]]:
    """Other encoders, each in one go."""
    found: dict[str, Callable[[object], object]] = {
        "canonicaljson": encode_canonical_json,
        "json": lambda value: json.dumps(value).encode("ascii"),
        "pydantic_core.to_json": to_json,
    }
    if importlib.util.find_spec("orjson") is not None:
        orjson = importlib.import_module("orjson")
        found["orjson, sorted"] = lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return found


def seconds(function: Callable[[], object]) -> float:
    timer = timeit.Timer(function)
    number = max(1, timer.autorange()[0] // 4)
    return min(timer.repeat(ROUNDS, number)) / number


def steps(pieces: Iterable[bytes]) -> tuple[float, float]:
    """How long all of the steps took, and the longest of them, in seconds."""
    total = longest = 0.0
    began = time.perf_counter()
    for _ in pieces:
        took = time.perf_counter() - began
        total, longest = total + took, max(longest, took)
        began = time.perf_counter()
    return total, longest


def small() -> list[tuple[str, float, float]]:
    value = to_jsonable_python(SMALL)
    assert not is_large(value)
    times = {name: seconds(partial(peer, value)) for name, peer in peers().items()}
    times |= {
        "encode": seconds(lambda: encode(value)),
        "is_large": seconds(lambda: is_large(value)),
        "to_jsonable_python": seconds(lambda: to_jsonable_python(SMALL)),
        "jsonable": seconds(lambda: jsonable(SMALL)),
        "model, to canonical bytes": seconds(lambda: convert_and_encode(SMALL)),
    }
    reference = times["canonicaljson"]
    return [(name, each * 1e6, reference / each) for name, each in times.items()]


def once(encoder: Callable[[object], object], value: object) -> float:
    began = time.perf_counter()
    encoder(value)
    return time.perf_counter() - began


def sliced(make: Callable[[], Iterable[bytes]]) -> tuple[float, float]:
    """The least total and the least longest step, in seconds, of some rounds."""
    runs = [steps(make()) for _ in range(ROUNDS)]
    return min(total for total, _ in runs), min(longest for _, longest in runs)


def large(shape: str, value: object) -> list[tuple[str, str, float, float, float]]:
    times = {name: min(once(peer, value) for _ in range(3)) for name, peer in peers().items()}
    measured = {name: (each, each) for name, each in times.items()}
    measured["in slices"] = sliced(lambda: encoded_in_slices(value, canonical=True))
    reference = times["canonicaljson"]
    return [
        (shape, name, total * 1e3, longest * 1e3, reference / total)
        for name, (total, longest) in measured.items()
    ]


def convert_and_encode(body: object) -> bytes:
    return encode(to_jsonable_python(body))


def models() -> list[tuple[str, str, float, float, float]]:
    rows = []
    for shape, count in [("1 MB of models", 4_000), ("10 MB of models", 40_000)]:
        body = page(count)
        whole = min(once(convert_and_encode, body) for _ in range(3))
        total, longest = sliced(partial(body_in_slices, body, canonical=True))
        rows.append((shape, "in one go", whole * 1e3, whole * 1e3, 1.0))
        rows.append((shape, "in slices", total * 1e3, longest * 1e3, whole / total))
    return rows


def main() -> None:
    """Print one table for a small answer, in microseconds, and one for large ones."""
    print(tabulate(small(), ("a small answer", "us", "ratio"), floatfmt=".2f"))
    print()
    rows = [row for shape, make in SHAPES.items() for row in large(shape, make())]
    headers = ("a large answer", "by", "ms", "held up for, ms", "ratio")
    print(tabulate([*rows, *models()], headers, floatfmt=".2f"))


if __name__ == "__main__":
    main()
