"""The request that `Site` makes: bounded, timed, and with one line in the access log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote_to_bytes

from twisted.python.failure import Failure
from twisted.web.http import NO_BODY_CODES
from twisted.web.server import Request
from typing_extensions import override

from counterfoil._context import WorkingFor, current_context
from counterfoil._describe import describe
from counterfoil._errors import ClientDisconnectedError, CodedError, Codes
from counterfoil._input.body_stream import BodyStream
from counterfoil._output.connection import is_over
from counterfoil._output.cors import Cors
from counterfoil._output.rendering import raised_by
from counterfoil._output.writers import write_response
from counterfoil._server.access_log import log_early_leave
from counterfoil._server.heads import ANY_BODY, BodyPlan, find_head_aware
from counterfoil._server.targets import (
    arguments_of,
    fault_of_host,
    fault_of_target,
    origin_form,
)
from counterfoil._server.timed_request import TimedRequest

__all__ = ["SiteRequest"]

logger = logging.getLogger("counterfoil.server")

IN_MEMORY = 100_000
"""How long a body may be, in bytes, before it goes to a file."""

_CORS = Cors()


class SiteRequest(TimedRequest):
    """A request of a `Site`.

    Its body is never parsed as a form, its query is split at `&` alone, and both are bounded. It
    leaves one line in the access log, when its handler has ended and its answer was sent or lost,
    whichever is later.
    """

    body_stream: BodyStream | None = None
    """The body as it arrives, where the resource asked for that; `content` is empty then."""

    _query = b""
    _arguments: dict[bytes, list[bytes]] | None = None
    _refusal: CodedError | None = None
    _limit = 0
    _body_size = 0
    _body_failed = False
    _started = False

    @property
    def args(self) -> dict[bytes, list[bytes]]:
        """The parameters of the query, split when they are asked for."""
        if self._arguments is None:
            self._arguments = arguments_of(self._query)
        return self._arguments

    @args.setter
    def args(self, arguments: dict[bytes, list[bytes]]) -> None:
        self._arguments = arguments

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
        if self._refusal is not None and self._connection.body_is_coming():
            self.refuse(self._refusal)

    def _take_head(self) -> None:
        self.method, target, self.clientproto = self._connection.request_line
        self.uri = uri = target if target.startswith(b"/") else origin_form(target)
        self.path, _, query = uri.partition(b"?")
        if query or not uri.startswith(b"/"):
            self._refusal = fault_of_target(self.method, self.path, query)
        self._query = query
        hosts = self.received.get(b"Host")
        fault = fault_of_host(self.clientproto, hosts)
        if fault is not None:
            self._refusal = fault
            self._connection.persistent = False

    def _take_body(self, length: int | None) -> CodedError | None:
        """Prepare for the body; what is returned refuses it."""
        encodings = self.received.get(b"Content-Encoding")
        if encodings is not None and any(each.lower() != b"identity" for each in encodings):
            return _encoded()
        expected = self.received.get(b"Expect")
        if expected is not None and self.clientproto == b"HTTP/1.1" and _is_strange(expected):
            return CodedError(417, "Only 100-continue may be expected", Codes.UNKNOWN)
        plan = self._plan()
        if isinstance(plan, CodedError):
            return plan
        site_limit = self._settings.max_request_body_size
        self._limit = site_limit if plan.max_body is None else plan.max_body
        if length is not None and length > self._limit:
            return _too_large()
        if plan.at_head and self._connection.body_is_coming():
            connection = self._connection
            self.body_stream = BodyStream(
                pause=connection.hold_body, resume=connection.release_body
            )
            self.process()
        return None

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
            self._content().write(data)
        else:
            self.body_stream.feed(data)

    def fail_body(self, error: CodedError) -> None:
        """For the connection: the body ends early, and *error* says why."""
        self._body_failed = True
        self._connection.discard_body()
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
            self._content().seek(0)
        if self.body_stream is not None:
            self.body_stream.end()
        else:
            self.process()

    def _content(self) -> BinaryIO:
        return cast("BinaryIO", self.content)  # Twisted leaves the attribute without a type

    # The answer.

    @override
    def process(self) -> None:
        """Answer the request: by the resource that it addresses, if it is within bounds."""
        if self._refusal is not None:
            self.refuse(self._refusal)
            return
        self._start()
        token = current_context.set(self.context)
        try:
            self._process()
        finally:
            current_context.reset(token)

    def _process(self) -> None:
        if self.path == b"*":  # a question to the server itself (RFC 9110, section 9.3.7)
            _CORS.set_headers(self)
            write_response(self, 204, b"", None)
            return
        self.prepath = []
        self.postpath = _segments(self.path)
        try:
            resource = self._settings.find_resource(self)
            self.servlet_name = type(resource).__name__
            encoder = getattr(resource, "getEncoder", None)
            self._encoder = None if encoder is None else encoder(self)
            Request.render(self, resource)
        except BaseException:
            self.processingFailed(Failure())

    def _start(self) -> None:
        """The answer begins: with what every answer says."""
        self._started = True
        self.given.update(self._settings.usual_headers.lines())

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
    def write(self, data: bytes) -> None:
        """Send *data* as a part of the body, and the head before the first of it."""
        Request.write(self, data)
        self._connection.flush_head()

    def send_whole(self, body: bytes) -> bool:
        """Send the head and *body*, which is all of it, and end the answer.

        What `write` and `finish` do, at a fifth of their price. False if it is for them to do: what
        they know of cookies, entity tags, HEAD and encodings is not known here.
        """
        is_plain = not (self.cookies or self.etag or self.lastModified or self._encoder)
        if not is_plain or self.method == b"HEAD" or self.code in NO_BODY_CODES:
            return False
        if self.startedWriting or self._inFakeHead:
            return False
        now = time.monotonic()
        self.startedWriting = self.finished = 1
        self.sentLength = len(body)
        self._connection.send_whole(self, body)
        Request._cleanup(self)
        self._end(now, complete=True)
        return True

    @override
    def finish(self) -> None:
        """The answer is complete."""
        now = time.monotonic()
        Request.finish(self)
        self._end(now, complete=True)

    def hand_over(self) -> None:
        """For the connection: another protocol has it (RFC 9110, section 15.2.2)."""
        self.code = 101
        self._end(time.monotonic(), complete=True)

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

    @override
    def _end(self, now: float, *, complete: bool) -> None:
        TimedRequest._end(self, now, complete=complete)
        if self.body_stream is not None:  # nobody takes the rest of it any more
            self.body_stream.end(ClientDisconnectedError("the request is over"))

    def _cancel(self) -> None:
        if self.render_deferred is None:
            logger.error("%s: %s cannot be cancelled", describe(self), self.servlet_name)
        else:
            self.render_deferred.cancel()


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


def _segments(path: bytes) -> list[bytes]:
    segments = path[1:].split(b"/")
    return [unquote_to_bytes(each) for each in segments] if b"%" in path else segments
