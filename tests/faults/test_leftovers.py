"""What many requests leave in memory: nothing, and what they free needs no garbage collector.

With `--soak` there are a million of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import pytest
from pydantic import TypeAdapter

from tests.faults.process import Process, grown, running

GROWTH: Final = 2 * 1024 * 1024
"""How much memory may have grown, in bytes: Python takes 1 MiB at a time."""

GROWTH_IN_THE_END: Final = 1024 * 1024
"""How much once it has all that it needs: after 100,000 requests."""

REQUESTS: Final = {
    "an answer": ("GET", "/quick", 200),
    "a long answer": ("GET", "/text", 200),
    "one that is encoded in steps": ("GET", "/large", 200),
    "a page": ("GET", "/page", 200),
    "an upload": ("POST", "/upload", 200),
    "a page of which there is none": ("POST", "/page", 405),
    "an unknown path": ("GET", "/quick/nowhere", 404),
    "another method": ("DELETE", "/quick", 405),
    "a refusal": ("GET", "/refused", 403),
    "a failure": ("GET", "/broken", 500),
}

_FOUND: Final = TypeAdapter(dict[str, int])


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(tmp_path_factory.mktemp("leftovers") / "log") as started:
        yield started


def ask(process: Process, name: str, count: int) -> None:
    method, target, status = REQUESTS[name]
    with process.connect() as client:
        for _ in range(count):
            client.request(method, target, body=b"x" * 1000 if method == "POST" else b"")
            assert client.response().status == status
    process.until(lambda state: state.connections == 0)


@pytest.mark.parametrize("name", REQUESTS)
def test_b92_requests_leave_no_cycles_of_references(process: Process, name: str) -> None:
    """A100: a collection after many finds no more than after none."""
    ask(process, name, 1)
    unreachable = []
    for count in (0, 40):
        process.ask("POST", "/collect/never")
        ask(process, name, count)
        unreachable.append(_FOUND.validate_python(process.ask("POST", "/collect/now")))
    none, many = (found["unreachable"] for found in unreachable)
    assert many - none < 40


def test_b91_many_requests_leave_nothing(process: Process, soak: bool) -> None:
    """Memory is flat, and of no type are there ever more objects."""
    names = ["an answer", "a page", "an upload", "an unknown path", "a refusal"]
    count = 1_000_000 if soak else 1000
    for name in names * 20:
        ask(process, name, count // 50 // 20)
    before, objects = process.state(), process.objects()
    for name in names * 200:  # the connection that looks may not idle for long
        ask(process, name, count // len(names) // 200)
    after = process.state()
    # The lines of 256 heads are kept, which a second makes anew: it takes minutes to have them all.
    assert not grown(objects, process.objects(), most=300 if soak else 100)
    growth = after.resident - before.resident
    sys.stdout.write(f"{count:,} requests: memory grew by {growth:,} bytes\n")
    assert growth < (GROWTH_IN_THE_END if soak else GROWTH)
    assert after.descriptors == before.descriptors
    assert after.timers == before.timers
