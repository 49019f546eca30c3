"""What docs/wire.md says of each attack on the wire, asked of a real server.

Each probe is sent whole and byte by byte, to a site with httptools and to one without. What follows
it is a request that is answered if the connection goes on, and is no request if it ends.
"""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from counterfoil import Site

from tests.serving import Serve, Server, in_reactor, reactor
from tests.wire.answers import Answer, answers
from tests.wire.application import Calls, Engine, board, use
from tests.wire.probes import LIMIT, PROBES, Probe

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
LAST: Final = b"HEAD /boards/lobby HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SINGLY: Final = 400
"""How many bytes are sent each by itself; what is longer goes on in pieces."""


class Row(NamedTuple):
    """What the page says of an attack."""

    answer: str
    test: str
    """The test that shows it, where no probe can."""

    @property
    def statuses(self) -> set[int]:
        return {int(status) for status in re.findall(r"\b[1-5][0-9]{2}\b", self.answer)}

    @property
    def ends(self) -> bool:
        return "the end" in self.answer


def rows() -> dict[str, Row]:
    pattern = r"^\| (B[0-9]+) \| [^|]+ \| ([^|]+) \| (?:`([^|`]+)`)? ?\|$"
    return {name: Row(*rest) for name, *rest in re.findall(pattern, PAGE, re.MULTILINE)}


ROWS: Final = rows()


def test_the_page_has_a_row_for_each() -> None:
    assert list(ROWS) == [f"B{number}" for number in range(1, 39)]
    assert {name for name, row in ROWS.items() if not row.test} == set(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_b1_b31_b37_b38_the_answer_is_that_of_the_page(name: str, serve: Serve) -> None:
    row, came = ROWS[name], set[int]()
    servers = [serve(site(engine)) for engine in Engine]
    for probe in PROBES[name]:
        for whole in (True, False):
            found = [exchange(server, probe, whole) for server in servers]
            assert found[0] == found[1], (probe.data, "the engines differ")
            check(probe, list(answers(found[0])), whole)
        came |= set(probe.statuses)
    assert came == row.statuses
    assert all(probe.ends for probe in PROBES[name]) == row.ends


def site(engine: Engine) -> Site:
    made = Site(board(Calls(), reactor), max_request_body_size=LIMIT)
    use(engine, made)
    return made


def exchange(server: Server, probe: Probe, whole: bool) -> bytes:
    """All that comes back, but for the date."""
    with server.connect() as connection, suppress(ConnectionError):
        if whole:
            connection.send(probe.data + LAST)
        else:
            for byte in probe.data[:SINGLY]:
                connection.send(bytes([byte]))
                in_reactor(lambda: None)
            for start in range(SINGLY, len(probe.data), 1000):
                connection.send(probe.data[start : start + 1000])
            connection.send(LAST)
        return re.sub(rb"\r\nDate: [^\r]*", b"\r\nDate: now", connection.rest())
    raise AssertionError(probe.data, "the connection was reset")


def check(probe: Probe, came: list[Answer], whole: bool) -> None:
    statuses = [answer.status for answer in came]
    assert statuses == [*probe.statuses, *(() if probe.ends else (200,))], (probe.data, came)
    assert came[-1].is_bare != probe.ends, (probe.data, came)
    assert [answer.closes for answer in came] == [False] * (len(came) - 1) + [True], probe.data
    interim = sum(answer.interim for answer in came)
    assert interim == (0 if whole else probe.continues), (probe.data, came)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.test])
def test_what_no_probe_shows_has_a_test(name: str) -> None:
    path, _, function = ROWS[name].test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert function in names
    assert f"_{name.lower()}_" in function
