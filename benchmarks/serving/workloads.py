"""What is asked of every server, and what it must answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Workload:
    """One request, again and again. *refused* is one like it that has to be a client's error."""

    name: str
    about: str
    target: str
    answer: object
    refused: str | bytes | None = None
    """Another target, or another body."""
    body: bytes | None = None
    """Of a POST; without one it is a GET."""


NOTICE: Final = {
    "title": "Tea in the garden",
    "text": "There will be tea at four o'clock, and cake for as long as there is any. "
    "Bring a chair, and an umbrella: it has rained on this day for three years.",
    "author": {"name": "Ann", "address": "ann@example.org"},
    "tags": ["tea", "garden"],
    "priority": 3,
    "pinned": True,
}

LARGE: Final = {"notices": [NOTICE] * 3300}
"""About a megabyte."""

GREETING: Final = {"message": "Hello, world"}

WORKLOADS: Final = (
    Workload("W1", "a small GET", "/hello", GREETING),
    Workload(
        "W2",
        "a GET with a typed path parameter, a bounded int and a list in the query",
        "/users/7/items?limit=50&tag=red&tag=green&tag=blue",
        {"user": 7, "limit": 50, "tags": ["red", "green", "blue"]},
        refused="/users/7/items?limit=101&tag=red",
    ),
    Workload(
        "W3",
        "a POST of a JSON body of about 300 bytes, validated into a model and given back",
        "/notices",
        NOTICE,
        refused=json.dumps(NOTICE | {"priority": 10}).encode("ascii"),
        body=json.dumps(NOTICE).encode("ascii"),
    ),
)
