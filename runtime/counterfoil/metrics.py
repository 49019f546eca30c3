"""Metrics of a server, in a registry of prometheus-client. It needs `counterfoil[metrics]`.

    metrics = Metrics()
    site = Site(root, observers=[metrics])
    root.putChild(b"metrics", MetricsResource())

Each name begins with `counterfoil_`:

    requests_received_total         requests whose answering began
    responses_sent_total            answers that were sent in full; has `status`
    responses_incomplete_total      answers that were not, for the client left; has `status`
    request_duration_seconds        from the handler's call to its end; has `status`
    request_cpu_seconds_total       the processor's time of the handler; has `mode`: user, system
    response_bytes_total            bytes of answers that were written
    requests_in_flight              requests that are being answered
    unfinished_calls                has `kind` alone: in_threads (reading the metrics is one such
                                    call itself), in_background

The labels of all others are `servlet`, `operation` and `method`. Their values are those of what was
registered: a client can bring about no others. A request that no route matched has the class of the
resource that refused it as its servlet, no operation, and a method that HTTP knows or `other`.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias

from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from counterfoil._describe import describe
from counterfoil._output.headers import set_headers
from counterfoil._output.writers import write_response
from counterfoil._threads import ThreadsUnavailableError, defer_to_thread, unfinished_calls
from counterfoil._types import Request

try:
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )
    from prometheus_client.registry import Collector
except ImportError as error:
    raise ImportError(
        "counterfoil.metrics needs prometheus-client: pip install 'counterfoil[metrics]'"
    ) from error

if TYPE_CHECKING:
    from counterfoil._server.summary import RequestSummary
    from counterfoil._server.timed_request import TimedRequest

__all__ = ["Metrics", "MetricsResource"]

logger = logging.getLogger("counterfoil.metrics")

_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
"""What HTTP defines (RFC 9110, section 9; RFC 5789; and QUERY). A client may send any token."""

_LABELS: Final = ("servlet", "operation", "method")

_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

DEFAULT_BUCKETS: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    60,
)
"""The upper bounds of the buckets that durations are counted in, in seconds."""

_Key: TypeAlias = tuple[str, str, str]
"""The values of `_LABELS`."""


@dataclass(slots=True)
class _Route:
    """What was counted for one operation and method."""

    received: int = 0
    in_flight: int = 0
    bytes_sent: int = 0
    user_cpu: float = 0.0
    system_cpu: float = 0.0


@dataclass(slots=True)
class _Outcome:
    """What was counted for one operation, method and status."""

    buckets: list[int]
    """How many durations fell into each bucket; the last has no bound."""

    seconds: float = 0.0
    sent: int = 0
    incomplete: int = 0


class Metrics(Collector):
    """Counts requests: an observer, for `Site(observers=[metrics])`. Several sites may share it.

    It counts in numbers of its own, in the reactor's thread, and hands them to prometheus-client
    when they are read: a counter of that library takes a lock each time.
    """

    def __init__(
        self,
        registry: CollectorRegistry = REGISTRY,
        *,
        buckets: Sequence[float] = DEFAULT_BUCKETS,
    ) -> None:
        """Register what this module's text lists. *buckets* are bounds of durations, in seconds.

        Raises `ValueError` if *registry* holds metrics of these names already.
        """
        self._bounds = sorted(buckets)
        self._routes: dict[_Key, _Route] = {}
        self._outcomes: dict[tuple[_Key, int], _Outcome] = {}
        self._flying: dict[TimedRequest, _Route] = {}
        registry.register(self)

    def request_started(self, request: TimedRequest) -> None:
        """A handler starts."""
        method = request.method.decode("latin-1")
        route = self._route(_key(request.servlet_name, request.operation, method))
        route.received += 1
        route.in_flight += 1
        self._flying[request] = route

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        """A request is over."""
        flying = self._flying.pop(request, None)
        key = _key(summary.servlet, summary.operation, summary.method)
        route = self._route(key)
        if flying is not None:
            flying.in_flight -= 1
        else:  # it was refused before any handler
            route.received += 1
        route.bytes_sent += summary.bytes_sent
        route.user_cpu += summary.user_cpu
        route.system_cpu += summary.system_cpu
        outcome = self._outcome(key, summary.status)
        outcome.buckets[bisect_left(self._bounds, summary.processing_seconds)] += 1
        outcome.seconds += summary.processing_seconds
        if summary.complete:
            outcome.sent += 1
        else:
            outcome.incomplete += 1

    def _route(self, key: _Key) -> _Route:
        found = self._routes.get(key)
        if found is None:
            found = self._routes[key] = _Route()
        return found

    def _outcome(self, key: _Key, status: int) -> _Outcome:
        found = self._outcomes.get((key, status))
        if found is None:
            found = self._outcomes[key, status] = _Outcome([0] * (len(self._bounds) + 1))
        return found

    def describe(self) -> Iterable[Metric]:
        """The metrics without their values, for a registry to know their names."""
        return _Families()

    @override
    def collect(self) -> Iterable[Metric]:
        """The metrics, for a registry. It may be called in any thread."""
        families = _Families()
        # Copies are made in one step: the reactor may be adding to these meanwhile.
        for key, route in list(self._routes.items()):
            families.add_route(key, route)
        for (key, status), outcome in list(self._outcomes.items()):
            families.add_outcome((*key, str(status)), outcome, self._bounds)
        return families


def _key(servlet: str, operation: str | None, method: str) -> _Key:
    return servlet, operation or "", method if method in _METHODS else "other"


class _Families:
    """The metrics as prometheus-client exposes them."""

    def __init__(self) -> None:
        status = (*_LABELS, "status")
        self._received = _counter("requests_received", "Requests whose answering began", _LABELS)
        self._in_flight = _gauge("requests_in_flight", "Requests that are being answered", _LABELS)
        self._bytes = _counter("response_bytes", "Bytes of answers that were written", _LABELS)
        cpu = (*_LABELS, "mode")
        self._cpu = _counter("request_cpu_seconds", "Time of the processor in handlers", cpu)
        self._sent = _counter("responses_sent", "Answers that were sent in full", status)
        self._incomplete = _counter("responses_incomplete", "Answers that were not", status)
        self._duration = HistogramMetricFamily(
            "counterfoil_request_duration_seconds",
            "From the handler's call to its end",
            labels=status,
        )
        self._calls = _gauge("unfinished_calls", "Calls beside the handlers", ("kind",))
        calls = unfinished_calls()
        self._calls.add_metric(["in_threads"], calls.in_threads)
        self._calls.add_metric(["in_background"], calls.in_background)

    def __iter__(self) -> Iterator[Metric]:
        yield from (self._received, self._in_flight, self._bytes, self._cpu)
        yield from (self._sent, self._incomplete, self._duration, self._calls)

    def add_route(self, labels: _Key, route: _Route) -> None:
        self._received.add_metric(labels, route.received)
        self._in_flight.add_metric(labels, route.in_flight)
        self._bytes.add_metric(labels, route.bytes_sent)
        self._cpu.add_metric((*labels, "user"), route.user_cpu)
        self._cpu.add_metric((*labels, "system"), route.system_cpu)

    def add_outcome(self, labels: Sequence[str], outcome: _Outcome, bounds: list[float]) -> None:
        self._sent.add_metric(labels, outcome.sent)
        self._incomplete.add_metric(labels, outcome.incomplete)
        names = [*(str(float(bound)) for bound in bounds), "+Inf"]
        buckets = list(zip(names, accumulate(outcome.buckets), strict=True))
        self._duration.add_metric(labels, buckets, outcome.seconds)


def _counter(name: str, text: str, labels: Sequence[str]) -> CounterMetricFamily:
    return CounterMetricFamily(f"counterfoil_{name}", text, labels=labels)


def _gauge(name: str, text: str, labels: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"counterfoil_{name}", text, labels=labels)


class MetricsResource(Resource):
    """Answers GET with what a registry holds, in the text format of Prometheus, version 0.0.4.

    The text is made in a thread, so that a large registry holds up no requests. Mount it where only
    those can reach it who may know what the server does.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        Resource.__init__(self)
        self.isLeaf = True
        self._registry = registry

    @override
    def render(self, request: Request) -> int:
        """Answer *request*, once the text is made; other methods with a 405."""
        if request.method in {b"GET", b"HEAD"}:
            Deferred.fromCoroutine(self._answer(request))
        else:
            set_headers(request, {"Allow": "GET, HEAD"})
            write_response(request, 405, b"", None)
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        try:
            text = await self._text()
        except Exception:  # of a collector of the application's own
            logger.exception("%s: the metrics could not be read", describe(request))
            write_response(request, 500, b"", None)
        else:
            write_response(request, 200, text, _CONTENT_TYPE)

    async def _text(self) -> bytes:
        try:
            return await defer_to_thread(generate_latest, self._registry)
        except ThreadsUnavailableError:
            return generate_latest(self._registry)
