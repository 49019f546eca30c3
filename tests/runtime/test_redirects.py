"""Redirects, and headers that a client's text goes into."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from queue import Queue
from threading import Event

import pytest
from counterfoil import (
    JsonResource,
    RedirectException,
    Request,
    content_disposition,
    respond_with_redirect,
    set_headers,
)
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.serving import DEADLINE, Connection, Serve, in_reactor

ELSEWHERE = [b"//evil.example", b"///evil.example", b"/\\evil.example", b"\\\\evil.example"]
FORGED = [
    b"/a\r\nX-Forged: 1",
    b"/a\n",
    b"/a\0",
    b"/a\x0b",
    b"/a\x1b[0m",
    b"/a\x7f",
    b"/\t/b",
    b"a b",
]


class Answering(Resource):
    isLeaf = True

    def __init__(self, answer: Callable[[Request], None]) -> None:
        Resource.__init__(self)
        self._answer = answer

    @override
    def render(self, request: Request) -> int:
        self._answer(request)
        return NOT_DONE_YET


def raw_answer(connection: Connection) -> tuple[list[bytes], bytes]:
    """The lines of the head, and the body."""
    connection.request("GET", "/from", headers={"Connection": "close"})
    head, _, body = connection.rest().partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def test_a81_a_redirect_has_its_status_its_location_and_no_body(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(Answering(lambda request: respond_with_redirect(request, b"/to?a=%20#b")))
    lines, body = raw_answer(server.connect())
    assert lines[0] == b"HTTP/1.1 302 Found"
    assert b"Location: /to?a=%20#b" in lines
    assert b"Content-Length: 0" in lines
    assert body == b""
    assert not [line for line in lines if line.startswith(b"Access-Control")]
    logged = [each for each in caplog.records if "redirect to /to?a=%20#b" in each.getMessage()]
    assert [each.levelno for each in logged] == [logging.DEBUG]


def test_a81_cross_origin_headers_come_if_they_are_asked_for(serve: Serve) -> None:
    def answer(request: Request) -> None:
        respond_with_redirect(request, b"https://example.org/", statusCode=307, cors=True)

    response = serve(Answering(answer)).get("/")
    assert response.status == 307
    assert response.headers["location"] == "https://example.org/"
    assert response.headers["access-control-allow-origin"] == "*"


def test_a82_a_location_that_is_not_utf_8_is_sent_as_it_is_and_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(Answering(lambda request: respond_with_redirect(request, b"/\xfe\xff")))
    lines, _ = raw_answer(server.connect())
    assert b"Location: /\xfe\xff" in lines
    assert "redirect to /\\xfe\\xff" in caplog.text


def test_a80_a81_a_client_that_has_left_is_a_warning(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    arrived: Queue[Request] = Queue()
    gone = Event()

    def keep(request: Request) -> None:
        request.notifyFinish().addErrback(lambda _: gone.set())
        arrived.put(request)

    connection = serve(Answering(keep)).connect()
    connection.request("GET", "/")
    request = arrived.get(timeout=DEADLINE)
    connection.close()
    assert gone.wait(DEADLINE)
    in_reactor(lambda: respond_with_redirect(request, b"/to", cors=True))
    assert request.code == 302
    assert "already disconnected" in caplog.text
    assert not request.responseHeaders.hasHeader("Location")


@pytest.mark.parametrize("url", ELSEWHERE + FORGED)
def test_b45_a83_b63_b64_what_leads_elsewhere_or_forges_is_an_error_of_the_handler(
    serve: Serve, url: bytes
) -> None:
    root = JsonResource()

    def answer(request: Request) -> None:
        respond_with_redirect(request, url)

    root.register_paths("GET", [re.compile("/from")], answer, "x")
    lines, body = raw_answer(serve(root).connect())
    assert lines[0] == b"HTTP/1.1 500 Internal Server Error"
    assert not [line for line in lines if line.startswith((b"Location", b"X-Forged"))]
    assert b"evil" not in body


@pytest.mark.parametrize("url", ELSEWHERE + FORGED)
def test_b45_a83_an_exception_refuses_it_where_it_is_made(url: bytes) -> None:
    with pytest.raises(ValueError, match="location"):
        RedirectException(url)


@pytest.mark.parametrize("status", [200, 204, 299, 400, 500])
def test_a14_a_redirect_has_the_status_of_one(status: int) -> None:
    with pytest.raises(ValueError, match="redirect"):
        RedirectException(b"/", status)


def test_a14_an_exception_knows_where_it_leads() -> None:
    error = RedirectException(b"/\xfe")
    assert (error.code, error.location, error.cookies) == (302, b"/\xfe", [])
    assert error.msg == "Redirect to /\\xfe"
    assert RedirectException(b"/", 301).code == 301


def test_a5_a13_where_json_is_spoken_a_redirect_is_a_500(serve: Serve) -> None:
    root = JsonResource()

    def answer(request: Request) -> None:
        raise RedirectException(b"/elsewhere")

    root.register_paths("GET", [re.compile("/from")], answer, "x")
    response = serve(root).get("/from")
    assert response.status == 500
    assert "location" not in response.headers
    assert b"elsewhere" not in response.body


def sent(serve: Serve, name: str, value: str) -> list[bytes]:
    """The lines of the head of an answer with a header."""
    root = JsonResource()

    def answer(request: Request) -> tuple[int, object]:
        set_headers(request, {name: value})
        return 200, {}

    root.register_paths("GET", [re.compile("/from")], answer, "x")
    return raw_answer(serve(root).connect())[0]


@pytest.mark.parametrize("character", ["\r", "\n", "\r\n", "\0", "\x0b", "\x1b", "\x7f"])
@pytest.mark.parametrize("name", ["Link", "Set-Cookie", "Location"])
def test_a83_b63_b64_a_control_character_in_any_header_is_a_500(
    serve: Serve, name: str, character: str
) -> None:
    lines = sent(serve, name, f"a{character}X-Forged: 1")
    assert lines[0].startswith(b"HTTP/1.1 500 ")
    assert not [line for line in lines if b"X-Forged" in line or line.startswith(name.encode())]


@pytest.mark.parametrize(
    "text", ["\u560d\u560aX-Forged: 1", "\u010d\u010aX-Forged: 1", "%0d%0aX: 1"]
)
def test_b63_characters_that_end_in_the_bytes_of_a_line_end_are_none(
    serve: Serve, text: str
) -> None:
    lines = sent(serve, "Link", text)
    assert lines[0].startswith(b"HTTP/1.1 200 ")
    assert b"Link: " + text.encode("utf-8") in lines


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ('a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("100%25.txt", "attachment; filename=\"100_25.txt\"; filename*=UTF-8''100%2525.txt"),
        ("naïve €", "attachment; filename=\"na_ve _\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC"),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
        ("C:\\x.exe", 'attachment; filename="C:_x.exe"'),
        ("a\r\nX-Forged: 1", 'attachment; filename="a__X-Forged: 1"'),
        ("a\0\x1b\x7f", 'attachment; filename="a___"'),
        ("txt.\u202eexe", 'attachment; filename="txt._exe"'),
        ("\ud800", 'attachment; filename="_"'),
        ("a'b;c=d.txt", 'attachment; filename="a\'b;c=d.txt"'),
        ("", 'attachment; filename="download"'),
        ("..", 'attachment; filename="download"'),
    ],
)  # fmt: skip
def test_b66_a_file_name_is_one_in_both_forms(serve: Serve, name: str, value: str) -> None:
    assert content_disposition(name) == value
    assert b"Content-Disposition: " + value.encode() in sent(serve, "Content-Disposition", value)


def test_b66_a_file_may_be_shown() -> None:
    assert content_disposition("a.pdf", inline=True) == 'inline; filename="a.pdf"'
