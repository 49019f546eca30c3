"""The request on every line of the log. On real sockets."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from counterfoil import (
    JsonResource,
    Request,
    RequestContextFilter,
    SiteRequest,
    cancellable,
    defer_to_thread,
    install_log_record_factory,
    run_in_background,
)
from counterfoil._context import current_context
from counterfoil.stub import path
from twisted.internet.defer import Deferred
from twisted.logger import ILogObserver, Logger, STDLibLogObserver, globalLogPublisher

from tests.runtime.test_lifecycle import until
from tests.serving import Serve, Server, in_reactor

LINE = "%(request_id)s|%(name)s|%(message)s"

user_log = logging.getLogger("an_application")
twisted_log = Logger("a_library")


class Lines:
    """What one handler has written."""

    def __init__(self, layout: str = LINE) -> None:
        self._stream = io.StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(logging.Formatter(layout))

    def __call__(self, part: str = "") -> list[str]:
        return [line for line in self._stream.getvalue().splitlines() if part in line]


def of_twisted() -> ILogObserver:
    """Hands Twisted's own lines to `logging`. Its interfaces are not for type checkers."""
    return cast("ILogObserver", STDLibLogObserver(name="of_twisted"))


@contextmanager
def written(lines: Lines) -> Iterator[Lines]:
    """Everything that is logged goes to *lines*, what Twisted logs too."""
    root = logging.getLogger()
    level, observer = root.level, of_twisted()
    root.addHandler(lines.handler)
    root.setLevel(logging.DEBUG)
    globalLogPublisher.addObserver(observer)
    try:
        yield lines
    finally:
        globalLogPublisher.removeObserver(observer)
        root.setLevel(level)
        root.removeHandler(lines.handler)


@pytest.fixture
def filtered() -> Iterator[Lines]:
    lines = Lines()
    lines.handler.addFilter(RequestContextFilter())
    with written(lines):
        yield lines


@pytest.fixture
def made_with_fields() -> Iterator[Lines]:
    before = logging.getLogRecordFactory()
    undo = install_log_record_factory()
    try:
        with written(Lines()) as lines:
            yield lines
    finally:
        undo()
    assert logging.getLogRecordFactory() is before


class Talking:
    """A handler that logs at each of its steps."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.waiting: list[Deferred[None]] = []

    async def talk(self, request: Request, name: str) -> tuple[int, object]:
        assert isinstance(request, SiteRequest)
        self.ids[name] = request.request_id
        user_log.info("%s began", name)
        await self.turn()
        user_log.info("%s waited", name)
        await defer_to_thread(user_log.info, "%s in a thread", name)
        user_log.info("%s back from the thread", name)
        twisted_log.info("{name} by way of Twisted", name=name)
        await run_in_background(self.work, name)
        if name == "bad":
            raise ValueError(name)
        return 200, name

    @cancellable
    async def hasty(self, request: Request) -> tuple[int, object]:
        return await self.talk(request, "hasty")

    async def work(self, name: str) -> None:
        user_log.info("%s in the background", name)

    def turn(self) -> Deferred[None]:
        self.waiting.append(Deferred())
        return self.waiting[-1]

    def release(self) -> None:
        for waiting in self.waiting:
            waiting.callback(None)

    def served(self, serve: Serve) -> Server:
        resource = JsonResource()
        resource.register_paths("GET", [path("/{name}", "name")], self.talk, "Talk")
        resource.register_paths("GET", [path("/hasty")], self.hasty, "Hasty")
        return serve(resource)

    def two_at_once(self, server: Server) -> None:
        """Two requests whose steps take turns; the second fails."""
        with server.connect() as good, server.connect() as bad:
            good.request("GET", "/good")
            until(lambda: len(self.waiting) == 1)
            bad.request("GET", "/bad")
            until(lambda: len(self.waiting) == 2)
            in_reactor(self.release)
            assert good.response().status == 200
            assert bad.response().status == 500


def logged(lines: Lines, *parts: str) -> Callable[[], bool]:
    """Whether there is a line that holds all of *parts*."""
    return lambda: any(all(part in line for part in parts) for line in lines())


def check(lines: Lines, ids: dict[str, str]) -> None:
    """Each line has the id of the request that it speaks of."""
    assert len(set(ids.values())) == 2
    for name, request_id in ids.items():
        until(logged(lines, "counterfoil.access", f"/{name} "))
        spoken = [line.split("|") for line in lines(f"{name} ")]
        assert [line for line in spoken if line[0] != request_id] == []
        said = [line[2] for line in spoken if line[1] == "an_application"]
        steps = ("began", "waited", "in a thread", "back from the thread", "in the background")
        assert said == [f"{name} {step}" for step in steps]
        assert [line[1] for line in spoken if "by way of Twisted" in line[2]] == ["of_twisted"]
    failed = [line for line in lines("Talk failed") if line.startswith(ids["bad"])]
    assert len(failed) == 1


def test_a102_every_line_of_a_request_has_its_id(serve: Serve, filtered: Lines) -> None:
    """A102: from the handler, after an await, in a thread and back, of Twisted, on failure."""
    talking = Talking()
    talking.two_at_once(talking.served(serve))
    check(filtered, talking.ids)


def test_a102_the_factory_does_it_for_every_handler(serve: Serve, made_with_fields: Lines) -> None:
    """A102: with no filter on any of them."""
    talking = Talking()
    talking.two_at_once(talking.served(serve))
    check(made_with_fields, talking.ids)


@pytest.mark.parametrize("name", ["patient", "hasty"])
def test_a102_so_has_every_line_when_the_client_has_left(
    serve: Serve, filtered: Lines, name: str
) -> None:
    """A102: the access line too, which the end of the connection may bring about."""
    talking = Talking()
    with talking.served(serve).connect() as connection:
        connection.request("GET", f"/{name}")
        until(lambda: talking.waiting)
    if name == "patient":
        until(logged(filtered, "began"))
        in_reactor(talking.release)
    until(logged(filtered, "counterfoil.access", f"/{name} "))
    spoken = filtered(f"{name} ")
    assert len(spoken) > 1
    assert [line for line in spoken if talking.ids[name] not in line] == []


def test_a102_outside_of_any_request_there_is_none(filtered: Lines) -> None:
    user_log.info("idle")
    assert filtered("idle") == ["-|an_application|idle"]
    assert in_no_request()


def in_no_request() -> bool:
    return current_context.get() is None


def test_a102_the_context_does_not_stay_in_the_reactor(serve: Serve, filtered: Lines) -> None:
    """A102: what the reactor does after a request is not of that request."""
    talking = Talking()
    talking.two_at_once(talking.served(serve))
    assert in_reactor(in_no_request)


def test_a102_b69_all_fields_are_there_and_forge_nothing(serve: Serve) -> None:
    """A102, B69: a client's texts are printable in the log, and hold no secrets."""
    layout = "|".join(
        f"%(request_{field})s"
        for field in ("client", "site", "method", "uri", "protocol", "user_agent")
    )
    lines = Lines(layout + "|%(message)s")
    lines.handler.addFilter(RequestContextFilter())

    def say(request: Request) -> tuple[int, object]:
        user_log.info("said")
        return 200, None

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], say, "Say")
    server = serve(resource)
    with written(lines):
        user_agent = "a\xf6[2Jb\x9b"
        server.get("/?access_token=s3cret&b=1", headers={"User-Agent": user_agent})
    (line,) = lines("|said")
    client, _, *rest = line.split("|")
    assert client == "127.0.0.1"
    assert rest[:3] == ["GET", "/?access_token=<redacted>&b=1", "HTTP/1.1"]
    assert rest[3] == "a\\xf6[2Jb\\x9b"
    assert rest[4:] == ["said"]


def made_elsewhere(**fields: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": "made", **fields})


@pytest.mark.parametrize("times", [1, 2])
def test_a_record_keeps_what_it_has(times: int) -> None:
    """One that a queue brought from another thread, or whose author gave the field in `extra`."""
    record = made_elsewhere(request_id="GET-1", request_uri="/there")
    for _ in range(times):
        assert RequestContextFilter().filter(record)
    assert logging.Formatter(LINE).format(record) == "GET-1|None|made"
    assert vars(record)["request_uri"] == "/there"


def test_the_factory_stands_around_the_one_before() -> None:
    class Own(logging.LogRecord):
        pass

    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(Own)
    try:
        undo: Callable[[], None] = install_log_record_factory()
        record = user_log.makeRecord("own", logging.INFO, "file", 1, "text %s", ("x",), None)
        undo()
        assert logging.getLogRecordFactory() is Own
    finally:
        logging.setLogRecordFactory(before)
    assert isinstance(record, Own)
    assert vars(record)["request_id"] == "-"
    assert record.getMessage() == "text x"
