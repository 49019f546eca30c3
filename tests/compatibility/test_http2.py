"""HTTP/2: the site does not offer it; Twisted's own does, for our resources too. Over TLS.

See docs/adr/0022-http2.md.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.compatibility.application import TEXT
from tests.compatibility.asked import ASKED, LARGE
from tests.compatibility.pages import PIECE, PIECES
from tests.compatibility.process import ENVIRONMENT, PATIENCE, running
from tests.mounts.host import ROOT, python


class Answer(NamedTuple):
    """What a client got."""

    version: str
    status: int
    body: str


@pytest.fixture(scope="module", params=["ours", "plain"])
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[Answer]]]:
    """What a client that knows HTTP/2 got of our site, and of Twisted's own."""
    folder = tmp_path_factory.mktemp("http2")
    options = ["--plain"] if request.param == "plain" else []
    with running("epoll", folder, options) as server:
        server.tracebacks = 1  # of what breaks
        yield str(request.param), ask_by_httpx(server.tls_port, server.pem)


def ask_by_httpx(port: int, pem: Path) -> list[Answer]:
    client = subprocess.run(
        [python(), "-m", "tests.compatibility.h2_client", str(port), pem],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    return [Answer(*each) for each in json.loads(client.stdout)]


def test_only_twisteds_own_site_speaks_it(answers: tuple[str, list[Answer]]) -> None:
    host, came = answers
    version = {"ours": "HTTP/1.1", "plain": "HTTP/2"}[host]
    assert {answer.version for answer in came if answer.status} == {version}


def test_our_resources_answer_alike_by_either(answers: tuple[str, list[Answer]]) -> None:
    """A8, A112, B84: limits hold, errors have their shape, and what breaks is seen to be so."""
    _, came = answers
    found = {
        (method, target, len(body)): answer
        for (method, target, body), answer in zip(ASKED, came, strict=False)
    }
    assert found["GET", "/api/items/tea", 0].body == '"tea"'
    assert found["GET", "/api/none", 0].status == 404
    assert found["DELETE", "/api/items/tea", 0].status == 405
    assert found["POST", "/api/length", 1_000_000].body == "1000000"
    assert found["POST", "/api/length", 1_000_001].status == 413
    assert json.loads(found["GET", "/api/large", 0].body) == [TEXT] * 1000
    assert found["GET", "/api/late", 0].status == 503
    assert found["GET", "/api/torn", 0].status == 0
    assert found["GET", "/pushed", 0].body.encode() == PIECE * PIECES
    assert found["POST", "/echo", 1_000_000].body.encode() == LARGE
    assert [answer.body for answer in came[len(ASKED) :]] == [
        f'"{number}"' for number in range(100)
    ]
