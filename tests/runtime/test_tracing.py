"""Spans, by the real OpenTelemetry SDK and by the interface alone. On real sockets."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping
from pathlib import Path

import counterfoil
import pytest
from counterfoil import (
    CodedError,
    JsonResource,
    Request,
    Site,
    SiteRequest,
    cancellable,
    defer_to_thread,
)
from counterfoil.stub import path
from counterfoil.tracing import Tracing
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, Span, SpanKind, StatusCode
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.resource import Resource
from typing_extensions import override

from tests.runtime.test_lifecycle import until
from tests.serving import Serve, Server, in_reactor

RUNTIME = Path(counterfoil.__file__).parent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class Things:
    """Handlers, and the spans that they saw as the current one."""

    def __init__(self) -> None:
        self.seen: list[Span] = []
        self.waiting: list[Deferred[None]] = []

    def see(self) -> None:
        self.seen.append(trace.get_current_span())

    async def get(self, request: Request) -> tuple[int, object]:
        self.see()
        turn: Deferred[None] = Deferred()
        self.waiting.append(turn)
        await turn
        self.see()
        await defer_to_thread(self.see)
        return 200, None

    @cancellable
    async def wait(self, request: Request) -> tuple[int, object]:
        return await self.get(request)

    def at_once(self, request: Request) -> tuple[int, object]:
        self.see()
        return 200, None

    def fail(self, request: Request) -> tuple[int, object]:
        raise ValueError("a secret")

    def refuse(self, request: Request) -> tuple[int, object]:
        raise CodedError(418, "I will not")

    def resource(self) -> JsonResource:
        made = JsonResource()
        made.register_paths("GET", [path("/thing/{name}", "name")], self.named, "getThing")
        for name in ("wait", "at_once", "fail", "refuse"):
            made.register_paths("GET", [path(f"/{name}")], getattr(self, name), name)
        return made

    async def named(self, request: Request, name: str) -> tuple[int, object]:
        return await self.get(request)

    def release(self) -> None:
        for waiting in self.waiting:
            waiting.callback(None)
        self.waiting.clear()


class Traced:
    """A server whose requests are traced, and the spans that came of it."""

    def __init__(self, serve: Serve, things: Things, *, extract_context: bool = False) -> None:
        provider = TracerProvider()
        self._exporter = InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        tracing = Tracing(provider, extract_context=extract_context)
        self.server: Server = serve(Site(things.resource(), observers=[tracing]))

    def spans(self, number: int) -> tuple[ReadableSpan, ...]:
        """All spans that have ended, once there are *number*."""
        until(lambda: len(self._exporter.get_finished_spans()) >= number)
        ended = self._exporter.get_finished_spans()
        assert len(ended) == number
        return ended

    def span(self) -> ReadableSpan:
        (span,) = self.spans(1)
        return span


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
def traced(serve: Serve, things: Things) -> Traced:
    return Traced(serve, things)


def attributes(span: ReadableSpan) -> Mapping[str, object]:
    return dict(span.attributes or {})


def ids(span: ReadableSpan) -> tuple[str, str | None]:
    """The trace that *span* is of, and its parent there."""
    assert span.context is not None
    parent = None if span.parent is None else f"{span.parent.span_id:016x}"
    return f"{span.context.trace_id:032x}", parent


def test_a_span_is_named_by_its_operation_and_says_what_was_asked(traced: Traced) -> None:
    """Its attributes are those of the semantic conventions, without secrets."""
    target = "/at_once?access_token=s3cret&b=1"
    traced.server.get(target, headers={"User-Agent": "curl\x9b"})
    span = traced.span()
    assert span.name == "GET at_once"
    assert span.kind is SpanKind.SERVER
    assert span.status.status_code is StatusCode.UNSET
    found = dict(attributes(span))
    assert str(found.pop("counterfoil.request_id")).startswith("GET-")
    assert found == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.path": "/at_once",
        "url.query": "access_token=<redacted>&b=1",
        "url.scheme": "http",
        "client.address": "127.0.0.1",
        "user_agent.original": "curl\\x9b",
        "counterfoil.servlet": "at_once",
    }


def test_the_span_is_current_in_the_handler_through_awaits_and_threads(
    traced: Traced, things: Things
) -> None:
    """A102: of two requests at once, each has its own."""
    with traced.server.connect() as one, traced.server.connect() as two:
        one.request("GET", "/thing/1")
        until(lambda: len(things.seen) == 1)
        two.request("GET", "/thing/2")
        until(lambda: len(things.seen) == 2)
        assert trace.get_current_span() is trace.INVALID_SPAN
        assert in_reactor(trace.get_current_span) is trace.INVALID_SPAN
        in_reactor(things.release)
        assert one.response().status == two.response().status == 200
    spans = traced.spans(2)
    assert {span.name for span in spans} == {"GET getThing"}
    seen = [span.get_span_context().span_id for span in things.seen]
    assert len(seen) == 6
    assert set(seen[:2]) == {span.context.span_id for span in spans if span.context is not None}
    assert seen.count(seen[0]) == seen.count(seen[1]) == 3
    assert in_reactor(trace.get_current_span) is trace.INVALID_SPAN


def test_statuses_of_500_and_more_are_errors(traced: Traced) -> None:
    traced.server.get("/refuse")
    traced.server.get("/fail")
    refused, failed = traced.spans(2)
    assert refused.status.status_code is StatusCode.UNSET
    assert attributes(refused)["http.response.status_code"] == 418
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert attributes(failed)["http.response.status_code"] == 500
    assert attributes(failed)["error.type"] == "500"
    assert "a secret" not in failed.to_json()


def test_a118_names_are_of_operations_and_known_methods_only(traced: Traced) -> None:
    """A118: what a client makes up is in attributes, never in a name."""
    traced.server.get("/nowhere/7")
    traced.server.request("BREW", "/nowhere/8")
    unknown_path, unknown_method = traced.spans(2)
    assert unknown_path.name == "GET"
    assert attributes(unknown_path)["http.response.status_code"] == 404
    assert unknown_method.name == "HTTP"
    assert attributes(unknown_method)["http.request.method"] == "_OTHER"
    assert attributes(unknown_method)["http.request.method_original"] == "BREW"
    for span in (unknown_path, unknown_method):
        assert span.start_time is not None
        assert span.end_time is not None
        assert span.start_time <= span.end_time


def test_the_span_ends_when_the_client_leaves(traced: Traced, things: Things) -> None:
    with traced.server.connect() as connection:
        connection.request("GET", "/wait")
        until(lambda: things.seen)
    span = traced.span()
    assert attributes(span)["http.response.status_code"] == 499
    assert in_reactor(trace.get_current_span) is trace.INVALID_SPAN


@pytest.mark.parametrize("extract_context", [True, False])
def test_a30_the_callers_trace_is_joined_only_if_that_was_asked_for(
    serve: Serve, things: Things, extract_context: bool
) -> None:
    """A30."""
    traced = Traced(serve, things, extract_context=extract_context)
    traced.server.get("/at_once", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    found = ids(traced.span())
    if extract_context:
        assert found == (TRACE, PARENT)
    else:
        assert found[0] != TRACE
        assert found[1] is None


@pytest.mark.parametrize("header", [None, "00-zz-zz-01", "\x7f"])
def test_a30_a_caller_that_names_no_trace_begins_one(
    serve: Serve, things: Things, header: str | None
) -> None:
    """A30: so does one whose header is none."""
    traced = Traced(serve, things, extract_context=True)
    traced.server.get("/at_once", headers={} if header is None else {"traceparent": header})
    assert ids(traced.span())[1] is None


def test_a30_propagators_may_look_through_all_headers(
    serve: Serve, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A30: some take a prefix of names."""
    traced = Traced(serve, things, extract_context=True)
    names: list[str] = []

    def extract(
        carrier: Headers, context: Context | None, getter: Getter[Headers]
    ) -> Context | None:
        names.extend(getter.keys(carrier))
        return context

    monkeypatch.setattr("opentelemetry.propagate.extract", extract)
    traced.server.get("/at_once", headers={"X-B3-TraceId": "1"})
    traced.span()
    assert "x-b3-traceid" in names


def test_a_handler_outside_of_a_context_of_its_own_leaves_none_behind(
    serve: Serve, running_reactor: None
) -> None:
    """A resource that calls `processing()` itself, in the context that the reactor runs in."""

    class Own(Resource):
        def __init__(self) -> None:
            Resource.__init__(self)
            self.isLeaf = True

        @override
        def render(self, request: Request) -> bytes:
            assert isinstance(request, SiteRequest)
            with request.processing():
                seen.append(trace.get_current_span())
            return b"own"

    seen: list[Span] = []
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    server = serve(Site(Own(), observers=[Tracing(provider)]))
    with server.connect() as connection:
        connection.request("GET", "/")
        assert connection.response().body == b"own"
        until(lambda: len(exporter.get_finished_spans()) == 1)
    assert seen[0].get_span_context().is_valid
    assert in_reactor(trace.get_current_span) is trace.INVALID_SPAN


def test_the_interface_alone_does_nothing(serve: Serve, things: Things) -> None:
    """As in an application that has set up no SDK."""
    server = serve(Site(things.resource(), observers=[Tracing()]))
    assert server.get("/at_once").status == 200
    assert server.get("/fail").status == 500
    assert isinstance(things.seen[0], NonRecordingSpan)
    assert not things.seen[0].is_recording()


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ImportError, match=r"pip install 'counterfoil\[tracing\]'"):
        runpy.run_path(str(RUNTIME / "tracing.py"))
