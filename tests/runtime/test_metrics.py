"""Metrics, by the real prometheus-client, of requests over real sockets."""

from __future__ import annotations

import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import cast

import counterfoil
import pytest
from counterfoil import (
    CodedError,
    JsonResource,
    Request,
    Site,
    SiteRequest,
    cancellable,
    limits,
)
from counterfoil._server.observing import Observer
from counterfoil._server.summary import RequestSummary
from counterfoil._server.timed_request import TimedRequest
from counterfoil.metrics import Metrics, MetricsResource
from counterfoil.stub import Ok, Reply, answers, path
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor
from twisted.web.resource import IResource, Resource

from tests.runtime.test_lifecycle import until
from tests.serving import Serve, Server, in_reactor

RUNTIME = Path(counterfoil.__file__).parent


class Things:
    """Handlers that end in every way there is."""

    def __init__(self) -> None:
        self.waiters: list[Deferred[None]] = []

    async def get(self, request: Request) -> tuple[int, object]:
        return 200, {"thing": "one"}

    def put(self, request: Request) -> tuple[int, object]:
        end = time.process_time() + 0.03
        while time.process_time() < end:
            pass
        return 201, None

    async def wait(self, request: Request) -> tuple[int, object]:
        waiter: Deferred[None] = Deferred()
        self.waiters.append(waiter)
        await waiter
        return 200, "waited"

    @cancellable
    async def hurry(self, request: Request) -> tuple[int, object]:
        return await self.wait(request)

    @cancellable
    @limits(timeout=0.01)
    async def limited(self, request: Request) -> tuple[int, object]:
        return await self.wait(request)

    async def fail(self, request: Request) -> tuple[int, object]:
        raise ValueError

    async def refuse(self, request: Request) -> tuple[int, object]:
        raise CodedError(418, "I will not")

    async def half(self, request: Request) -> tuple[int, object]:
        request.write(b"half")
        raise ValueError

    def release(self) -> None:
        for waiter in self.waiters:
            if not waiter.called:
                waiter.callback(None)

    def resource(self) -> JsonResource:
        made = JsonResource()
        made.register_paths("GET", [path("/thing")], self.get, "getThing")
        made.register_paths("PUT", [path("/thing")], self.put, "putThing")
        for name in ("wait", "hurry", "limited", "fail", "refuse", "half"):
            made.register_paths("GET", [path(f"/{name}")], getattr(self, name), name)
        return made


class Watched:
    """A server whose requests are counted, and what was counted."""

    def __init__(self, serve: Serve, root: Resource, *others: Observer) -> None:
        self.registry = CollectorRegistry()
        observers: list[Observer] = [*others, Metrics(self.registry)]
        self.server: Server = serve(Site(root, observers=observers))

    def value(self, name: str, **labels: str) -> float:
        """The sum of all samples of *name* that have *labels*."""
        return sum(
            sample.value
            for metric in in_reactor(lambda: list(self.registry.collect()))
            for sample in metric.samples
            if sample.name == f"counterfoil_{name}" and labels.items() <= sample.labels.items()
        )

    def labels(self, label: str) -> set[str]:
        """The values of *label* that there are."""
        return {
            sample.labels[label]
            for metric in in_reactor(lambda: list(self.registry.collect()))
            for sample in metric.samples
            if label in sample.labels
        }

    def series(self) -> int:
        """How many series there are."""
        return sum(
            len(metric.samples) for metric in in_reactor(lambda: list(self.registry.collect()))
        )

    def all_ended(self, number: int) -> bool:
        sent = self.value("responses_sent_total")
        return sent + self.value("responses_incomplete_total") == number


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
def watched(serve: Serve, things: Things) -> Iterator[Watched]:
    yield Watched(serve, things.resource())
    in_reactor(things.release)


def test_a106_a117_the_processors_time_is_counted(watched: Watched) -> None:
    """A106, A117: that of a handler which never waits, too."""
    watched.server.request("PUT", "/thing")
    until(lambda: watched.all_ended(1))
    cpu = watched.value("request_cpu_seconds_total", operation="putThing")
    assert 0.02 < cpu < 10


def test_a117_each_operation_method_and_status_is_counted(watched: Watched) -> None:
    """A117: received, sent, time, bytes."""
    body = watched.server.get("/thing").body
    watched.server.get("/thing")
    watched.server.request("PUT", "/thing")
    watched.server.get("/refuse")
    until(lambda: watched.all_ended(4))
    get = {"servlet": "getThing", "operation": "getThing", "method": "GET"}
    assert watched.value("requests_received_total", **get) == 2
    assert watched.value("responses_sent_total", **get, status="200") == 2
    assert watched.value("request_duration_seconds_count", **get, status="200") == 2
    assert watched.value("response_bytes_total", **get) == 2 * len(body)
    assert watched.value("responses_sent_total", operation="putThing", status="201") == 1
    assert watched.value("responses_sent_total", operation="refuse", status="418") == 1
    assert watched.value("request_duration_seconds_sum", operation="putThing") > 0
    assert watched.value("responses_incomplete_total") == 0


def leave(watched: Watched, things: Things, target: str) -> None:
    """Have a client ask and leave while its handler waits."""
    with watched.server.connect() as connection:
        connection.request("GET", target)
        until(lambda: things.waiters)
        assert watched.value("requests_in_flight", operation=target[1:]) == 1
        assert watched.value("requests_received_total", operation=target[1:]) == 1
        assert watched.value("responses_sent_total") == 0


def answer(watched: Watched, things: Things, target: str) -> None:
    assert watched.server.get(target).status in {200, 418, 500, 503}


def cut(watched: Watched, things: Things, target: str) -> None:
    with watched.server.connect() as connection:
        connection.request("GET", target)
        with suppress(ConnectionResetError):  # a cut may be seen before what was sent
            connection.rest()


def leave_and_wait(watched: Watched, things: Things, target: str) -> None:
    leave(watched, things, target)
    in_reactor(things.release)


@pytest.mark.parametrize(
    ("end", "target", "status", "sent"),
    [
        (answer, "/thing", "200", 1),
        (answer, "/fail", "500", 1),
        (answer, "/refuse", "418", 1),
        (answer, "/limited", "503", 1),
        (cut, "/half", "200", 0),
        (leave, "/hurry", "499", 0),
        (leave_and_wait, "/wait", "200", 0),
    ],
)
def test_a117_nothing_is_in_flight_after_any_end(
    watched: Watched,
    things: Things,
    end: Callable[[Watched, Things, str], None],
    target: str,
    status: str,
    sent: int,
) -> None:
    """A117, B84: answered, failed, refused, too late, cut off, cancelled, not cancelled."""
    end(watched, things, target)
    until(lambda: watched.all_ended(1))
    assert watched.value("requests_in_flight") == 0
    assert watched.value("responses_sent_total", status=status) == sent
    assert watched.value("responses_incomplete_total", status=status) == 1 - sent
    assert watched.value("requests_received_total") == 1


def test_a118_the_operations_are_all_the_labels_that_there_are(watched: Watched) -> None:
    """A118: unknown paths, and methods that nobody knows, are one series each way."""
    server = watched.server

    def ask(number: int) -> None:
        for method in ("GET", "POST", f"M{number}"):
            assert server.request(method, f"/unknown/{number}").status in {404, 501}
        assert server.request(f"M{number}", "/thing").status in {405, 501}

    for target in ("/thing", "/fail", "/refuse", "/limited"):
        server.get(target)
    server.request("PUT", "/thing")
    ask(0)
    until(lambda: watched.all_ended(9))
    before = watched.series()
    for number in range(1, 20):
        ask(number)
    until(lambda: watched.all_ended(9 + 19 * 4))
    assert watched.series() == before
    registered = {"getThing", "putThing", "fail", "refuse", "limited"}
    assert watched.labels("operation") == registered | {""}
    assert watched.labels("servlet") == registered | {"JsonResource"}
    assert watched.labels("method") == {"GET", "PUT", "POST", "other"}
    assert watched.value("responses_sent_total", operation="", status="404") >= 40


def test_a31_the_name_is_the_resources_then_the_servlets(serve: Serve, things: Things) -> None:
    """A31: the class of the resource, until a route has matched."""

    class ThingResource(JsonResource):
        pass

    seen: list[tuple[str, str | None]] = []

    def see(request: Request) -> tuple[int, object]:
        assert isinstance(request, SiteRequest)
        seen.append((request.servlet_name, request.operation))
        return 200, None

    root = ThingResource()
    root.register_paths("GET", [path("/thing")], see, "ThingServlet")
    watched = Watched(serve, root)
    watched.server.get("/thing")
    watched.server.get("/nothing")
    until(lambda: watched.all_ended(2))
    assert seen == [("ThingServlet", "ThingServlet")]
    assert watched.value("responses_sent_total", servlet="ThingServlet", status="200") == 1
    assert watched.value("responses_sent_total", servlet="ThingResource", status="404") == 1


def test_a111_a_client_that_leaves_before_its_head_ends_is_not_counted(watched: Watched) -> None:
    """A111."""
    with watched.server.connect() as connection:
        connection.send(b"GET /thing HTTP/1.1\r\nHost: local")
    watched.server.get("/thing")
    until(lambda: watched.all_ended(1))
    assert watched.value("requests_received_total") == 1
    assert watched.labels("operation") == {"getThing"}


class Broken:
    """An observer that raises, whatever it is told."""

    def request_started(self, request: TimedRequest) -> None:
        raise ZeroDivisionError("started")

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        raise ZeroDivisionError("ended")


def test_b93_an_observer_that_fails_harms_neither_requests_nor_others(
    serve: Serve, things: Things, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(serve, things.resource(), Broken())
    for _ in range(3):
        assert watched.server.get("/thing").json() == {"thing": "one"}
    until(lambda: watched.all_ended(3))
    assert watched.value("requests_in_flight") == 0
    assert caplog.text.count("ZeroDivisionError: started") == 1


def test_b94_a_clock_that_is_set_back_does_not_show(
    watched: Watched, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B94: durations are of the monotonic clock."""
    with watched.server.connect() as connection:
        connection.request("GET", "/wait")
        until(lambda: things.waiters)
        monkeypatch.setattr(time, "time", lambda: 0.0)
        in_reactor(things.release)
        assert connection.response().status == 200
    until(lambda: watched.all_ended(1))
    assert 0 <= watched.value("request_duration_seconds_sum") < 60


class FailingCollector(Collector):
    """A metric of the application's own that cannot be read."""

    def collect(self) -> Iterator[Metric]:
        raise LookupError("lost")


def exposed(serve: Serve, registry: CollectorRegistry) -> Server:
    root = Resource()
    root.putChild(b"metrics", cast("IResource", MetricsResource(registry)))
    return serve(Site(root, observers=[Metrics(registry)]))


def read(text: str) -> Mapping[str, float]:
    """The samples of an exposition, by name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_are_served(serve: Serve) -> None:
    server = exposed(serve, CollectorRegistry())
    assert server.get("/metrics").status == 200
    response = server.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = read(response.body.decode())
    sent = "counterfoil_responses_sent_total['', '200', '-', 'GET']"
    assert [value for name, value in samples.items() if name.startswith(sent[:40])] == [1.0]
    head = server.request("HEAD", "/metrics")
    assert (head.status, head.body) == (200, b"")
    refused = server.request("POST", "/metrics")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


def test_calls_beside_the_handlers_are_metrics_too(serve: Serve) -> None:
    """The reading itself is a call in a thread."""
    samples = read(exposed(serve, CollectorRegistry()).get("/metrics").body.decode())
    assert samples["counterfoil_unfinished_calls['in_threads']"] == 1
    assert samples["counterfoil_unfinished_calls['in_background']"] == 0


def test_a73_metrics_are_served_without_threads_too(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A73: inline."""
    server = exposed(serve, CollectorRegistry())
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", SelectReactor())
    response = server.get("/metrics")
    assert response.status == 200
    assert read(response.body.decode())["counterfoil_unfinished_calls['in_threads']"] == 0


def test_b93_metrics_that_cannot_be_read_are_a_500(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    registry = CollectorRegistry(auto_describe=False)
    server = exposed(serve, registry)
    registry.register(FailingCollector())
    assert server.get("/metrics").status == 500
    assert "LookupError: lost" in caplog.text


def test_two_of_one_registry_are_refused() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    with pytest.raises(ValueError, match="counterfoil_"):
        Metrics(registry)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ImportError, match=r"pip install 'counterfoil\[metrics\]'"):
        runpy.run_path(str(RUNTIME / "metrics.py"))


def test_nothing_is_paid_by_those_who_use_neither() -> None:
    """Neither the package nor its door loads what the extras bring."""
    program = (
        "import sys, counterfoil, counterfoil.stub\n"
        "print([name for name in sys.modules\n"
        "       if name.split('.')[0] in ('prometheus_client', 'opentelemetry')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(RUNTIME.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"


STARTED: ContextVar[str] = ContextVar("STARTED", default="nothing")


class Marking:
    """Leaves a mark in the context of each handler."""

    def request_started(self, request: TimedRequest) -> None:
        STARTED.set("a request")

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        pass


def test_what_an_observer_sets_as_a_handler_starts_is_set_for_the_handler_alone(
    serve: Serve,
) -> None:
    seen: list[str] = []
    ends: list[Deferred[None]] = []

    class Servlet:
        @answers(Ok)
        async def at_once(self, request: Request) -> Reply[object]:
            seen.append(STARTED.get())
            return Ok({})

        @answers(Ok)
        async def later(self, request: Request) -> Reply[object]:
            ends.append(Deferred())
            await ends[-1]
            seen.append(STARTED.get())
            return Ok({})

    root, servlet = JsonResource(), Servlet()
    root.register_paths("GET", [path("/at-once")], servlet.at_once, "at_once")
    root.register_paths("GET", [path("/later")], servlet.later, "later")
    server = serve(Site(root, observers=[Marking()]))
    assert server.get("/at-once").status == 200
    assert in_reactor(STARTED.get) == "nothing"
    with server.connect() as connection:
        connection.request("GET", "/later")
        until(lambda: ends)
        assert in_reactor(STARTED.get) == "nothing"
        in_reactor(lambda: ends[0].callback(None))
        assert connection.response().status == 200
    assert seen == ["a request", "a request"]
