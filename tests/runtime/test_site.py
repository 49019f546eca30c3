"""The site and its requests: bounds, the access log, what is left out of it. On real sockets."""

from __future__ import annotations

import gzip
import logging
import re
import time
from collections.abc import Callable
from typing import BinaryIO, cast

import pytest
from counterfoil import CodedError, JsonResource, Request, SiteRequest, respond_with_json
from counterfoil._describe import printable, redacted
from counterfoil.stub import limits, path
from counterfoil.testing import TestClient
from twisted.internet.defer import Deferred
from twisted.web.resource import EncodingResourceWrapper, Resource
from twisted.web.server import GzipEncoderFactory
from typing_extensions import override

from tests.runtime.test_lifecycle import lines, until
from tests.serving import Serve, Server


class Plain(Resource):
    """A resource of Twisted's own kind: answers with what it was given."""

    def __init__(self) -> None:
        Resource.__init__(self)
        self.isLeaf = True

    @override
    def render(self, request: Request) -> bytes:
        content = cast("BinaryIO", request.content)
        return repr((sorted((request.args or {}).items()), len(content.read()))).encode()


def length(request: Request) -> tuple[int, object]:
    content = cast("BinaryIO", request.content)
    return 200, len(content.read())


@pytest.fixture
def server(serve: Serve) -> Server:
    resource = JsonResource()
    resource.register_paths("POST", [path("/length")], length, "Length")
    resource.register_paths("GET", [path("/length")], length, "Length")
    return serve(resource, max_request_body_size=1000)


def chunked(*chunks: bytes) -> bytes:
    parts = (b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    head = b"POST /length HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(parts)


def test_a112_b29_a_body_over_the_limit_is_a_413_that_can_be_read(server: Server) -> None:
    with server.connect() as connection:
        connection.request("POST", "/length", body=b"x" * 1_000_000)
        response = connection.response()
        assert response.status == 413
        assert response.json() == {"errcode": "M_TOO_LARGE", "error": "The body is too large"}
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert connection.rest() == b""


def test_a112_b30_and_so_is_one_in_chunks(server: Server) -> None:
    with server.connect() as connection:
        connection.send(chunked(b"x" * 600, b"x" * 400))
        assert connection.response().json() == 1000
        connection.send(chunked(b"x" * 600, b"x" * 401))
        assert connection.response().status == 413


def test_a114_b37_b73_bodies_are_never_parsed_as_forms(serve: Serve) -> None:
    server = serve(Plain())
    for content_type in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; a=\x85",
    ):
        headers = {"Content-Type": content_type}
        response = server.request("POST", "/?a=1", body=b"b=2", headers=headers)
        assert response.body == b"([(b'a', [b'1'])], 3)"


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("a=1&a=2&b=%26+c", [(b"a", [b"1", b"2"]), (b"b", [b"& c"])]),
        ("a=1;b=2", [(b"a", [b"1;b=2"])]),
        ("a", [(b"a", [b""])]),
        ("%61=%FF", [(b"a", [b"\xff"])]),
        ("", []),
    ],
)
def test_a130_arguments_are_split_at_the_ampersand(
    serve: Serve, query: str, arguments: object
) -> None:
    assert serve(Plain()).get(f"/?{query}").body == repr((arguments, 0)).encode()


def test_a130_too_many_arguments_are_a_400(serve: Serve) -> None:
    server = serve(Plain())
    assert server.get("/?" + "&".join(["a=1"] * 256)).status == 200
    response = server.get("/?" + "&".join(["a=1"] * 257))
    assert response.status == 400
    assert response.json() == {
        "errcode": "M_INVALID_PARAM",
        "error": "the query string has more than 256 parameters",
    }


def test_a103_the_server_header_can_be_set() -> None:
    client = TestClient(JsonResource(), server_header="kiosk/1")
    assert client.get("/").headers["server"] == "kiosk/1"


def test_a103_refusals_of_the_site_have_the_same_headers(server: Server) -> None:
    usual = server.get("/length").headers
    for response in (
        server.request("POST", "/length", body=b"x" * 1001),
        server.get("/?" + "&".join(["a=1"] * 257)),
        server.get("*"),
    ):
        assert response.status in {400, 413}
        assert response.headers.keys() == usual.keys()
        assert response.headers["server"] == "counterfoil"


def test_a105_a106_one_line_for_each_request(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with server.connect() as connection:
        connection.request("GET", "/length?a=b", headers={"User-Agent": "test\x9b31m"})
        connection.response()
        connection.request("GET", "/nowhere")
        connection.response()
    until(lambda: len(lines(caplog, "access")) == 2)
    first, second = lines(caplog, "access")
    assert re.fullmatch(
        r"127\.0\.0\.1 - - - GET-\d+ - \{Length\} - 0\.\d{3}s/0\.\d{3}s "
        r"\(0\.\d{3}s, 0\.\d{3}s\) 1B 200 "
        r'"GET /length\?a=b HTTP/1\.1" "test\\x9b31m"',
        first,
    )
    assert re.fullmatch(
        r'127\.0\.0\.1 - .* \{JsonResource\} .* \d+B 404 "GET /nowhere HTTP/1\.1" "-"', second
    )


def test_a107_options_is_logged_at_debug(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.request("OPTIONS", "/length")
    until(lambda: lines(caplog, "access"))
    (record,) = (each for each in caplog.records if each.name == "counterfoil.access")
    assert record.levelno == logging.DEBUG


def test_a105_the_line_waits_for_the_handler(caplog: pytest.LogCaptureFixture) -> None:
    """Also where it goes on after its answer was sent."""
    caplog.set_level(logging.INFO)
    waiting: Deferred[None] = Deferred()

    async def slow(request: Request) -> None:
        request.setHeader(b"Content-Length", b"2")
        request.write(b"ok")
        request.finish()
        await waiting

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], slow, "Slow")
    pending = TestClient(resource).start("GET", "/")
    assert pending.response().body == b"ok"
    assert lines(caplog, "access") == []
    pending.disconnect()
    assert lines(caplog, "access") == []
    waiting.callback(None)
    (line,) = lines(caplog, "access")
    assert " 2B 200 " in line


def test_a106_an_answer_that_was_not_sent_in_full_is_marked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    def half(request: Request) -> None:
        request.setHeader(b"Content-Length", b"9")
        request.write(b"half")

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], half, "Half")
    pending = TestClient(resource).start("GET", "/")
    assert not pending.answered
    pending.disconnect()
    (line,) = lines(caplog, "access")
    assert " 4B 200! " in line


def test_a104_a_request_is_processed_once() -> None:
    caught: list[Request] = []

    def twice(request: Request) -> tuple[int, object]:
        caught.append(request)
        assert isinstance(request, SiteRequest)
        with pytest.raises(RuntimeError, match="already"), request.processing():
            pass
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], twice, "Twice")
    assert TestClient(resource).get("/").status == 200
    assert repr(caught[0]) == "<SiteRequest GET />"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"POST /len",
        b"POST /length HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab",
        chunked(b"abc")[:-8],
    ],
    ids=["before the head", "mid line", "mid head", "mid body", "mid chunk"],
)
def test_a111_b76_a_client_that_leaves_before_its_request_is_complete(
    server: Server, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with server.connect() as connection:
        connection.send(data)
        time.sleep(0.05)
    until(lambda: lines(caplog, "access"))
    assert lines(caplog, "access") == ["127.0.0.1 left before its request was complete"]


@pytest.mark.parametrize(
    ("uri", "want"),
    [
        (b"/a?access_token=s", b"/a?access_token=<redacted>"),
        (b"/a#access_token=s", b"/a#access_token=<redacted>"),
        (b"/a%3faccess_token%3ds", b"/a%3faccess_token%3d<redacted>"),
        (b"/a%3Faccess_token=s&b", b"/a%3Faccess_token=<redacted>&b"),
        (b"/a?b=1%26access_token=s", b"/a?b=1%26access_token=<redacted>"),
        (b"/a?b=x%3Faccess_token%3Ds", b"/a?b=x%3Faccess_token%3D<redacted>"),
        (b"/a?access_token[]=s", b"/a?access_token[]=<redacted>"),
        (b"/a?access_token%5B%5D=s&b=c", b"/a?access_token%5B%5D=<redacted>&b=c"),
        (b"/a?access_token=s&b=c&access_token=t", None),
        (b"/a?ACCESS_token=s", b"/a?ACCESS_token=<redacted>"),
        (b"/a?access%5ftoken=s", b"/a?access%5ftoken=<redacted>"),
        (b"/a?%61ccess_token=s", b"/a?%61ccess_token=<redacted>"),
        (b"/a?b=c&client_secret=s&d=e", b"/a?b=c&client_secret=<redacted>&d=e"),
        (b"/a?b=c;access_token=s;d=e", b"/a?b=c;access_token=<redacted>;d=e"),
        (b"/a?access_token=s=t", b"/a?access_token=<redacted>"),
        (b"/a?my_access_token=s", b"/a?my_access_token=s"),
        (b"/a?access_token", b"/a?access_token"),
        (b"/a/b", b"/a/b"),
    ],
)
def test_a108_b70_secrets_are_left_out(uri: bytes, want: bytes | None) -> None:
    seen = redacted(uri)
    assert seen == want or (want is None and seen.count(b"<redacted>") == 2)


def test_a108_in_every_line_of_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    serve(JsonResource()).get("/nowhere?access_token=secret")
    until(lambda: lines(caplog, "access"))
    assert "secret" not in caplog.text
    assert caplog.text.count("<redacted>") == 2


def test_b69_nothing_in_the_log_is_unprintable() -> None:
    assert printable(b"plain") == "plain"
    assert printable(b"a\x1b\n\xff\\") == r"a\x1b\n\xff\\"


def said(status: int, value: object) -> Callable[[Request], tuple[int, object]]:
    return lambda _: (status, value)


class Zipped(Resource):
    """Below it answers are compressed, as Twisted's own wrapper does."""

    def __init__(self, resource: Resource) -> None:
        Resource.__init__(self)
        encoders = [GzipEncoderFactory()]
        self.putChild(b"a b", EncodingResourceWrapper(resource, encoders))


def test_a_resource_may_have_an_encoder_and_a_name_that_is_escaped(serve: Serve) -> None:
    """As on the site of Twisted itself."""
    resource = JsonResource()
    resource.register_paths("GET", [path("/a%20b/x")], said(200, "packed"), "x")
    server = serve(Zipped(resource))
    answer = server.get("/a%20b/x", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b'"packed"'
    assert server.get("/a%20b/x").body == b'"packed"'


def test_a106_the_line_names_the_resource_that_answers_not_what_it_is_wrapped_in(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert serve(Zipped(JsonResource())).get("/a%20b/x").status == 404
    until(lambda: lines(caplog, "access"))
    assert " {JsonResource} " in lines(caplog, "access")[0]


@pytest.mark.parametrize(
    ("dress", "header", "value"),
    [
        (lambda request: request.addCookie(b"a", b"b"), "set-cookie", "a=b"),
        (lambda request: request.setETag(b'"1"'), "etag", '"1"'),
        (
            lambda request: request.setLastModified(86400),
            "last-modified",
            "Fri, 02 Jan 1970 00:00:00 GMT",
        ),
    ],
    ids=["cookie", "etag", "date"],
)
def test_an_answer_bears_what_twisted_was_told_of_it(
    serve: Serve, dress: Callable[[Request], object], header: str, value: str
) -> None:
    def answer(request: Request) -> tuple[int, object]:
        dress(request)
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], answer, "answer")
    assert serve(resource).get("/").headers[header] == value


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_is_sent_without_any(serve: Serve, status: int) -> None:
    """What comes next on the connection is the next answer (RFC 9110, section 6.4.1)."""
    resource = JsonResource()
    resource.register_paths("GET", [path("/none")], said(status, {"not": "sent"}), "none")
    resource.register_paths("GET", [path("/next")], said(200, "next"), "next")
    with serve(resource).connect() as connection:
        connection.request("GET", "/none")
        answer = connection.response()
        assert (answer.status, answer.body) == (status, b"")
        connection.request("GET", "/next")
        assert connection.response().json() == "next"


def test_a112_an_operation_may_take_more_than_its_site(serve: Serve) -> None:
    resource = JsonResource()
    resource.register_paths("POST", [path("/")], limits(max_body=2000)(length), "length")
    server = serve(resource, max_request_body_size=1000)
    assert server.request("POST", "/", body=b"x" * 2000).json() == 2000
    assert server.request("POST", "/", body=b"x" * 2001).status == 413
    assert server.request("POST", "/nowhere", body=b"x" * 1001).status == 413


def test_a88_an_answer_that_went_out_whole_is_not_followed_by_another(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def twice(request: Request) -> tuple[int, object]:
        respond_with_json(request, 200, "first")
        assert request.startedWriting
        assert request.finished
        return 200, "second"

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], twice, "twice")
    with serve(resource).connect() as connection:
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.response().json() == "first"
    assert caplog.text.count("twice wrote to the request, and returned an answer too") == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [(CodedError(409, "Full"), 409), (ValueError("at fault"), 500)],
    ids=["coded", "other"],
)
def test_what_a_plain_resource_raises_is_answered_and_logged_as_itself(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: Exception, status: int
) -> None:
    """A1, A6."""

    class Failing(Plain):
        @override
        def render(self, request: Request) -> bytes:
            raise error

    caplog.set_level(logging.INFO)
    assert serve(Failing()).get("/").status == status
    assert str(error) in caplog.text


def test_a_request_has_all_that_twisteds_own_has(serve: Serve) -> None:
    """It sets by itself what Twisted's constructors set: whatever they add must be added."""
    seen: list[Request] = []

    class Looks(Resource):
        def __init__(self) -> None:
            Resource.__init__(self)
            self.isLeaf = True

        @override
        def render(self, request: Request) -> bytes:
            seen.append(request)
            seen.append(Request(request.channel, parsePOSTFormSubmission=False))
            return b""

    assert serve(Looks()).get("/").status == 200
    ours, theirs = seen
    assert {name for name in vars(theirs) if not hasattr(ours, name)} <= {"channel"}
