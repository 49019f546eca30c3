"""The request that `Site` makes: bounded, timed, and with one line in the access log."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Protocol, cast
from urllib.parse import unquote_to_bytes

from twisted.python.failure import Failure
from twisted.web.error import UnsupportedMethod
from twisted.web.http import HTTPChannel
from twisted.web.server import NOT_DONE_YET, Request
from typing_extensions import override

from counterfoil._context import WorkingFor, current_context
from counterfoil._describe import describe
from counterfoil._errors import CodedError, Codes
from counterfoil._input.body_stream import BodyStream
from counterfoil._input.query import MAX_PARAMETERS
from counterfoil._output.connection import is_over
from counterfoil._output.cors import Cors
from counterfoil._output.prepared import GivenHeaders
from counterfoil._output.rendering import raised_by
from counterfoil._output.writers import write_response
from counterfoil._server.access_log import log_early_leave
from counterfoil._server.answering_request import AnsweringRequest
from counterfoil._server.fields import NO_FIELDS, Fields
from counterfoil._server.heads import ANY_BODY, BodyPlan, find_head_aware
from counterfoil._server.identified_request import NUMBERS
from counterfoil._server.late import Late, late
from counterfoil._server.surroundings import Connection
from counterfoil._server.targets import (
    arguments_of,
    fault_of_host,
    fault_of_target,
    origin_form,
)

__all__ = ["SiteRequest"]

logger = logging.getLogger("counterfoil.server")

IN_MEMORY = 100_000
"""How long a body may be, in bytes, before it goes to a file."""

_CORS = Cors()


def _prepath(_: SiteRequest) -> list[bytes]:
    return []


def _postpath(request: SiteRequest) -> list[bytes]:
    segments = request.path[1:].split(b"/")
    return [unquote_to_bytes(each) for each in segments] if b"%" in request.path else segments


class _Postpath(Late["SiteRequest", list[bytes]]):
    """What is left of the path; nothing, and nothing that is kept, before there is a path."""

    @override
    def __get__(self, instance: SiteRequest, owner: type[SiteRequest]) -> list[bytes]:
        return Late.__get__(self, instance, owner) if instance.path else []


class SiteRequest(AnsweringRequest):
    """A request of a `Site`.

    Its body is never parsed as a form, its query is split at `&` alone, and both are bounded. It
    leaves one line in the access log, when its handler has ended and its answer was sent or lost,
    whichever is later.
    """

    __slots__ = ("_query", "_started")

    routed: tuple[object, bytes, object] | None = None
    """For a resource: itself, the path, and what it has found there, when it planned the body."""

    prepath: list[bytes] = late(_prepath)
    postpath: list[bytes] = cast("list[bytes]", _Postpath(_postpath))

    _query: bytes
    _arguments: dict[bytes, list[bytes]] | None = None
    _refusal: CodedError | None = None
    _limit = 0
    _body_size = 0
    _body_failed = False

    def __init__(self, channel: HTTPChannel, *_: object) -> None:
        # For the classes that this one is made of, too: constructors that call one another take
        # twice as long. Twisted's makes what is `late` here.
        self.channel = channel
        self.transport = channel.transport
        self.connection = connection = cast("Connection", channel)
        self._settings = connection.site
        self._sequence = next(NUMBERS)
        self._began_at = time.monotonic()
        self.fields = NO_FIELDS
        self._context = self._cookies = self._notifications = None
        self._processing = None
        self._over = self._complete = self._logged = self._started = False
        self._handled_at = self._ended_at = self._user_cpu = self._system_cpu = 0.0
        self._content = self.whole_body = None
        self._query = b""

    @property
    def args(self) -> dict[bytes, list[bytes]]:
        """The parameters of the query, split when they are asked for."""
        if self._arguments is None:
            self._arguments = arguments_of(self._query)
        return self._arguments

    @args.setter
    def args(self, arguments: dict[bytes, list[bytes]]) -> None:
        self._arguments = arguments

    def take(self, head: re.Match[bytes], fields: Fields, body: bytes) -> None:
        """The whole request has come. *head* has its method, its target, and the parts of this."""
        self.method, self.uri, self.path, self._query = head.groups()
        self.clientproto = b"HTTP/1.1"
        self.fields = fields
        self.whole_body = body
        if len(self._query) >= MAX_PARAMETERS <= self._query.count(b"&"):
            self._refusal = fault_of_target(self.method, self.path, self._query)
        if body and self._refusal is None:
            plan = self._plan()
            self._refusal = (
                plan if isinstance(plan, CodedError) else self._fault_of(plan, len(body))
            )
        self.process()

    # The head.

    @override
    def gotLength(self, length: int | None) -> None:
        """The head is complete, with the length of the body: None for one that comes in chunks."""
        self._take_head()
        self.content = _room_for(length)
        if length == 0:
            return
        if self._refusal is None:
            self._refusal = self._take_body(length)
        if self._refusal is not None and self.connection.body_is_coming():
            self.refuse(self._refusal)

    def _take_head(self) -> None:
        self.method, target, self.clientproto = self.connection.request_line
        self.uri = uri = target if target.startswith(b"/") else origin_form(target)
        self.path, _, query = uri.partition(b"?")
        if query or not uri.startswith(b"/"):
            self._refusal = fault_of_target(self.method, self.path, query)
        self._query = query
        hosts = self.lines_of(b"Host")
        fault = fault_of_host(self.clientproto, hosts)
        if fault is not None:
            self._refusal = fault
            self.connection.persistent = False

    def _take_body(self, length: int | None) -> CodedError | None:
        """Prepare for the body; what is returned refuses it."""
        encodings = self.lines_of(b"Content-Encoding")
        if encodings is not None and any(each.lower() != b"identity" for each in encodings):
            return _encoded()
        expected = self.lines_of(b"Expect")
        if expected is not None and self.clientproto == b"HTTP/1.1" and _is_strange(expected):
            return CodedError(417, "Only 100-continue may be expected", Codes.UNKNOWN)
        plan = self._plan()
        if isinstance(plan, CodedError):
            return plan
        fault = self._fault_of(plan, length)
        if fault is None and plan.at_head and self.connection.body_is_coming():
            connection = self.connection
            self.body_stream = BodyStream(
                pause=connection.hold_body, resume=connection.release_body
            )
            self.process()
        return fault

    def _fault_of(self, plan: BodyPlan, length: int | None) -> CodedError | None:
        site_limit = self._settings.max_request_body_size
        self._limit = site_limit if plan.max_body is None else plan.max_body
        return _too_large() if length is not None and length > self._limit else None

    def _plan(self) -> BodyPlan | CodedError:
        resource = find_head_aware(self._settings.resource, self.path)
        try:
            plan = ANY_BODY if resource is None else resource.plan_body(self)
            if type(plan) is BodyPlan:
                return plan
            return BodyPlan(max_body=plan.max_body, at_head=plan.at_head)
        except CodedError as error:
            return error
        except Exception:
            logger.exception("%s: no plan was made for the body", describe(self))
            return ANY_BODY

    def refuse_head(self, error: CodedError) -> None:
        """For the connection: the head is bad, or too late."""
        self._take_head()
        self.refuse(error)

    # The body.

    @override
    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body has come. What is over the limit is not kept."""
        if self._refusal is not None or self._body_failed:
            return
        self._body_size += len(data)
        if self._body_size > self._limit:
            self.fail_body(_too_large())
        elif self.body_stream is None:
            self._file().write(data)
        else:
            self.body_stream.feed(data)

    def fail_body(self, error: CodedError) -> None:
        """For the connection: the body ends early, and *error* says why."""
        self._body_failed = True
        self.connection.discard_body()
        if self.body_stream is None:
            self.refuse(error)
        else:
            self.body_stream.end(error)

    @override
    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The whole request has come."""
        if self._started and self.body_stream is None:
            return  # it was refused while it came
        if self._body_size:
            self._file().seek(0)
        if self.body_stream is not None:
            self.body_stream.end()
        else:
            self.process()

    # The answer.

    @override
    def process(self) -> None:
        """Answer the request: by the resource that it addresses, if it is within bounds."""
        if self._refusal is not None:
            self.refuse(self._refusal)
            return
        self._start()
        token = current_context.set(self._context or self._in_context())
        try:
            self._render()
        except BaseException:
            self.processingFailed(Failure())
        finally:
            current_context.reset(token)

    def _render(self) -> None:
        if self.path == b"*":  # a question to the server itself (RFC 9110, section 9.3.7)
            _CORS.set_headers(self)
            write_response(self, 204, b"", None)
            return
        resource = self._settings.find_resource(self)
        self.servlet_name = type(resource).__name__
        encoder = getattr(resource, "getEncoder", None)
        if encoder is not None:
            self._encoder = encoder(self)
        try:
            answer = cast("Rendering", resource).render(self)
        except UnsupportedMethod:
            Request.render(self, resource)
        else:
            if answer is not NOT_DONE_YET:
                Request.render(self, _Rendered(answer))

    def _start(self) -> None:
        """The answer begins: with what every answer says."""
        self._started = True
        self.given = GivenHeaders(self._settings.usual_headers.lines())

    def refuse(self, error: CodedError) -> None:
        """Answer *error*, in the shape of the resource that the request addresses."""
        self._refusal = error
        self._start()
        with WorkingFor(self.context):
            self._refuse(error)

    def _refuse(self, error: CodedError) -> None:
        resource = find_head_aware(self._settings.resource, self.path)
        try:
            if resource is not None:
                self.servlet_name = type(resource).__name__
                resource.refuse(self, error)
        except Exception:
            logger.exception("%s: %s failed to refuse", describe(self), self.servlet_name)
        if not self.startedWriting and not is_over(self):
            _CORS.set_headers(self)
            self._settings.renderer.fail(self, error)

    @override
    def processingFailed(self, reason: Failure) -> None:
        """The resource has raised *reason*: a 500 that says nothing, unless it was answered."""
        self._settings.renderer.fail(self, raised_by(reason))

    @override
    def connectionLost(self, reason: Failure) -> None:
        """The client has left before the answer was complete."""
        Request.connectionLost(self, reason)
        if not self._started:
            log_early_leave(self._settings.access_log, self.client_address)
            return
        if self._processing and self.is_render_cancellable:
            self._cancel()
        self._end(time.monotonic(), complete=False)

    def _cancel(self) -> None:
        if self.render_deferred is None:
            logger.error("%s: %s cannot be cancelled", describe(self), self.servlet_name)
        else:
            self.render_deferred.cancel()


class Rendering(Protocol):
    """A resource: its interface is not made for type checkers."""

    def render(self, request: Request, /) -> object: ...


class _Rendered:
    """A resource that has answered."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def render(self, _: Request) -> object:
        return self._answer


def _too_large() -> CodedError:
    return CodedError(413, "The body is too large", Codes.TOO_LARGE)


def _encoded() -> CodedError:
    """Nothing is ever inflated (RFC 9110, section 15.5.16)."""
    return CodedError(
        415, "The body must not be encoded", Codes.UNKNOWN, headers={"Accept-Encoding": "identity"}
    )


def _is_strange(expected: Iterable[bytes]) -> bool:
    """Whether more is expected than to be told to go on (RFC 9110, section 10.1.1)."""
    members = (each.strip() for each in b",".join(expected).lower().split(b","))
    return any(each and each != b"100-continue" for each in members)


def _room_for(length: int | None) -> BinaryIO:
    if length is not None and length <= IN_MEMORY:
        return BytesIO()
    return cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # it has all that is used of one
