"""Spans of requests, by the interface of OpenTelemetry. It needs `counterfoil[tracing]`.

    site = Site(root, observers=[Tracing()])

What becomes of the spans is up to the SDK that the application sets up; without one, nothing does.
Names and attributes follow OpenTelemetry's semantic conventions for HTTP servers, 1.23 and later.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twisted.web.http_headers import Headers
from typing_extensions import override

from counterfoil._types import Request

try:
    from opentelemetry import context as contexts
    from opentelemetry import propagate, trace
    from opentelemetry.context import Context
    from opentelemetry.propagators.textmap import Getter
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
except ImportError as error:
    raise ImportError(
        "counterfoil.tracing needs opentelemetry-api: pip install 'counterfoil[tracing]'"
    ) from error

if TYPE_CHECKING:
    from counterfoil._server.summary import RequestSummary
    from counterfoil._server.timed_request import TimedRequest

__all__ = ["Tracing"]

_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
"""What the conventions know; any other method is `_OTHER`, and `HTTP` in a span's name."""

_NANOSECONDS: Final = 1_000_000_000


class _HeaderGetter(Getter[Headers]):
    """Lets a propagator read the headers of a request."""

    @override
    def get(self, carrier: Headers, key: str) -> list[str] | None:
        values = carrier.getRawHeaders(key)
        return None if values is None else list(values)

    @override
    def keys(self, carrier: Headers) -> list[str]:
        return [name.decode("latin-1").lower() for name, _ in carrier.getAllRawHeaders()]


_GETTER = _HeaderGetter()


@dataclass(frozen=True, slots=True)
class _Traced:
    """A request's span, and the context that was there before it."""

    span: Span
    before: Context


class Tracing:
    """Makes a span for each request: an observer, for `Site(observers=[...])`.

    The span is of kind SERVER, named by the method and the operation, and current in the handler
    and in all that it awaits or starts. A status of 500 or more makes it an error.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, extract_context: bool = False
    ) -> None:
        """*tracer_provider* makes the spans; left out, the one that the process has set.

        With *extract_context*, a span joins the trace that the request's headers name, as the
        propagators of the process read them. Without it they are never looked at and each request
        begins a trace: a stranger has no say in which traces are kept, nor in whose they show up.
        """
        self._tracer = trace.get_tracer("counterfoil", tracer_provider=tracer_provider)
        self._extract_context = extract_context
        self._traced: dict[TimedRequest, _Traced] = {}

    def request_started(self, request: TimedRequest) -> None:
        """A handler starts: the span becomes current in its context."""
        span = self._start(request, None)
        traced = _Traced(span, contexts.get_current())
        self._traced[request] = traced
        contexts.attach(trace.set_span_in_context(span, traced.before))

    def request_ended(self, request: TimedRequest, summary: RequestSummary) -> None:
        """A request is over, and so is its span. One that had no handler gets its span now."""
        traced = self._traced.pop(request, None)
        if traced is None:
            seconds = summary.processing_seconds + summary.send_seconds
            span = self._start(request, time.time_ns() - int(seconds * _NANOSECONDS))
        else:
            span = traced.span
            # This runs in the context of whatever ended the request, not always the handler's.
            if trace.get_current_span() is span:
                contexts.attach(traced.before)
        if span.is_recording():
            _describe_end(span, summary)
        span.end()

    def _start(self, request: TimedRequest, start_time: int | None) -> Span:
        parent = Context()
        if self._extract_context:
            parent = propagate.extract(request.requestHeaders, parent, _GETTER)
        method = request.context.method
        return self._tracer.start_span(
            _name(method, request.operation),
            parent,
            SpanKind.SERVER,
            # Given at once, for samplers to decide by.
            dict(_attributes(request, method)),
            start_time=start_time,
        )


def _name(method: str, operation: str | None) -> str:
    known = method if method in _METHODS else "HTTP"
    return known if operation is None else f"{known} {operation}"


def _attributes(request: TimedRequest, method: str) -> Iterator[tuple[str, str]]:
    yield "http.request.method", method if method in _METHODS else "_OTHER"
    if method not in _METHODS:
        yield "http.request.method_original", method
    context = request.context
    path, mark, query = context.uri.partition("?")
    yield "url.path", path
    if mark:
        yield "url.query", query
    yield "url.scheme", _scheme(request)
    yield "client.address", context.client
    yield "user_agent.original", context.user_agent
    yield "counterfoil.request_id", context.request_id


def _scheme(request: Request) -> str:
    return "https" if request.isSecure() else "http"


def _describe_end(span: Span, summary: RequestSummary) -> None:
    span.update_name(_name(summary.method, summary.operation))
    span.set_attribute("http.response.status_code", summary.status)
    span.set_attribute("counterfoil.servlet", summary.servlet)
    if summary.status >= 500:
        span.set_attribute("error.type", str(summary.status))
        span.set_status(Status(StatusCode.ERROR))
