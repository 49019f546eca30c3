"""Pages, and errors as pages."""

from __future__ import annotations

import asyncio
import http.client
import logging
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from queue import Queue
from threading import Event

import pytest
from counterfoil import (
    CodedError,
    CodeMessageException,
    Codes,
    ErrorPage,
    JsonResource,
    Ok,
    RedirectException,
    Reply,
    Request,
    cookie,
    respond_with_html,
    respond_with_html_bytes,
    return_html_error,
    set_clickjacking_protection_headers,
    set_corp_headers,
    set_headers,
)
from counterfoil._types import ResponseWriter
from counterfoil.stub import answers, path
from counterfoil.testing import Response
from jinja2 import Environment, Template, select_autoescape
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.serving import DEADLINE, Serve, Server, in_reactor

FRAMES = {"x-frame-options": "DENY", "content-security-policy": "frame-ancestors 'none';"}
HTML = "text/html; charset=utf-8"
DETAIL = "on table hunter2"


class Answering(Resource):
    """Answers by a function that is given the request."""

    isLeaf = True

    def __init__(self, answer: Callable[[Request], None]) -> None:
        Resource.__init__(self)
        self._answer = answer

    @override
    def render(self, request: Request) -> int:
        self._answer(request)
        return NOT_DONE_YET


def failing(
    error: BaseException, template: ErrorPage | str | Template | None = None
) -> Callable[[Request], None]:
    """Fails with *error*, raised as a handler would."""

    def answer(request: Request) -> None:
        set_headers(request, {"Cache-Control": "max-age=60", "ETag": '"1"'})
        try:
            raise error
        except BaseException:
            if template is None:
                return_html_error(Failure(), request)
            else:
                return_html_error(Failure(), request, template)

    return answer


def answer_to(
    serve: Serve, error: BaseException, template: ErrorPage | str | Template | None = None
) -> Response:
    return serve(Answering(failing(error, template))).get("/page")


def records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "counterfoil.server"]


@pytest.fixture(autouse=True)
def all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_a12_a19_a_coded_error_is_a_page_and_a_line_at_info(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer_to(serve, CodedError(404, "No such board", Codes.NOT_FOUND))
    page = response.body.decode("utf-8")
    assert response.status == 404
    assert response.headers["content-type"] == HTML
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert '<meta charset="utf-8">' in page
    assert "<title>Error 404</title>" in page
    assert "<p>No such board</p>" in page
    assert response.headers.items() >= FRAMES.items()
    assert response.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert "etag" not in response.headers
    (line,) = records(caplog)
    assert line.levelno == logging.INFO
    assert "GET /page" in line.getMessage()
    assert "No such board" in line.getMessage()
    assert line.exc_info is None


def test_a10_a12_headers_of_an_error_are_sent(serve: Serve) -> None:
    error = CodedError(429, "Slow down", headers={"Retry-After": "3", "Cache-Control": "no-store"})
    response = answer_to(serve, error)
    assert response.status == 429
    assert response.headers["retry-after"] == "3"
    assert response.headers["cache-control"] == "no-store"


def test_a16_an_error_that_cannot_be_sent_leaves_nothing_of_itself(serve: Serve) -> None:
    response = answer_to(serve, CodedError(999, "Odd", headers={"Retry-After": "1"}))
    assert response.status == 500
    assert "retry-after" not in response.headers


def test_a16_a_header_that_cannot_be_sent_leaves_none_that_lets_the_page_be_kept(
    serve: Serve,
) -> None:
    headers = {"Cache-Control": "max-age=60", "X-Name": "\ud800"}
    response = answer_to(serve, CodedError(404, "No such board", headers=headers))
    assert response.status == 500
    assert response.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert "x-name" not in response.headers


def test_a12_another_error_with_a_status_is_logged_with_its_traceback(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer_to(serve, CodeMessageException(403, "Not yours"))
    assert response.status == 403
    assert b"<p>Not yours</p>" in response.body
    (line,) = records(caplog)
    assert line.levelno == logging.ERROR
    assert line.exc_info


def test_a12_a13_a_redirect_has_its_location_and_its_cookies_in_order(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(request: Request) -> None:
        set_headers(request, {"Set-Cookie": ["zero=0"]})
        request.addCookie("one", "1")
        error = RedirectException(b"https://example.org/a?b=c")
        error.cookies += [cookie("two", "2", same_site="Strict"), b"three=3"]
        return_html_error(Failure(error), request)

    with serve(Answering(answer)).connect() as connection:
        connection.request("GET", "/", headers={"Connection": "close"})
        head, _, body = connection.rest().partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 302 Found"
    assert b"Location: https://example.org/a?b=c" in lines
    assert b"Redirect to https://example.org/a?b=c" in body
    cookies = [line for line in lines if line.startswith(b"Set-Cookie")]
    assert cookies == [
        b"Set-Cookie: one=1",
        b"Set-Cookie: zero=0",
        b"Set-Cookie: two=2; Path=/; Secure; HttpOnly; SameSite=Strict",
        b"Set-Cookie: three=3",
    ]
    (line,) = records(caplog)
    assert line.levelno == logging.INFO
    assert "redirect to https://example.org/a?b=c" in line.getMessage()


@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_a14_a_redirect_has_the_status_that_it_is_given(serve: Serve, status: int) -> None:
    response = answer_to(serve, RedirectException(b"/new", status))
    assert response.status == status
    assert response.headers["location"] == "/new"


def test_a14_not_modified_has_no_body(serve: Serve) -> None:
    server = serve(Answering(failing(RedirectException(b"/same", 304))))
    with server.connect() as connection:
        connection.request("GET", "/", headers={"Connection": "close"})
        head, _, body = connection.rest().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 304 ")
    assert b"content-length" not in head.lower()
    assert body == b""


@pytest.mark.parametrize("error", [CancelledError(), asyncio.CancelledError()], ids=["tw", "aio"])
def test_a15_a_cancellation_with_its_client_there_is_499_and_an_error(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    response = answer_to(serve, error)
    assert response.status == 499
    assert b"<p>Request cancelled</p>" in response.body
    (line,) = records(caplog)
    assert line.levelno == logging.ERROR
    assert line.exc_info


def left_before(serve: Serve, answer: Callable[[Request], None]) -> Request:
    """The request that was answered by *answer* after its client had left."""
    arrived: Queue[Request] = Queue()
    gone = Event()

    def keep(request: Request) -> None:
        request.notifyFinish().addErrback(lambda _: gone.set())
        arrived.put(request)

    connection = serve(Answering(keep)).connect()
    connection.request("GET", "/page")
    request = arrived.get(timeout=DEADLINE)
    connection.close()
    assert gone.wait(DEADLINE)
    in_reactor(lambda: answer(request))
    return request


def test_a15_a_cancellation_whose_client_has_left_is_only_counted(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    request = left_before(serve, failing(CancelledError()))
    assert request.code == 499
    assert not records(caplog)


def test_a16_b71_anything_else_is_a_500_that_says_nothing(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer_to(serve, RuntimeError(DETAIL))
    assert response.status == 500
    assert b"<p>Internal server error</p>" in response.body
    assert b"hunter2" not in response.body
    assert b"RuntimeError" not in response.body
    (line,) = records(caplog)
    assert line.levelno == logging.ERROR
    assert line.exc_info
    assert line.exc_info[1] is not None
    assert DETAIL in str(line.exc_info[1])


def test_a17_b67_a_template_is_filled_and_the_message_escaped(serve: Serve) -> None:
    message = '<script>{code}{msg!r}</script> & "it\'s"'
    template = "<style>p {{ color: red }}</style><h1>{code}</h1><p>{msg}</p>"
    response = answer_to(serve, CodedError(400, message), template)
    assert response.status == 400
    assert response.body == (
        b"<style>p { color: red }</style><h1>400</h1>"
        b"<p>&lt;script&gt;{code}{msg!r}&lt;/script&gt; &amp; &quot;it&#x27;s&quot;</p>"
    )


@pytest.mark.parametrize(
    "template", ["{other}", "p { color: red }", "{msg.nothing}", "{msg[0]}", "{", "{0}"]
)
def test_a17_a_template_with_other_fields_is_refused_when_it_is_made(template: str) -> None:
    with pytest.raises(ValueError, match="fields"):
        ErrorPage(template)


def made_with(autoescape: bool | Callable[[str | None], bool], source: str) -> Template:
    environment = Environment(autoescape=True)
    environment.autoescape = autoescape
    return environment.from_string(source)


@pytest.mark.parametrize("autoescape", [True, select_autoescape(default_for_string=True)])
def test_a18_b67_a_jinja2_template_is_rendered_and_escapes(
    serve: Serve, autoescape: bool | Callable[[str | None], bool]
) -> None:
    template = made_with(autoescape, "{{ code + 1 }}: {{ msg }}")
    response = answer_to(serve, CodedError(400, "<script>"), ErrorPage(template))
    assert response.body == b"401: &lt;script&gt;"
    assert answer_to(serve, CodedError(400, "<b>"), template).body == b"401: &lt;b&gt;"


@pytest.mark.parametrize("autoescape", [False, select_autoescape(default_for_string=False)])
def test_a18_a_jinja2_template_that_does_not_escape_is_refused(
    autoescape: bool | Callable[[str | None], bool],
) -> None:
    template = made_with(autoescape, "{{ msg }}")
    with pytest.raises(ValueError, match="autoescape"):
        ErrorPage(template)


@pytest.mark.parametrize(
    "template",
    ["{nothing}", Environment(autoescape=True).from_string("{{ msg() }}")],
    ids=["refused", "raises"],
)
def test_a18_a_page_that_cannot_be_rendered_is_a_500_and_no_silence(
    serve: Serve, caplog: pytest.LogCaptureFixture, template: str | Template
) -> None:
    response = answer_to(serve, CodedError(404, "No such board"), template)
    assert response.status == 500
    assert b"<title>Error 500</title>" in response.body
    assert [line.levelno for line in records(caplog)] == [logging.INFO, logging.ERROR]


def test_a19_the_default_page_needs_no_jinja2() -> None:
    """Imports counterfoil where jinja2 cannot be imported."""
    program = (
        "import sys; sys.modules['jinja2'] = None; import counterfoil;"
        "print(counterfoil.ErrorPage().render(404, 'x').decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert "<title>Error 404</title>" in done.stdout


def write_a_part(request: Request) -> None:
    writer: ResponseWriter = request
    writer.write(b"<!DOCTYPE html><p>half a pa")


@pytest.mark.parametrize("error", [CodedError(403, "No"), RuntimeError("no"), CancelledError()])
def test_a20_b83_after_a_part_was_written_the_connection_is_cut(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def answer(request: Request) -> None:
        write_a_part(request)
        failing(error)(request)

    with serve(Answering(answer)).connect() as connection:
        connection.request("GET", "/")
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            connection.response()
    assert records(caplog)


@pytest.mark.parametrize(
    ("error", "status"), [(CodedError(403, "No"), 403), (RuntimeError("no"), 500)]
)
def test_a20_a_client_that_has_left_is_no_fault(
    serve: Serve, error: Exception, status: int
) -> None:
    assert left_before(serve, failing(error)).code == status


def test_a21_an_http_status_is_shown_as_a_number(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer_to(serve, CodedError(HTTPStatus.GONE, "Away"))
    assert response.status == 410
    assert b"<title>Error 410</title>" in response.body
    (line,) = records(caplog)
    assert "410" in line.getMessage()
    assert "HTTPStatus" not in line.getMessage()


def test_b67_a_page_quotes_neither_method_nor_target_nor_host(serve: Serve) -> None:
    server = serve(Answering(failing(CodedError(404, "Unrecognized request"))))
    response = server.request(
        "<script>x</script>".replace("<", "!").replace(">", "!").replace("/", "!"),
        "/%3Cscript%3Ealert(1)%3C/script%3E?%3Cscript%3E",
        headers={"User-Agent": "<script>", "Referer": "<script>"},
    )
    assert b"script" not in response.body


def test_b67_half_of_a_surrogate_pair_in_a_message_is_still_a_page(serve: Serve) -> None:
    response = answer_to(serve, CodeMessageException(400, "\ud800!"))
    assert response.status == 400
    assert b"<p>?!</p>" in response.body


@pytest.mark.parametrize("line", [b"a=b\r\nX: y", b"a=\0", b"a=\x1b[0m", b"a=\x7f"])
def test_a83_b63_b64_a_cookie_that_could_forge_a_header_is_a_500(serve: Serve, line: bytes) -> None:
    error = RedirectException(b"/")
    error.cookies.append(line)
    response = answer_to(serve, error)
    assert response.status == 500
    assert "set-cookie" not in response.headers
    assert "location" not in response.headers
    assert "x" not in response.headers


@pytest.mark.parametrize("value", ["a;b", "a b", 'a"', "a,b", "a\\b", "\r\n", "\0", "é", "\x7f"])
def test_b65_the_value_of_a_cookie_cannot_be_an_attribute(value: str) -> None:
    with pytest.raises(ValueError, match="must be encoded"):
        cookie("session", value)


@pytest.mark.parametrize("name", ["", "a=b", "a;b", "a b", "é", "a\r\n"])
def test_b65_nor_can_its_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        cookie(name, "")


def test_b65_nor_can_its_attributes() -> None:
    with pytest.raises(ValueError, match="attribute"):
        cookie("a", "b", path="/;Domain=example.org")
    with pytest.raises(ValueError, match="attribute"):
        cookie("a", "b", domain="example.org; Path=/x")
    with pytest.raises(ValueError, match="secure"):
        cookie("a", "b", same_site="None", secure=False)


def test_a_cookie_has_the_attributes_it_is_given() -> None:
    bare = cookie("a", "", secure=False, http_only=False)
    assert bare == b"a=; Path=/; SameSite=Lax"
    whole = cookie("__Host-a", "b.c/d=", max_age=0, domain="example.org", same_site="None")
    assert whole == (
        b"__Host-a=b.c/d=; Max-Age=0; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=None"
    )


def page(request: Request) -> None:
    set_headers(
        request, {"X-Frame-Options": "SAMEORIGIN", "Content-Security-Policy": "default-src"}
    )
    respond_with_html(request, 201, "<p>é</p>")


def test_a79_a86_a_page_is_utf_8_has_a_length_and_cannot_be_framed(serve: Serve) -> None:
    server = serve(Answering(page))
    response = server.get("/")
    assert response.status == 201
    assert response.body == "<p>é</p>".encode()
    assert response.headers["content-length"] == str(len(response.body))
    assert response.headers["content-type"] == HTML
    assert response.headers.items() >= FRAMES.items()
    head = server.request("HEAD", "/")
    assert (head.status, head.body) == (201, b"")
    assert head.headers["content-length"] == response.headers["content-length"]


def test_a79_bytes_are_sent_as_they_are(serve: Serve) -> None:
    response = serve(Answering(lambda it: respond_with_html_bytes(it, 200, b"\xff<p>"))).get("/")
    assert response.body == b"\xff<p>"


def test_a53_what_is_not_bytes_is_refused(serve: Serve) -> None:
    caught: list[str] = []

    def answer(request: Request) -> None:
        unchecked: Callable[..., None] = respond_with_html_bytes
        with pytest.raises(TypeError) as info:
            unchecked(request, 200, "<p>")
        caught.append(str(info.value))
        respond_with_html(request, 200, "")

    assert serve(Answering(answer)).get("/").status == 200
    assert caught == ["a page must be bytes, not str"]


def test_a80_a_page_for_a_client_that_has_left_is_a_warning(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    request = left_before(serve, page)
    assert request.code == 201
    (line,) = records(caplog)
    assert line.levelno == logging.WARNING
    assert "already disconnected" in line.getMessage()
    assert not request.responseHeaders.hasHeader("Content-Type")


def test_a85_a86_headers_by_themselves(serve: Serve) -> None:
    def answer(request: Request) -> None:
        set_corp_headers(request)
        set_clickjacking_protection_headers(request)
        respond_with_html(request, 200, "")

    server: Server = serve(Answering(answer))
    headers = server.get("/").headers
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers.items() >= FRAMES.items()


class Pages:
    """Has no page to show."""

    @answers(Ok, media_type="text/html")
    async def get(self, request: Request, **_: str) -> Reply[object]:
        raise CodedError(404, "No such <page>")


@pytest.mark.parametrize(
    ("error_page", "shown"),
    [(None, b"No such &lt;page&gt;"), (ErrorPage("{code}! {msg}"), b"404! No such &lt;page&gt;")],
    ids=["usual", "own"],
)
def test_a7_an_operation_that_answers_with_pages_shows_the_error_page_of_its_resource(
    serve: Serve, error_page: ErrorPage | None, shown: bytes
) -> None:
    resource = JsonResource(error_page=error_page)
    resource.register_paths("GET", [path("/")], Pages().get, "get")
    answer = serve(resource).get("/")
    assert (answer.status, answer.headers["content-type"]) == (404, HTML)
    assert answer.body == shown if error_page else shown in answer.body
