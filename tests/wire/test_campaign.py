"""Mutated requests: a small part of what `make fuzz-wire` sends."""

from __future__ import annotations

import pytest

from tests.wire.answers import UnparsableError, answers
from tests.wire.campaign import Campaign
from tests.wire.checks import Fault, Outcome, check
from tests.wire.mutator import Mutator

ANSWER = b"HTTP/1.1 200 OK\r\nServer: a\r\nDate: b\r\nX-Content-Type-Options: c\r\n"
LINE = '192.0.2.1 - - - GET-1 - {A} - 0.0s/0.0s (0.0s, 0.0s) 1B %d "%s / HTTP/1.1" "-"'


@pytest.mark.parametrize("seed", [1, 2])
def test_b1_b22_mutated_requests_do_no_harm(seed: int, untraced: None) -> None:
    """Nothing fails, and a request has one whole answer at the most."""
    campaign = Campaign(seed)
    campaign.run(3000)
    assert campaign.over_sockets > 30
    assert campaign.statuses.keys() >= {200, 201, 204, 400, 404, 405, 413, 431}


def test_the_same_seed_makes_the_same_requests() -> None:
    """Of which no two are alike, but for a few."""
    first, second = Mutator(7), Mutator(7)
    cases = [first.case() for _ in range(1000)]
    assert cases == [second.case() for _ in range(1000)]
    assert len(set(cases)) > 950
    assert all(b"".join(case.pieces()) == case.data for case in cases)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nA:b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\na",
        b"HTTP/1.1 102 Wait\r\n\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_answer_is_noticed(data: bytes) -> None:
    with pytest.raises(UnparsableError):
        list(answers(data))


@pytest.mark.parametrize(
    ("received", "lines", "calls"),
    [
        (ANSWER + b"Content-Length: 1\r\n\r\na", [LINE % (200, "GET")], 0),
        (ANSWER + b"Content-Length: 1\r\n\r\na", [], 1),
        (ANSWER + b"Content-Length: 1\r\n\r\na", [LINE % (200, "HEAD")], 1),
        (ANSWER + b"Content-Length: 1\r\n\r\na", [LINE % (400, "GET")], 1),
        ((ANSWER + b"Content-Length: 1\r\n\r\na") * 3, [LINE % (200, "GET")] * 3, 3),
        (ANSWER + b"Connection: close\r\n\r\na", [LINE % (200, "GET")], 1),
        (ANSWER.replace(b"200", b"500") + b"\r\n", [LINE % (500, "GET")], 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", [LINE % (200, "GET")], 1),
        (ANSWER + b"Content-Length: 1\r\n\r\na", [(LINE % (200, "GET")).replace("200", "200!")], 1),
    ],
)
def test_what_must_not_come_is_noticed(received: bytes, lines: list[str], calls: int) -> None:
    outcome = Outcome(b"GET / HTTP/1.1\r\n\r\n", received, lines, [], calls, ended=False)
    with pytest.raises(Fault):
        check(outcome)


def test_what_is_right_is_not() -> None:
    received = ANSWER + b"Content-Length: 1\r\nConnection: close\r\n\r\na"
    outcome = Outcome(b"GET / HTTP/1.1\r\n\r\n", received, [LINE % (200, "GET")], [], 1, ended=True)
    (answer,) = check(outcome)
    assert answer.closes
    with pytest.raises(Fault):
        check(outcome._replace(errors=["it failed"]))
