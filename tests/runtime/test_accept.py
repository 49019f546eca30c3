"""Which media type an answer is, by the request's Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import pytest
from counterfoil import JsonResource, NoContent, Ok, Request
from counterfoil.stub import Accept, Content, Input, Path, Reply, answers, path, read

from tests.serving import Serve

OFFERED = ("application/json", "text/csv", "image/*", "application/x;v=2", "text/event-stream")


class Wanted(Input):
    kind: Annotated[str, Path()]
    accepted: Annotated[
        Literal[
            "application/json", "text/csv", "image/*", "application/x;v=2", "text/event-stream"
        ],
        Accept(),
    ]


async def none() -> AsyncIterator[object]:
    return
    yield


BODIES = {
    "text": "words",
    "bytes": b"bytes",
    "object": {"a": 1},
    "items": none(),
}


class Servlet:
    @answers(Ok, NoContent, contents=[Content(Ok, *OFFERED)])
    async def get(self, request: Request, **path: str) -> Reply[object]:
        given = read(request, Wanted, path)
        if given.kind == "none":
            return NoContent(headers={"Vary": "*"})
        return Ok(given.accepted if given.kind == "accepted" else BODIES[given.kind])


@pytest.fixture
def root() -> JsonResource:
    resource = JsonResource()
    resource.register_paths("GET", [path("/{kind}")], Servlet().get, "get")
    return resource


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        (" , ,", "application/json"),
        ("*/*", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("text/*", "text/csv"),
        ("text/*;q=0.5, text/csv;q=0.1", "text/event-stream"),
        ("text/csv;q=0.1, text/csv;q=0.9, application/json;q=0.5", "text/csv"),
        ("image/png", "image/*"),
        ("image/*;q=0.9, */*;q=0.1", "image/*"),
        ("application/x", "application/x;v=2"),
        ("application/x;v=2", "application/x;v=2"),
        ("application/x; V=2;q=1.000", "application/x;v=2"),
        ("application/x;v=3, text/csv;q=0.001", "text/csv"),
        ('application/x;v="2"', "application/x;v=2"),
        ("application/json;charset=latin-1", "application/json"),
        ("application/json;q=0, */*;q=0.1", "text/csv"),
        ("*/*;q=0.1, application/json;q=0", "text/csv"),
        ("application/json;q=2, text/csv;q=0.1", "text/csv"),
        ("*;q=.2", "application/json"),
        ("text, /, a/b/c", "application/json"),
        (", " * 200 + "text/csv", "application/json"),
    ],
)
def test_the_best_of_what_is_offered(
    serve: Serve, root: JsonResource, accept: str | None, chosen: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = serve(root).request("GET", "/accepted", headers=headers)
    assert (answer.status, answer.body.decode().strip('"')) == (200, chosen)
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "application/x;v=3", "text/csv;q=0"])
def test_none_of_what_is_offered(serve: Serve, root: JsonResource, accept: str) -> None:
    answer = serve(root).request("GET", "/text", headers={"Accept": accept})
    assert answer.status == 406
    assert " or ".join(OFFERED).encode() in answer.body
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("kind", "accept", "media_type"),
    [
        ("text", "text/csv", "text/csv; charset=utf-8"),
        ("text", "application/json", "application/json"),
        ("text", "text/event-stream", "application/json"),
        ("bytes", "application/json", "text/csv"),
        ("bytes", "image/webp", "application/octet-stream"),
        ("object", "text/csv", "application/json"),
        ("items", "text/event-stream", "text/event-stream; charset=utf-8"),
        ("items", "application/json, text/event-stream;q=0.1", "text/event-stream; charset=utf-8"),
    ],
)
def test_a_body_is_sent_as_what_it_can_be(
    serve: Serve, root: JsonResource, kind: str, accept: str, media_type: str
) -> None:
    answer = serve(root).request("GET", f"/{kind}", headers={"Accept": accept})
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


def test_what_varies_by_all_varies_by_no_more(serve: Serve, root: JsonResource) -> None:
    assert serve(root).request("GET", "/none").headers["vary"] == "*"


def test_a_long_accept_is_read_in_a_moment(serve: Serve, root: JsonResource) -> None:
    """Ranges past the hundredth do not count, and quotes that never close hold nobody up."""
    server = serve(root)
    for accept in ('text/csv;a="\\' * 1_000, "text/csv;q=0.1," * 900, ";" * 15_000):
        answer = server.request("GET", "/text", headers={"Accept": accept})
        assert answer.status in (200, 406)
