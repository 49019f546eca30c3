"""Mutated requests, with h11 and llhttp as referees: a part of what `make fuzz-referees` does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.wire.application import Accepted
from tests.wire.differential import Differential
from tests.wire.excess import REASONS, Refused, reason_for
from tests.wire.referees import by_h11, by_llhttp, length_by_llhttp

PAGE = (Path(__file__).parent.parent.parent / "docs" / "wire.md").read_text(encoding="utf-8")
GET = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
ONE = Accepted(b"GET", b"/a", b"")


@pytest.mark.parametrize("seed", [1, 2])
def test_b1_b26_nothing_is_accepted_that_both_referees_refuse(seed: int, untraced: None) -> None:
    """And what both accept is refused for one of the reasons that docs/wire.md gives."""
    differential = Differential(seed)
    differential.run(1500)
    assert differential.accepted > 1000
    assert differential.refused > 700
    assert differential.excess["a host that is none"]


def test_the_page_gives_the_reasons() -> None:
    """B19, B27: in a table of its own."""
    rows = re.findall(r"^\| ([0-9]{3}) \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert [(int(status), name) for status, name in rows] == [
        (reason.status, reason.name) for reason in REASONS
    ]


@pytest.mark.parametrize(
    ("data", "by_one", "by_other"),
    [
        (GET, ONE, ONE),
        (GET[:-1], None, None),
        (b"\r\n" + GET, ONE, ONE),
        (GET.replace(b"/a", b"http://a/a"), ONE, ONE),
        (GET.replace(b"GET", b"FOO"), Accepted(b"FOO", b"/a", b""), None),
        (GET.replace(b"Host", b"X"), None, ONE),
        (b"nonsense\r\n\r\n", None, None),
    ],
)
def test_the_referees_read(data: bytes, by_one: Accepted | None, by_other: Accepted | None) -> None:
    assert (by_h11(data).accepted, by_llhttp(data).accepted) == (by_one, by_other)
    for more in (b"", GET, b"nonsense"):
        if by_one is not None:
            assert by_h11(data + more).length == len(data)
        if by_other is not None:
            assert length_by_llhttp(data + more) == len(data)


def test_a_refusal_without_a_reason_is_noticed() -> None:
    assert reason_for(Refused(400, ""), GET) is None
    assert reason_for(Refused(413, ""), GET) is None
