"""A server for faults to be done to: a process of its own, with a handler for each kind of work.

`python -m tests.faults.application` writes its port on its first line. `GET /state` tells what it
holds, and `POST /release` ends all handlers that wait.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import AsyncIterator
from operator import attrgetter
from pathlib import Path
from typing import Final, cast

from counterfoil import (
    BodyStream,
    CodedError,
    Deadlines,
    DirectServeHtmlResource,
    Event,
    JsonResource,
    Ok,
    Reply,
    Request,
    Site,
    SiteRequest,
    drain_on_shutdown,
    respond_with_json_bytes,
    unfinished_calls,
)
from counterfoil.metrics import Metrics
from counterfoil.stub import answers, at_head, cancellable, path
from prometheus_client import CollectorRegistry
from twisted.internet import reactor as twisted_reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner
from twisted.web.resource import IResource, Resource

from tests.faults.state import State

PAGE_SIZE: Final = os.sysconf("SC_PAGE_SIZE")
PIECE: Final = b"x" * 8192
MEDIUM: Final = "x" * 10_000
LARGE: Final = {"items": [{"number": number, "text": "ü" * 50} for number in range(8000)]}
LARGE_TEXT: Final = b'{"text":"' + b"x" * 4_000_000 + b'"}'

ROUTES: Final = {
    "GET": (
        "quick",
        "medium",
        "patient",
        "hasty",
        "slow",
        "large",
        "text",
        "refused",
        "broken",
        "unlucky",
    ),
    "POST": ("body", "upload", "hasty_upload", "release"),
}
STREAMS: Final = ("endless", "hasty_endless", "events", "endless_events")

# Twisted gives the module's attribute no type.
reactor = cast("PosixReactorBase", twisted_reactor)
timers = cast("IReactorTime", reactor)


class Lines(logging.Handler):
    """Counts the lines of the access log by their status, and notes what went wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.access: Counter[str] = Counter()
        self.errors = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.errors += 1
        if record.name == "counterfoil.access":
            line = record.getMessage()
            if "{state}" not in line and "{release}" not in line:
                left = "left before" in line
                self.access["left" if left else line.partition("B ")[2].partition(" ")[0]] += 1


class Handlers:
    """What is done for requests, and how many are at it."""

    def __init__(self) -> None:
        self.waiting: set[Deferred[None]] = set()
        self.called = self.cancelled = 0

    async def wait(self) -> None:
        waiter: Deferred[None] = Deferred()
        self.called += 1
        self.waiting.add(waiter)
        try:
            await waiter
        except BaseException:
            self.cancelled += 1
            raise
        finally:
            self.waiting.discard(waiter)

    def release(self, request: Request) -> tuple[int, object]:
        waiting = list(self.waiting)
        for waiter in waiting:
            waiter.callback(None)
        return 200, len(waiting)

    def quick(self, request: Request) -> tuple[int, object]:
        self.called += 1
        return 200, {"quick": True}

    def medium(self, request: Request) -> tuple[int, object]:
        self.called += 1
        return 200, MEDIUM

    async def patient(self, request: Request) -> tuple[int, object]:
        await self.wait()
        return 200, {}

    @cancellable
    async def hasty(self, request: Request) -> tuple[int, object]:
        return await self.patient(request)

    async def slow(self, request: Request) -> tuple[int, object]:
        await deferLater(timers, 0.3, lambda: None)
        return 200, {"slow": True}

    async def large(self, request: Request) -> tuple[int, object]:
        self.called += 1
        return 200, LARGE

    def text(self, request: Request) -> None:
        self.called += 1
        respond_with_json_bytes(request, 200, LARGE_TEXT)

    async def take(self, request: Request) -> tuple[int, object]:
        self.called += 1
        assert isinstance(request, SiteRequest)
        stream = request.body_stream or BodyStream.of(b"")
        return 200, len(await stream.read())

    @at_head
    async def upload(self, request: Request) -> tuple[int, object]:
        return await self.take(request)

    @at_head
    @cancellable
    async def hasty_upload(self, request: Request) -> tuple[int, object]:
        return await self.take(request)

    def body(self, request: Request) -> tuple[int, object]:
        self.called += 1
        return 200, {}

    def refused(self, request: Request) -> tuple[int, object]:
        raise CodedError(403, "Not for you")

    async def broken(self, request: Request) -> tuple[int, object]:
        await deferLater(timers, 0, lambda: None)
        raise RuntimeError("broken on purpose")

    def unlucky(self, request: Request) -> tuple[int, object]:
        def fail(_: object) -> None:
            raise RuntimeError("a callback of notifyFinish failed on purpose")

        request.notifyFinish().addBoth(fail)
        vars(request)["unlucky"] = Unlucky()
        return 200, {}


class Unlucky:
    """Something that cannot be freed in peace."""

    def __del__(self) -> None:
        raise RuntimeError("__del__ failed on purpose")


class Streams:
    """A servlet as the generator writes it, as far as its answers go."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    @answers(Ok, media_type="application/octet-stream")
    async def endless(self, request: Request, **_: str) -> Reply[object]:
        self._handlers.called += 1
        return Ok(self._pieces())

    @cancellable
    @answers(Ok, media_type="application/octet-stream")
    async def hasty_endless(self, request: Request, **_: str) -> Reply[object]:
        self._handlers.called += 1
        return Ok(self._pieces())

    @answers(Ok, media_type="text/event-stream")
    async def events(self, request: Request, **_: str) -> Reply[object]:
        return Ok(self._events())

    @answers(Ok, media_type="text/event-stream")
    async def endless_events(self, request: Request, **_: str) -> Reply[object]:
        self._handlers.called += 1
        return Ok(self._many_events())

    async def _events(self) -> AsyncIterator[Event[str]]:
        yield Event("x" * 100)
        await self._handlers.wait()

    async def _many_events(self) -> AsyncIterator[Event[str]]:
        while True:
            yield Event(MEDIUM)

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            yield PIECE


class Page(DirectServeHtmlResource):
    """A page."""

    async def _async_render_GET(self, request: Request) -> tuple[int, bytes]:
        await deferLater(timers, 0, lambda: None)
        return 200, b"<p>Hello</p>"


def descriptors() -> int:
    """How many are open: to count them takes one, and there may be no more."""
    try:
        return sum(1 for _ in Path("/dev/fd").iterdir())
    except OSError:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Application:
    """The server, and what it knows of itself."""

    def __init__(self, given: Namespace) -> None:
        self.memory = os.open("/proc/self/statm", os.O_RDONLY)  # later there may be no room for it
        self.handlers = Handlers()
        self.lines = Lines()
        self.registry = CollectorRegistry()
        deadlines = Deadlines(head=given.head, body=given.head)
        self.site = Site(self.root(), deadlines=deadlines, observers=[Metrics(self.registry)])
        self.port = reactor.listenTCP(0, self.site, backlog=512, interface="127.0.0.1")
        drain_on_shutdown(reactor, self.site, [self.port], grace=given.grace)

    def root(self) -> Resource:
        handlers, streams = self.handlers, Streams(self.handlers)
        made = JsonResource()
        for method, names in ROUTES.items():
            for name in names:
                made.register_paths(method, [path(f"/{name}")], getattr(handlers, name), name)
        for name in STREAMS:
            made.register_paths("GET", [path(f"/{name}")], getattr(streams, name), name)
        made.register_paths("GET", [path("/state")], self.state, "state")
        made.register_paths("POST", [path("/collect/{how}")], self.collect, "state")
        root = Resource()
        put_child(root, "page", Page())
        for name in (*ROUTES["GET"], *ROUTES["POST"], *STREAMS, "state", "collect"):
            put_child(root, name, made)
        return root

    def state(self, request: Request) -> tuple[int, object]:
        state = State(
            descriptors=descriptors(),
            resident=int(os.pread(self.memory, 100, 0).split()[1]) * PAGE_SIZE,
            in_flight=self._in_flight(),
            running=len(self.site.running) - 1,
            connections=len(self.site.channels) - 1,
            phases=self._phases(),
            timers=len(reactor.getDelayedCalls()),
            unfinished=sum(unfinished_calls()),
            waiting=len(self.handlers.waiting),
            called=self.handlers.called,
            cancelled=self.handlers.cancelled,
            lines=dict(self.lines.access),
            errors=self.lines.errors,
        )
        return 200, state.to_json()

    def _phases(self) -> dict[str, int]:
        """How many connections are how far."""
        return dict(Counter(map(attrgetter("_phase.name"), self.site.channels)))

    def _in_flight(self) -> float:
        return sum(
            sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if family.name == "counterfoil_requests_in_flight"
            and sample.labels["operation"] != "state"
        )

    def collect(self, request: Request, how: str) -> tuple[int, object]:
        """Collect garbage; then let it lie, or count what is there by its type."""
        found = gc.collect()
        if how == "never":
            gc.disable()
        elif how == "by-type":
            return 200, Counter(type(each).__qualname__ for each in gc.get_objects())
        else:
            gc.enable()
        return 200, {"unreachable": found}


def put_child(root: Resource, name: str, child: Resource) -> None:
    root.putChild(name.encode("ascii"), cast("IResource", child))


def main() -> None:
    parser = ArgumentParser("python -m tests.faults.application")
    parser.add_argument("--grace", type=float, default=30.0)
    parser.add_argument("--head", type=float, default=300.0)
    parser.add_argument("--descriptors", type=int, default=None)
    given = parser.parse_args()
    if given.descriptors is not None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (given.descriptors, hard))
    # Who started the tests may have had them ignored, as `nohup` does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s", level=logging.WARNING)
    logging.getLogger("counterfoil.access").setLevel(logging.INFO)
    application = Application(given)
    logging.getLogger().addHandler(application.lines)
    logging.getLogger("counterfoil.access").addHandler(application.lines)
    logging.getLogger("counterfoil.access").propagate = False
    globalLogBeginner.beginLoggingTo([ILogObserver(STDLibLogObserver())], redirectStandardIO=False)
    reactor.callWhenRunning(announce, application.port.getHost().port)
    reactor.run()


def announce(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
