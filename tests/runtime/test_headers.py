"""Headers that a handler sets on its request."""

from __future__ import annotations

import re

import pytest
from counterfoil import CodedError, JsonResource, Request, set_headers
from counterfoil.stub import path
from counterfoil.testing import TestClient
from twisted.internet.defer import CancelledError

from tests.serving import Serve


def answering(headers: dict[str, str | list[str]]) -> TestClient:
    """A resource whose one answer bears *headers*."""

    async def answer(request: Request) -> tuple[int, object]:
        set_headers(request, headers)
        return 200, {}

    root = JsonResource()
    root.register_paths("GET", [re.compile("/x")], answer, "x")
    return TestClient(root)


def test_headers_are_sent() -> None:
    response = answering({"Link": "</next>; rel=next", "Vary": ["A", "B"]}).get("/x")
    assert response.headers["link"] == "</next>; rel=next"
    assert response.headers["vary"] == "A, B"


def test_a_header_that_could_forge_another_is_a_500_and_is_not_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A83."""
    response = answering({"Link": "a\r\nSet-Cookie: b=c"}).get("/x")
    assert response.status == 500
    assert "set-cookie" not in response.headers
    assert "link" not in response.headers
    assert "the header 'Link' holds a control character" in caplog.text


def test_of_the_control_characters_a_header_may_hold_the_tab() -> None:
    """A83: RFC 9110, section 5.5."""
    assert answering({"Subject": "a\tb"}).get("/x").headers["subject"] == "a\tb"
    for forged in ("a\0b", "a\x1fb", "a\x7fb"):
        assert answering({"Subject": forged}).get("/x").status == 500


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\x1f", "\x7f"])
def test_of_several_headers_none_is_set_if_one_cannot_be(character: str) -> None:
    """A83."""
    response = answering({"Link": "</next>", "Subject": f"a{character}b"}).get("/x")
    assert response.status == 500
    assert not {"link", "subject"} & response.headers.keys()


@pytest.mark.parametrize(
    "name",
    [
        "Cache-Control",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Location",
        "Content-Range",
        "ETag",
        "Expires",
        "Last-Modified",
        "Location",
    ],
)
def test_an_error_bears_no_header_of_the_content_in_whose_place_it_stands(name: str) -> None:
    """A7."""

    async def fail(request: Request) -> tuple[int, object]:
        set_headers(request, {name: "x", "Link": "kept"})
        raise CodedError(409, "Full")

    root = JsonResource()
    root.register_paths("GET", [path("/x")], fail, "x")
    response = TestClient(root).get("/x")
    assert response.status == 409
    assert response.headers.get(name.lower()) != "x"
    assert response.headers["link"] == "kept"


def test_every_status_has_a_phrase_on_the_wire(serve: Serve) -> None:
    """A3: those that no registry knows, too (RFC 9112, section 4)."""

    def cancelled(request: Request) -> tuple[int, object]:
        raise CancelledError

    def odd(request: Request) -> tuple[int, object]:
        return 299, {}

    root = JsonResource()
    root.register_paths("GET", [path("/cancelled")], cancelled, "cancelled")
    root.register_paths("GET", [path("/odd")], odd, "odd")
    server = serve(root)
    for target, want in (
        ("/cancelled", b"HTTP/1.1 499 Client Closed Request\r\n"),
        ("/odd", b"HTTP/1.1 299 Unknown Status\r\n"),
        ("/nowhere", b"HTTP/1.1 404 Not Found\r\n"),
    ):
        with server.connect() as connection:
            connection.request("GET", target)
            assert connection.some(len(want)) == want


@pytest.mark.parametrize("status", [199, 600])
def test_what_is_no_final_status_is_a_500(status: int, caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: Request) -> tuple[int, object]:
        return status, {}

    root = JsonResource()
    root.register_paths("GET", [path("/x")], answer, "x")
    assert TestClient(root).get("/x").status == 500
    assert f"{status} is not the status of an answer" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "1", "X-Name": "\ud800"},
        {"Retry-After": "1", "X Name": "a"},
        {"Retry-After": "1", "": "a"},
        {"Retry-After": "1", "X-N\xe4me": "a"},
        {"Retry-After": "1", "X:": "a"},
    ],
)
def test_of_headers_that_cannot_all_be_sent_none_is(headers: dict[str, str | list[str]]) -> None:
    response = answering(headers).get("/x")
    assert response.status == 500
    assert "retry-after" not in response.headers
