"""What Twisted's users do with a request, on our site. On real sockets."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import BinaryIO, cast

import pytest
from counterfoil import Request, Site
from counterfoil._server.boundaries import Transport
from counterfoil._server.request import SiteRequest
from twisted.internet import defer, task
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure
from twisted.web import http, util
from twisted.web.iweb import IRequest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from tests.compatibility.pages import PIECE, PIECES, Page, Pull, Push, tree
from tests.serving import Serve, Server, in_reactor, reactor


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not in_reactor(happened):
        assert time.monotonic() < end
        time.sleep(0.002)


def content(request: Request) -> bytes:
    return cast("BinaryIO", request.content).read()


def finish(request: Request, body: bytes) -> None:
    request.write(body)
    request.finish()


def own_name() -> bytes:
    return threading.current_thread().name.encode()


# Time, threads and Deferreds.


def test_a_timer_a_deferred_and_a_thread_answer(serve: Serve) -> None:
    def later(request: Request) -> int:
        reactor.callLater(0.01, finish, request, b"later")
        return NOT_DONE_YET

    def deferred(request: Request) -> int:
        waited = task.deferLater(cast("IReactorTime", reactor), 0.01, lambda: b"deferred")
        waited.addCallback(lambda body: finish(request, body))
        return NOT_DONE_YET

    def thread(request: Request) -> int:
        named = deferToThread(own_name)
        named.addCallback(lambda name: finish(request, name))
        return NOT_DONE_YET

    @defer.inlineCallbacks
    def steps(request: Request) -> Generator[Deferred[bytes], bytes, None]:
        first = yield deferToThread(lambda: b"one ")
        second = yield defer.succeed(b"two")
        finish(request, first + second)

    def generator(request: Request) -> int:
        steps(request)
        return NOT_DONE_YET

    async def awaiting(request: Request) -> None:
        finish(request, await deferToThread(lambda: b"awaited"))

    def coroutine(request: Request) -> int:
        Deferred.fromCoroutine(awaiting(request))
        return NOT_DONE_YET

    server = serve(
        tree(later=later, deferred=deferred, thread=thread, steps=generator, awaiting=coroutine)
    )
    with server.connect() as connection:
        for path, body in [
            ("/later", b"later"),
            ("/deferred", b"deferred"),
            ("/steps", b"one two"),
            ("/awaiting", b"awaited"),
        ]:
            connection.request("GET", path)
            assert connection.response().body == body
        connection.request("GET", "/thread")
        name = connection.response().body.decode()
    assert name not in {"reactor", "MainThread"}


def test_notify_finish_tells_of_an_answer_that_was_sent(serve: Serve) -> None:
    told: list[object] = []

    def page(request: Request) -> int:
        request.notifyFinish().addCallback(told.append)
        reactor.callLater(0, finish, request, b"sent")
        return NOT_DONE_YET

    server = serve(Page(page))
    with server.connect() as connection:
        for count in (1, 2):
            connection.request("GET", "/")
            assert connection.response().body == b"sent"
            assert told == [None] * count


def test_notify_finish_tells_of_a_client_that_left(serve: Serve) -> None:
    told: list[Failure] = []
    waiting: list[Request] = []

    def page(request: Request) -> int:
        request.notifyFinish().addErrback(told.append)
        waiting.append(request)
        return NOT_DONE_YET

    server = serve(Page(page))
    with server.connect() as connection:
        connection.request("GET", "/")
        until(lambda: waiting)
    until(lambda: told)
    assert "lost" in str(told[0].value) or "closed" in str(told[0].value)
    with pytest.raises(RuntimeError):
        in_reactor(waiting[0].finish)


# Producers.


@pytest.mark.parametrize("kind", [Push, Pull])
def test_a_producer_waits_for_its_client(serve: Serve, kind: type[Push | Pull]) -> None:
    made: list[Push | Pull] = []

    def page(request: Request) -> int:
        producer = kind(request)
        made.append(producer)
        producer.start()
        return NOT_DONE_YET

    server = serve(Page(page))
    with server.connect() as connection:
        connection.request("GET", "/")
        until(lambda: made)
        left = -1
        while left != made[0].left:  # until nothing moves
            left = made[0].left
            time.sleep(0.05)
        assert left > 0, "all was written, though the client has read nothing"
        assert connection.response().body == PIECE * PIECES
        connection.request("GET", "/")
        assert connection.response().body == PIECE * PIECES


@pytest.mark.parametrize("kind", [Push, Pull])
def test_a_producer_is_stopped_when_its_client_leaves(
    serve: Serve, kind: type[Push | Pull]
) -> None:
    made: list[Push | Pull] = []

    def page(request: Request) -> int:
        producer = kind(request)
        made.append(producer)
        request.notifyFinish().addErrback(lambda _: None)
        producer.start()
        return NOT_DONE_YET

    server = serve(Page(page))
    with server.connect() as connection:
        connection.request("GET", "/")
        assert connection.some(1000)
    until(lambda: "stop" in made[0].told)
    assert made[0].told.count("stop") == 1


# The connection.


def test_a_connection_can_be_cut_and_closed(serve: Serve) -> None:
    def cut(request: Request) -> int:
        request.write(b"a part")
        cast("Transport", request.transport).abortConnection()
        return NOT_DONE_YET

    def closed(request: Request) -> int:
        request.notifyFinish().addErrback(lambda _: None)
        request.loseConnection()
        return NOT_DONE_YET

    def last(request: Request) -> bytes:
        request.setHeader(b"Connection", b"close")
        return b"last"

    server = serve(tree(cut=cut, closed=closed, last=last))
    for path in ("/cut", "/closed"):
        with server.connect() as connection:
            connection.request("GET", path)
            with suppress(ConnectionResetError):
                assert b"0\r\n\r\n" not in connection.rest()
    with server.connect() as connection:
        connection.request("GET", "/last")
        assert connection.response().body == b"last"


def test_a_request_knows_where_it_comes_from_and_goes_to(serve: Serve) -> None:
    def page(request: Request) -> bytes:
        client, host = request.getClientAddress(), request.getHost()
        transport = cast("Transport", request.transport)
        assert client == request.client == transport.getPeer()
        assert host == request.host == transport.getHost()
        request.setHeader(b"X-Client", client.host)
        request.setHeader(b"X-Host", b"%s:%d" % (host.host.encode(), host.port))
        request.setHeader(b"X-Name", request.getRequestHostname())
        request.setHeader(b"X-Secure", str(request.isSecure()))
        request.setHeader(b"X-Url", request.prePathURL())
        request.setHeader(b"X-Here", str(request.URLPath()))
        return b""

    server = serve(tree(page=page))
    answer = server.get("/page/a%20b?c=d", headers={"Host": f"example.org:{server.port}"})
    assert answer.headers["x-client"] == "127.0.0.1"
    assert answer.headers["x-host"] == f"127.0.0.1:{server.port}"
    assert answer.headers["x-name"] == "example.org"
    assert answer.headers["x-secure"] == "False"
    assert answer.headers["x-url"] == f"http://example.org:{server.port}/page"
    assert answer.headers["x-here"] == f"http://example.org:{server.port}/page"


# What was asked.


def test_before_there_is_a_path_nothing_is_left_of_it() -> None:
    """And whoever has looked too early sees it later."""
    channel = cast("http.HTTPChannel", Site(Resource()).buildProtocol(None))
    request = SiteRequest(channel)
    assert request.postpath == []
    request.path = b"/page/a%20b"
    assert request.postpath == [b"page", b"a b"]
    request.postpath.pop(0)
    assert request.postpath == [b"a b"]


def test_a_request_has_what_was_sent(serve: Serve) -> None:
    seen: list[object] = []

    def page(request: Request) -> bytes:
        seen[:] = [
            request.method,
            request.uri,
            request.path,
            request.clientproto,
            (request.args or {})[b"x"],
            request.prepath,
            request.postpath,
            request.getHeader("x-one"),
            request.getHeader(b"X-One"),
            request.requestHeaders.getRawHeaders("X-Two"),
            request.getAllHeaders()[b"x-one"],
            request.getCookie(b"tea"),
            (request.getUser(), request.getPassword()),
            content(request),
        ]
        return b""

    server = serve(tree(page=page))
    secret = base64.b64encode(b"ann:secret").decode()
    with server.connect() as connection:
        connection.send(
            b"PUT /page/a/%2F?x=1&x=%32 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nX-Two: 2\r\nx-two: 3\r\n"
            b"Cookie: tea=green; milk=no\r\nAuthorization: Basic " + secret.encode() + b"\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        assert connection.response().status == 200
    assert seen == [
        b"PUT",
        b"/page/a/%2F?x=1&x=%32",
        b"/page/a/%2F",
        b"HTTP/1.1",
        [b"1", b"2"],
        [b"page"],
        [b"a", b"/"],
        "1",
        b"1",
        ["2", "3"],
        b"1",
        b"green",
        (b"ann", b"secret"),
        b"abcde",
    ]


def test_a114_a_form_is_read_by_whoever_wants_it(serve: Serve) -> None:
    """`args` has the query alone; the body is there to be parsed."""

    def page(request: Request) -> bytes:
        return repr(((request.args or {}), content(request))).encode()

    answer = serve(Page(page)).request(
        "POST",
        "/?a=1",
        body=b"b=2",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.body == b"({b'a': [b'1']}, b'b=2')"


# What is answered.


def test_an_answer_has_its_status_and_its_headers(serve: Serve) -> None:
    def page(request: Request) -> bytes:
        request.setResponseCode(http.CREATED, b"Made")
        request.setHeader("x-text", "text")
        request.setHeader(b"x-bytes", b"bytes")
        request.responseHeaders.addRawHeader(b"X-Many", b"1")
        request.responseHeaders.addRawHeader(b"X-Many", b"2")
        return b"made"

    with serve(Page(page)).connect() as connection:
        connection.request("GET", "/", headers={"Connection": "close"})
        lines = connection.rest().split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 201 Made"
    for line in (b"X-Text: text", b"X-Bytes: bytes", b"X-Many: 1", b"X-Many: 2"):
        assert line in lines
    assert b"Content-Length: 4" in lines
    assert lines[-1] == b"made"


def test_pieces_are_chunks_or_end_with_the_connection(serve: Serve) -> None:
    def page(request: Request) -> int:
        for piece in (b"one", b"", b"two"):
            request.write(piece)
        request.finish()
        return NOT_DONE_YET

    with serve(Page(page)).connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.send(b"GET / HTTP/1.0\r\n\r\n")
        first, second, third = re.split(rb"HTTP/1\.[01] 200 OK\r\n", connection.rest())[1:]
    assert first.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
    assert second.endswith(b"\r\n\r\n")
    assert third.endswith(b"\r\n\r\nonetwo")


def test_cookies_are_set(serve: Serve) -> None:
    def page(request: Request) -> bytes:
        request.addCookie(
            "tea", "green", path="/", domain="example.org", max_age="5", secure=True, httpOnly=True
        )
        request.addCookie(b"milk", b"no", sameSite="lax")
        return b""

    with serve(Page(page)).connect() as connection:
        connection.request("GET", "/", headers={"Connection": "close"})
        lines = connection.rest().split(b"\r\n")
    assert [line for line in lines if line.startswith(b"Set-Cookie")] == [
        b"Set-Cookie: tea=green; Domain=example.org; Path=/; Max-Age=5; Secure; HttpOnly",
        b"Set-Cookie: milk=no; SameSite=lax",
    ]


def test_a_session_lasts_until_it_ends(serve: Serve) -> None:
    def page(request: Request) -> bytes:
        session = request.getSession()
        visits = getattr(session, "visits", 0) + 1
        vars(session)["visits"] = visits
        if request.args:
            session.expire()
        return b"%d" % visits

    server = serve(Page(page))
    first = server.get("/")
    cookie = {"Cookie": first.headers["set-cookie"].partition(";")[0]}
    assert first.headers["set-cookie"].startswith("TWISTED_SESSION=")
    bodies = [server.get(target, headers=cookie).body for target in ("/", "/?end=1", "/")]
    assert (first.body, *bodies) == (b"1", b"2", b"3", b"1")
    site = server.site
    for session in list(site.sessions.values()):
        in_reactor(session.expire)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_client_has_already_is_not_sent_again(serve: Serve, method: str) -> None:
    def page(request: Request) -> bytes:
        found = request.setETag(b'"1"') or request.setLastModified(1_000_000_000)
        return b"" if found is http.CACHED else b"a page"

    server = serve(Page(page))
    answer = server.request(method, "/")
    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    assert answer.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    for given in (
        {"If-None-Match": '"0", "1"'},
        {"If-Modified-Since": "Sun, 09 Sep 2001 01:46:40 GMT"},
    ):
        again = server.request(method, "/", headers=given)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == '"1"'
    assert server.get("/", headers={"If-None-Match": '"2"'}).body == b"a page"


def test_redirects_and_refreshes(serve: Serve) -> None:
    def moved(request: Request) -> bytes:
        return util.redirectTo(b"/there?a=b", cast("IRequest", request))

    def redirected(request: Request) -> bytes:
        request.redirect(b"/here")
        return b""

    server = serve(tree(moved=moved, redirected=redirected, to=util.Redirect(b"/elsewhere")))
    for path, location in [
        ("/moved", "/there?a=b"),
        ("/redirected", "/here"),
        ("/to", "/elsewhere"),
    ]:
        answer = server.get(path)
        assert (answer.status, answer.headers["location"]) == (302, location)


def test_a5_what_a_resource_raises_is_a_500(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Request) -> bytes:
        raise LookupError("a detail")

    answer = serve(Page(broken)).get("/")
    assert answer.status == 500
    assert b"a detail" not in answer.body
    assert "LookupError: a detail" in caplog.text


def test_a_method_that_a_resource_lacks_is_a_405(serve: Serve) -> None:
    class Readable(Resource):
        isLeaf = True

        def __init__(self) -> None:
            Resource.__init__(self)

        def render_GET(self, request: Request) -> bytes:
            return b"read"

    server = serve(Readable())
    assert server.get("/").body == b"read"
    assert server.request("HEAD", "/").headers["content-length"] == "4"
    refused = server.request("POST", "/")
    assert refused.status == 405
    assert sorted(refused.headers["allow"].split(", ")) == ["GET", "HEAD"]


def test_the_site_of_a_request_is_the_one_that_serves_it(serve: Serve) -> None:

    def page(request: Request) -> bytes:
        assert isinstance(request, Request)
        assert request.site is site
        return b"%d" % len(request.site.sessions)

    site = Site(Page(page))
    server: Server = serve(site)
    assert server.get("/").body == b"0"
