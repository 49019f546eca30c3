"""The generated servlets, unchanged, on hosts that know nothing of them, over TCP, UNIX and TLS."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from counterfoil.testing import Response

from tests.mounts.differences import DIFFERENCES, Seen, differing
from tests.mounts.host import TRANSPORTS, Host, running
from tests.mounts.transcript import TRANSCRIPT

HOSTS: Final = ("ours", "tree", "plain", "synapse_resource", "klein_routes", "klein_tree")

LOGS_499: Final = {
    "ours": '499! "GET /boards/hall/next',
    "plain": "499 /boards/hall/next",
    "synapse_resource": '499! "GET /boards/hall/next',
}
"""What a host logs of a client that left. The others log finished requests alone."""

UNTOLD: Final = frozenset(
    {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}
)
"""Headers that are the business of a host and its connection."""

Transcript = Mapping[str, Mapping[str, Seen]]
"""By transport, and by the name of what was asked."""


@pytest.fixture(scope="module", params=HOSTS)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    with running(str(request.param), tmp_path_factory.mktemp(str(request.param))) as host:
        yield host


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """What counterfoil's own host answers."""
    with running("ours", tmp_path_factory.mktemp("reference")) as host:
        return {transport: answers(host, transport) for transport in TRANSPORTS}


def answers(host: Host, transport: str) -> Mapping[str, Seen]:
    client = host.client(transport)
    try:
        return {ask.name: seen(client.ask(ask)) for ask in TRANSCRIPT}
    finally:
        client.close()


def seen(answer: Response) -> Seen:
    kept = {name: text for name, text in answer.headers.items() if name not in UNTOLD}
    return {"status": str(answer.status), "body": text_of(answer), **kept}


def text_of(answer: Response) -> str:
    """The body, in one form of JSON if it is JSON; the time of a notice is not compared."""
    text = answer.body.decode("utf-8")
    if text and answer.headers.get("content-type") == "application/json":
        text = json.dumps(json.loads(text), sort_keys=True)
    return re.sub(r'"postedAt": "[0-9T:.+-]+Z?"', '"postedAt": ""', text)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_host_answers_alike(host: Host, transport: str, reference: Transcript) -> None:
    """A1, A5, A25, A32, A37, A41: but for what the table of differences tells."""
    found = differing(host.name, answers(host, transport), reference[transport])
    assert not found, "\n".join(found)


def test_the_reference_is_what_the_transcript_is_for(reference: Transcript) -> None:
    """Every kind of answer is in it, the same over every transport."""
    assert reference["tcp"] == reference["unix"] == reference["tls"]
    counted = Counter(answer["status"] for answer in reference["tcp"].values())
    assert counted.keys() >= {"200", "201", "204", "400", "404", "405", "409", "500", "501"}
    assert len(TRANSCRIPT) == counted.total() > 60
    assert "a detail" not in str(reference)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_client_that_leaves_ends_the_handler(host: Host, transport: str) -> None:
    """B78: its `finally` has run."""
    client = host.client(transport)
    client.request("PUT", "/boards/hall", b'{"title": "Hall"}')
    assert client.getresponse().read()
    left = host.log.count(LOGS_499.get(host.name, ""))
    client.request("GET", "/boards/hall/next")
    host.wait_for(f"{transport} waiting at hall")
    client.close()
    host.wait_for(f"{transport} left hall")
    if host.name in LOGS_499:
        host.wait_for_log(LOGS_499[host.name], left + 1)


def test_the_hosts_are_foreign() -> None:
    """The plain host knows nothing of counterfoil; the others are from their own projects."""
    folder = Path(__file__).parent / "hosts"
    assert {path.stem for path in folder.glob("*.py")} == set(HOSTS)
    plain = (folder / "plain.py").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(?:from|import) (?:counterfoil|noticeboard)", plain, re.MULTILINE)
    assert {name for row in DIFFERENCES for name in row.hosts.split()} <= set(HOSTS)
    assert not {"synapse", "klein"} & sys.modules.keys()
