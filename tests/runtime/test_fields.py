"""Fields that are read once, and asked for with every request that has the same."""

from __future__ import annotations

import time

import pytest
from counterfoil import JsonResource, Request, Site, path
from counterfoil import _cpu as cpu
from counterfoil._server.fields import Fields, KnownFields

from tests.serving import Serve


def fields(**by_name: bytes) -> dict[bytes, list[bytes]]:
    return {name.replace("_", "-").encode(): [value] for name, value in by_name.items()}


def test_only_so_many_are_kept() -> None:
    known = KnownFields()
    kept: list[bytes] = []
    for number in range(2000):
        text = b"Host: %d\r\n" % number + b"x" * 1000
        known.keep(text, fields(Host=b"a"))
        kept.append(text)
        assert sum(len(each) for each in kept if known.get(each)) <= KnownFields.MOST
    assert known.get(kept[-1]) is not None


def test_what_is_long_is_not_kept() -> None:
    known = KnownFields()
    text = b"x" * (KnownFields.LONGEST + 1)
    assert known.keep(text, fields(Host=b"a")).is_usual
    assert known.get(text) is None


@pytest.mark.parametrize(
    ("unusual", "value"),
    [
        ("Connection", b"close"),
        ("Content_Encoding", b"gzip"),
        ("Expect", b"100-continue"),
        ("Transfer_Encoding", b"chunked"),
        ("Content_Length", b"+1"),
        ("Content_Length", b"1, 1"),
        ("Content_Length", b"9" * 20),
        ("Host", b"a b"),
    ],
)
def test_what_is_not_usual(unusual: str, value: bytes) -> None:
    assert Fields(fields(Host=b"a")).is_usual
    assert not Fields({**fields(Host=b"a"), **fields(**{unusual: value})}).is_usual


def test_a_length_that_is_given_twice_is_not_usual() -> None:
    assert not Fields({b"Host": [b"a"], b"Content-Length": [b"1", b"1"]}).is_usual
    assert not Fields({b"Host": [b"a", b"a"]}).is_usual
    assert not Fields({}).is_usual


def test_what_a_handler_does_to_the_fields_it_was_given_stays_with_it(serve: Serve) -> None:
    def answer(request: Request) -> tuple[int, object]:
        headers = request.requestHeaders
        lines = headers.getRawHeaders(b"X-Word")
        assert isinstance(lines, list)
        seen = [line.decode() for line in lines]
        lines.append(b"changed")
        headers.addRawHeader(b"X-More", b"more")
        headers.setRawHeaders(b"Host", [b"other"])
        return 200, [seen, headers.hasHeader(b"X-Word"), len(headers.getRawHeaders(b"X-More", []))]

    root = JsonResource()
    root.register_paths("GET", [path("/")], answer, "answer")
    server = serve(Site(root))
    with server.connect() as connection:
        for _ in range(3):
            connection.request("GET", "/", headers={"X-Word": "word"})
            assert connection.response().json() == [["word"], True, 1]


def test_a106_the_time_of_a_short_step_is_that_of_the_clock() -> None:
    step = cpu.began()
    user, system = cpu.taken_since(step)
    assert 0 <= user < cpu.SHORT
    assert system == 0


def test_a106_the_time_of_a_long_one_is_what_the_system_says() -> None:
    step = cpu.began()
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    user, system = cpu.taken_since(step)
    assert 0.015 < user + system < 1
    idle = cpu.began()
    time.sleep(0.02)
    assert sum(cpu.taken_since(idle)) < 0.015
