"""What is known of a request, what is written of it, and who is told."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from counterfoil import (
    AccessLog,
    BodyPlan,
    HealthResource,
    JsonResource,
    ReadinessResource,
    Request,
    RequestSummary,
    Site,
    SiteRequest,
    cancellable,
    finish_request,
)
from counterfoil._context import RequestContext
from counterfoil._server.timed_request import TimedRequest
from counterfoil._server.usual_headers import UsualHeaders
from counterfoil.stub import path
from counterfoil.testing import TestClient
from twisted.internet.defer import Deferred
from twisted.web import server
from twisted.web.resource import IResource, Resource
from typing_extensions import override

from tests.runtime.taker import Taker
from tests.runtime.test_lifecycle import lines, until
from tests.serving import Serve, in_reactor


class Told:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.started: list[SiteRequest] = []
        self.ended: list[RequestSummary] = []

    def request_started(self, request: SiteRequest) -> None:
        self.started.append(request)

    def request_ended(self, request: SiteRequest, summary: RequestSummary) -> None:
        self.ended.append(summary)


class Broken(Told):
    """An observer that is of no use."""

    @override
    def request_started(self, request: SiteRequest) -> None:
        raise ValueError("bug")

    @override
    def request_ended(self, request: SiteRequest, summary: RequestSummary) -> None:
        raise ValueError("bug")


async def fine(request: SiteRequest) -> object:
    request.requester = "@ann:example.org\n"
    request.operation = "listNotices"
    request.servlet_name = "ListNotices"
    request.add_cpu(0.25, 0.125)
    request.add_cpu(0.25, 0.125)
    return "fine"


def notice(request: Request, name: str) -> tuple[int, object]:
    return 200, name


LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1 - public - [A-Z]+-\d+ - "
    r"{(\w+)} - 0\.\d{3}s/0\.\d{3}s \(0\.\d{3}s, 0\.\d{3}s\) \d+B (\d+) "
    r'"[A-Z]+ ([^ "]+) HTTP/1\.1" "[^"]+"'
)


class TestId:
    """The id of a request."""

    def ids(self, header: str | None, *given: str | None) -> list[str]:
        seen: list[str] = []

        async def keep(request: SiteRequest) -> object:
            seen.append(request.request_id)
            assert request.request_id == seen[-1]
            return 1

        client = TestClient(Taker(keep), request_id_header=header)
        for each in given:
            client.get("/", headers={} if each is None else {"X-Request-Id": each})
        client.post("/")
        return seen

    def test_a101_is_the_method_and_a_number_of_the_process(self) -> None:
        first, second, third = self.ids(None, None, "abc")
        number = first.removeprefix("GET-")
        assert second == f"GET-{int(number) + 1}"
        assert third == f"POST-{int(number) + 2}"

    def test_a101_may_be_the_clients(self) -> None:
        assert self.ids("X-Request-Id", "a.B_9-" + "x" * 122)[0] == "GET-a.B_9-" + "x" * 122

    @pytest.mark.parametrize("given", [None, "", "x" * 129, "a b", "a\tb", "\xe9", "a/b"])
    def test_a101_b75_if_it_is_a_plain_one(self, given: str | None) -> None:
        assert re.fullmatch(r"GET-\d+", self.ids("X-Request-Id", given)[0])


def test_a102_the_context_holds_what_a_line_may_say() -> None:
    seen: list[RequestContext] = []

    async def keep(request: SiteRequest) -> object:
        seen.append(request.context)
        assert request.context is seen[0]
        return 1

    client = TestClient(Taker(keep), tag="main", request_id_header="X-Request-Id")
    client.get("/a?access_token=s&b=c", headers={"User-Agent": "cur\xf6l", "X-Request-Id": "7"})
    assert seen == [
        RequestContext(
            request_id="GET-7",
            client="192.168.1.1",
            site="main",
            method="GET",
            uri="/a?access_token=<redacted>&b=c",
            protocol="HTTP/1.1",
            user_agent="cur\\xf6l",
        )
    ]


def test_a106_the_line_holds_all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = TestClient(Taker(fine), tag="main")
    client.get("/a?client_secret=s", headers={"User-Agent": "curl/8"})
    (line,) = lines(caplog, "access")
    assert re.fullmatch(
        r"192\.168\.1\.1 - main - GET-\d+ - \{ListNotices\} @ann:example\.org\\n "
        r"\d\.\d{3}s/\d\.\d{3}s \(0\.500s, 0\.250s\) 6B 200 "
        r'"GET /a\?client_secret=<redacted> HTTP/1\.1" "curl/8"',
        line,
    )


def test_a106_b69_the_line_is_printable(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = TestClient(Taker(fine))
    client.start("GET", "/\x1b", headers={"User-Agent": "\xf6\xff"})
    client.get("/", headers={"User-Agent": "\xf6\xff"})
    assert len(lines(caplog, "access")) == 2
    assert all(line.isascii() and line.isprintable() for line in lines(caplog, "access"))


def test_a106_b69_a_requester_that_utf_8_cannot_spell_is_named_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def odd(request: SiteRequest) -> object:
        request.requester = "@\ud800:example.org"
        return 1

    caplog.set_level(logging.INFO)
    assert TestClient(Taker(odd)).get("/").status == 200
    (line,) = lines(caplog, "access")
    assert re.search(r" @\\+ud800:example\.org ", line)


def test_a106_a117_observers_are_told_of_each_request() -> None:
    told = Told()
    client = TestClient(Taker(fine), observers=[told], tag="main")
    client.get("/a?b=c", headers={"User-Agent": "curl/8"})
    (summary,) = told.ended
    assert [request.request_id for request in told.started]
    assert summary.processing_seconds >= 0
    assert summary.send_seconds >= 0
    assert summary._replace(processing_seconds=0, send_seconds=0) == RequestSummary(
        client="192.168.1.1",
        site="main",
        requester="@ann:example.org\n",
        servlet="ListNotices",
        operation="listNotices",
        method="GET",
        uri="/a?b=c",
        protocol="HTTP/1.1",
        user_agent="curl/8",
        status=200,
        complete=True,
        bytes_sent=6,
        processing_seconds=0,
        send_seconds=0,
        user_cpu=0.5,
        system_cpu=0.25,
    )


def test_b94_the_times_are_those_of_the_handler_and_of_sending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: Deferred[None] = Deferred()
    ending: Deferred[None] = Deferred()
    requests: list[SiteRequest] = []

    async def slow(request: SiteRequest) -> object:
        requests.append(request)
        await waiting
        return 1

    told = Told()
    pending = TestClient(Taker(slow), observers=[told]).start("GET", "/")
    began = requests[0]._began_at
    monkeypatch.setattr("time.monotonic", lambda: began + 5)
    waiting.callback(None)
    assert pending.answered
    assert told.ended[0].processing_seconds == 5
    assert told.ended[0].send_seconds == 0

    async def sending(request: SiteRequest) -> object:
        request.responseHeaders.setRawHeaders(b"Content-Length", [b"2"])
        ending.addCallback(lambda _: finish_request(request))
        raise ConnectionError  # the answer goes on without its handler

    TestClient(Taker(sending), observers=[told]).start("GET", "/")
    monkeypatch.setattr("time.monotonic", lambda: began + 7)
    ending.callback(None)
    assert told.ended[1].processing_seconds == 0
    assert told.ended[1].send_seconds == 2


@pytest.mark.parametrize("order", ["left, ended", "ended, left", "answered, ended"])
def test_a105_a117_one_end_in_every_order(order: str, caplog: pytest.LogCaptureFixture) -> None:
    """B22: exactly one line, and one call of each observer."""
    caplog.set_level(logging.INFO)
    told = Told()
    waiting: Deferred[None] = Deferred()

    async def work(request: SiteRequest) -> object:
        if order == "answered, ended":
            request.finish()
        if order != "ended, left":
            await waiting
        raise ConnectionError

    pending = TestClient(Taker(work), observers=[told]).start("GET", "/")
    assert told.ended == []
    pending.disconnect()
    if order != "ended, left":
        assert told.ended == []
    waiting.callback(None)
    (summary,) = told.ended
    assert summary.complete is (order == "answered, ended")
    assert len(lines(caplog, "access")) == 1


def test_a105_an_answer_ends_once(caplog: pytest.LogCaptureFixture) -> None:
    """A88: Twisted warns of the second time."""
    caplog.set_level(logging.INFO)

    async def twice(request: SiteRequest) -> object:
        finish_request(request)
        with pytest.warns(UserWarning, match="finish called twice"):
            finish_request(request)
        raise ConnectionError

    TestClient(Taker(twice)).start("GET", "/")
    assert len(lines(caplog, "access")) == 1


def test_a23_the_line_waits_for_the_handler(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    waiting: Deferred[None] = Deferred()

    async def wait(request: SiteRequest) -> object:
        await waiting
        return 1

    TestClient(Taker(wait)).start("GET", "/").disconnect()
    assert lines(caplog, "access") == []
    waiting.callback(None)
    (line,) = lines(caplog, "access")
    assert " 0B 200! " in line


def test_a30_a_handler_can_read_the_callers_trace() -> None:
    seen: list[bytes | None] = []

    async def look(request: SiteRequest) -> object:
        seen.append(request.getHeader(b"traceparent"))
        return 1

    TestClient(Taker(look)).get("/", headers={"Traceparent": "00-1-2-01"})
    assert seen == [b"00-1-2-01"]


def test_a104_a_request_is_processed_once() -> None:
    requests: list[SiteRequest] = []

    async def keep(request: SiteRequest) -> object:
        requests.append(request)
        with pytest.raises(RuntimeError, match="already"), request.processing():
            pass
        return 1

    assert TestClient(Taker(keep)).get("/").status == 200
    with pytest.raises(RuntimeError, match="already"), requests[0].processing():
        pass


@pytest.mark.parametrize("running", [True, False])
def test_a110_what_cannot_be_cancelled_is_an_error_in_the_log(
    running: bool, caplog: pytest.LogCaptureFixture
) -> None:
    class Bare(Resource):
        isLeaf = True

        def __init__(self) -> None:
            Resource.__init__(self)

        @override
        def render(self, request: Request) -> int:
            assert isinstance(request, SiteRequest)
            request.is_render_cancellable = True
            if running:
                request.processing().__enter__()
            return 1

    TestClient(Bare()).start("GET", "/").disconnect()
    found = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert found == (["GET /: Bare cannot be cancelled"] if running else [])


def test_a109_what_can_be_cancelled_is(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    @cancellable
    async def wait(request: Request) -> tuple[int, object]:
        try:
            await Deferred[None]()
        finally:
            ended.append("cancelled")
        return 200, 1

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], wait, "Wait")
    TestClient(resource).start("GET", "/").disconnect()
    assert ended == ["cancelled"]


class TestLevel:
    """What is asked often is logged at DEBUG (A107)."""

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
    def test_a107_health(self, serve: Serve, method: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        response = serve(HealthResource()).request(method, "/")
        if method in {"GET", "HEAD"}:
            assert response.status == 200
            assert response.body == (b"OK" if method == "GET" else b"")
            assert response.headers["content-type"].startswith("text/plain")
            assert response.headers["cache-control"] == "no-store"
        else:
            assert response.status == 405
            assert response.headers["allow"] == "GET, HEAD"
        until(lambda: lines(caplog, "access"))
        assert self.level(caplog) == logging.DEBUG

    def test_a107_health_on_a_site_of_twisted(self, serve: Serve) -> None:
        assert serve(server.Site(HealthResource())).get("/").body == b"OK"

    @pytest.mark.parametrize("ready", [True, False])
    def test_a107_readiness(self, ready: bool, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        response = TestClient(ReadinessResource(lambda: ready)).get("/")
        assert response.status == (200 if ready else 503)
        assert self.level(caplog) == logging.DEBUG

    def test_a116_readiness_is_that_of_the_site(self) -> None:
        root = Resource()
        client = TestClient(root)
        root.putChild(b"ready", IResource(ReadinessResource(client.site)))
        assert client.get("/ready").status == 200
        client.site.drain()
        assert client.get("/ready").status == 503

    @staticmethod
    def level(caplog: pytest.LogCaptureFixture) -> int:
        (record,) = (each for each in caplog.records if each.name == "counterfoil.access")
        return record.levelno

    def test_nothing_is_made_that_nobody_reads(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A106: the line is not put together when its level is off."""
        caplog.set_level(logging.WARNING)
        monkeypatch.delattr(TimedRequest, "_summary")
        assert TestClient(Taker(fine)).get("/").status == 200


class TestFaults:
    """What goes wrong beside a request does it no harm."""

    def test_b93_an_observer(self, caplog: pytest.LogCaptureFixture) -> None:
        told = Told()
        client = TestClient(Taker(fine), observers=[Broken(), told])
        for _ in range(3):
            assert client.get("/").status == 200
        assert len(told.started) == len(told.ended) == 3
        assert caplog.text.count("the observer Broken failed") == 1

    def test_b93_a_handler_of_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        called: list[str] = []

        class Full(logging.Handler):
            @override
            def emit(self, record: logging.LogRecord) -> None:
                called.append(record.getMessage())
                raise OSError("disk full")

        handler = Full()
        logging.getLogger("counterfoil.access").addHandler(handler)
        try:
            client = TestClient(Taker(fine))
            assert client.get("/").status == 200
            assert client.get("/").status == 200
        finally:
            logging.getLogger("counterfoil.access").removeHandler(handler)
        assert len(called) == 2

    def test_b95_a_callback_of_notify_finish(self, serve: Serve) -> None:
        async def notify(request: SiteRequest) -> object:
            def fail(_: object) -> None:
                raise ValueError("bug")

            noticed = request.notifyFinish()
            noticed.addCallback(fail)
            noticed.addErrback(faults.append)
            return 1

        faults: list[object] = []
        with serve(Taker(notify)).connect() as connection:
            for _ in range(2):
                connection.request("GET", "/")
                assert connection.response().status == 200
        assert len(faults) == 2

    def test_a_resource_that_raises(self, caplog: pytest.LogCaptureFixture) -> None:
        """B93: the answer is a 500 in the site's shape."""

        class Raising(Resource):
            isLeaf = True

            def __init__(self) -> None:
                Resource.__init__(self)

            @override
            def render(self, request: Request) -> bytes:
                raise ValueError("secret")

        response = TestClient(Raising()).get("/")
        assert response.status == 500
        assert response.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}
        assert "GET /: Raising failed" in caplog.text


def test_b82_what_was_sent_counts_as_sent(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """However the client leaves then."""
    caplog.set_level(logging.INFO)
    server = serve(Taker(fine))
    connection = server.connect()
    connection.request("GET", "/")
    connection.response()
    connection.reset()
    until(lambda: lines(caplog, "access"))
    (line,) = lines(caplog, "access")
    assert " 6B 200 " in line


def test_a111_a_client_that_leaves_too_early_is_no_request(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """B76: one line, and no observer is told."""
    caplog.set_level(logging.INFO)
    told = Told()
    server = serve(Site(Taker(fine, BodyPlan()), observers=[told]))
    for data in (b"", b"GET", b"GET / HTTP/1.1\r\nHost: a", b"POST / HTTP/1.1\r\n"):
        caplog.clear()
        connection = server.connect()
        connection.send(data)
        until(lambda: in_reactor(lambda: isinstance(server.site, Site) and server.site.channels))
        connection.reset()
        until(lambda: lines(caplog, "access"))
        assert lines(caplog, "access") == ["127.0.0.1 left before its request was complete"]
    assert told.started == told.ended == []


class TestFile:
    """A file of access lines."""

    def site(self, log: AccessLog) -> Site:
        root = JsonResource()
        root.register_paths("GET", [path("/notices/{name}")], notice, "GetNotice")
        return Site(root, access_log=log, tag="public")

    def test_a105_has_each_line_as_soon_as_its_request_is_over(
        self, serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        file = tmp_path / "access.log"
        server = serve(self.site(AccessLog(file)))
        headers = {"User-Agent": 'quick "fox"\t\xe9'}

        def has(count: int) -> Callable[[], bool]:
            return lambda: len(file.read_text(encoding="ascii").splitlines()) == count

        for count, name in enumerate(("a", 'b"?q="', "c?access_token=abc"), 1):
            assert server.get(f"/notices/{name}", headers=headers).status == 200
            until(has(count))
        assert server.request("OPTIONS", "/notices/a").status == 204
        assert server.get("/unknown").status == 404
        until(has(4))
        told = [LINE.fullmatch(line) for line in file.read_text(encoding="ascii").splitlines()]
        assert [line and line.groups() for line in told] == [
            ("GetNotice", "200", "/notices/a"),
            ("GetNotice", "200", "/notices/b\\x22?q=\\x22"),
            ("GetNotice", "200", "/notices/c?access_token=<redacted>"),
            ("JsonResource", "404", "/unknown"),
        ]
        assert lines(caplog, "access") == []

    def test_a111_has_those_who_leave_early(self, serve: Serve, tmp_path: Path) -> None:
        file = tmp_path / "access.log"
        connection = serve(self.site(AccessLog(file))).connect()
        connection.send(b"GET / HT")
        connection.reset()
        until(lambda: file.read_text(encoding="ascii"))
        assert file.read_text(encoding="ascii").endswith(
            "Z 127.0.0.1 left before its request was complete\n"
        )

    def test_goes_on_in_a_new_file_when_the_old_one_was_moved(self, tmp_path: Path) -> None:
        file = tmp_path / "access.log"
        file.write_text("before\n", encoding="ascii")
        log = AccessLog(file)
        log.write("one", logging.INFO)
        moved = file.rename(tmp_path / "access.log.1")
        log.write("two", logging.INFO)
        log.reopen()
        log.write("three", logging.INFO)
        assert not log.takes(logging.DEBUG)
        assert [line[-3:] for line in moved.read_text(encoding="ascii").splitlines()] == [
            "ore",
            "one",
            "two",
        ]
        assert file.read_text(encoding="ascii").endswith("Z three\n")
        assert file.read_text(encoding="ascii").count("\n") == 1

    def test_a106_says_to_the_millisecond_when_a_line_was_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "access.log"
        log = AccessLog(file)
        for now in (1_000_000_000.0625, 1_000_000_000.9921875, 1_000_000_001.0):
            monkeypatch.setattr("time.time", lambda now=now: now)
            log.write("served", logging.INFO)
        assert file.read_text(encoding="ascii").splitlines() == [
            "2001-09-09T01:46:40.062Z served",
            "2001-09-09T01:46:40.992Z served",
            "2001-09-09T01:46:41.000Z served",
        ]

    def test_can_be_read_by_its_owner_and_their_group_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "access.log"
        before = os.umask(0)
        try:
            AccessLog(file)
        finally:
            os.umask(before)
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_keeps_no_file_open_that_it_does_not_write_to(self, tmp_path: Path) -> None:
        log = AccessLog(tmp_path / "access.log")
        former = log._file
        log.reopen()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(former)
        assert log._file != former

    def test_a_line_that_is_taken_in_parts_is_written_in_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "access.log"
        log = AccessLog(file)
        write = os.write
        monkeypatch.setattr("os.write", lambda to, text: write(to, text[:7]))
        log.write("a long line", logging.INFO)
        monkeypatch.undo()
        assert file.read_text(encoding="ascii").endswith("Z a long line\n")

    def test_of_a_place_that_is_not_there_is_refused_and_the_old_file_is_kept(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(FileNotFoundError):
            AccessLog(tmp_path / "missing" / "access.log")
        folder = tmp_path / "logs"
        folder.mkdir()
        log = AccessLog(folder / "access.log")
        moved = folder.rename(tmp_path / "moved")
        with pytest.raises(FileNotFoundError):
            log.reopen()
        log.write("kept", logging.INFO)
        assert (moved / "access.log").read_text(encoding="ascii").endswith("Z kept\n")

    def test_without_a_path_is_standard_error(self, capfd: pytest.CaptureFixture[str]) -> None:
        log = AccessLog()
        log.write("to whom it may concern", logging.INFO)
        log.reopen()
        log.write("again", logging.INFO)
        assert [line[25:] for line in capfd.readouterr().err.splitlines()] == [
            "to whom it may concern",
            "again",
        ]

    def test_a_line_that_was_cut_does_not_swallow_the_next(self, tmp_path: Path) -> None:
        """As of a pipe that is full, or a disk."""
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        log = AccessLog(pipe)
        os.set_blocking(log._file, False)
        log.write("x" * 1_000_000, logging.INFO)
        while True:
            try:
                os.read(reader, 1_000_000)
            except BlockingIOError:
                break
        log.write("next", logging.INFO)
        log.write("last", logging.INFO)
        first, following, last, end = os.read(reader, 1000).decode("ascii").split("\n")
        assert (first, following[25:], last[25:], end) == ("", "next", "last", "")
        os.close(reader)
        os.close(log._file)

    def test_a108_no_name_of_a_requester_is_taken_for_more_than_that(
        self, serve: Serve, tmp_path: Path
    ) -> None:
        def name(request: Request) -> tuple[int, object]:
            assert isinstance(request, SiteRequest)
            request.requester = 'bob 0.000s/0.000s 2B 200 "GET /'
            return 200, 1

        root = JsonResource()
        root.register_paths("GET", [path("/")], name, "Name")
        file = tmp_path / "access.log"
        headers = {"User-Agent": 'a" "b\\'}
        assert serve(Site(root, access_log=AccessLog(file))).get("/", headers=headers).status == 200
        until(lambda: file.read_text(encoding="ascii"))
        line = file.read_text(encoding="ascii")
        assert r"{Name} bob\x200.000s/0.000s\x202B\x20200\x20\x22GET\x20/ " in line
        assert line.endswith(r'"a\x22 \x22b\\"' + "\n")

    def test_b93_that_cannot_be_written_harms_no_request(self, serve: Serve) -> None:
        server = serve(self.site(AccessLog("/dev/full")))
        assert server.get("/notices/a").status == 200
        assert server.get("/notices/a").status == 200


def test_a103_the_date_is_made_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = UsualHeaders("kiosk")
    now = 1_000_000_000.25
    monkeypatch.setattr("time.time", lambda: now)
    first = usual.lines()
    assert {name: [*values] for name, values in first.by_name.items()} == {
        b"Server": [b"kiosk"],
        b"Date": [b"Sun, 09 Sep 2001 01:46:40 GMT"],
        b"X-Content-Type-Options": [b"nosniff"],
    }
    now += 0.5
    assert usual.lines() is first
    now += 0.5
    assert [*usual.lines().by_name[b"Date"]] == [b"Sun, 09 Sep 2001 01:46:41 GMT"]


@pytest.mark.parametrize("name", [b"Server", b"Date", b"X-Content-Type-Options", b"Cache-Control"])
def test_a103_no_handler_can_change_what_others_send(serve: Serve, name: bytes) -> None:
    def other(request: Request) -> tuple[int, object]:
        return 200, 1

    def spoil(request: Request) -> tuple[int, object]:
        values = cast("list[bytes]", request.responseHeaders.getRawHeaders(name, []))
        values.append(b"spoiled")
        return 200, 1

    root = JsonResource()
    root.register_paths("GET", [path("/")], spoil, "Spoil")
    root.register_paths("GET", [path("/other")], other, "Other")
    server = serve(Site(root))
    server.get("/")
    assert "spoiled" not in server.get("/other").headers.values()


class Together:
    """Sends when it is told to."""

    def __init__(self) -> None:
        self.senders = ["a connection"]
        self._first: list[Callable[[], None]] = []

    def call_first(self, function: Callable[[], None], /) -> None:
        self._first.append(function)

    def send(self) -> None:
        for function in self._first:
            function()


def test_lines_go_with_the_answers_they_tell_of(tmp_path: Path) -> None:
    outbox, path = Together(), tmp_path / "access.log"
    log = AccessLog(path)
    log.go_with(outbox)
    log.write("first", logging.INFO)
    log.write("second", logging.INFO)
    assert path.read_text() == ""
    outbox.send()
    assert [line.split(" ")[1] for line in path.read_text().splitlines()] == ["first", "second"]
    outbox.senders.clear()
    log.write("third", logging.INFO)
    assert path.read_text().endswith(" third\n")
    outbox.senders.append("a connection")
    log.write("fourth", logging.INFO)
    path.rename(tmp_path / "old.log")
    log.reopen()
    assert (tmp_path / "old.log").read_text().endswith(" fourth\n")
