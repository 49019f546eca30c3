"""The request that `Site` makes: bounded, timed, and with one line in the access log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from urllib.parse import unquote_to_bytes

from twisted.internet.defer import Deferred
from twisted.web.http import HTTPChannel, datetimeToString
from twisted.web.server import Request
from typing_extensions import override

from counterfoil._describe import client_address, describe
from counterfoil._errors import CodedError, Codes
from counterfoil._input.query import TooManyParametersError, split_query
from counterfoil._output.cors import Cors
from counterfoil._output.writers import respond_with_json, write_response
from counterfoil._server.access_log import log_access

if TYPE_CHECKING:
    from twisted.python.failure import Failure

__all__ = ["SiteRequest"]

logger = logging.getLogger("counterfoil.access")


class _Settings(Protocol):
    """The part of a `Site` that its requests look at."""

    @property
    def max_request_body_size(self) -> int: ...

    @property
    def server_header(self) -> bytes: ...


class SiteRequest(Request):
    """A request of a `Site`.

    Its body is never parsed as a form, its query is split at `&` alone, and both are bounded. It
    leaves one line in the access log, when its handler has ended and its answer was sent or lost,
    whichever is later.
    """

    render_deferred: Deferred[None] | None = None
    """The running handler."""

    is_render_cancellable: bool = False
    """Whether the handler may be cancelled when the client leaves."""

    servlet_name: str = "-"
    """What answers: the class of the resource, then the servlet once a route matched."""

    _arrived = False
    _processing = False
    _over = False
    _complete = False
    _logged = False
    _body_size = 0
    _refusal: CodedError | None = None

    def __init__(self, channel: HTTPChannel, *_: object) -> None:
        Request.__init__(self, channel, parsePOSTFormSubmission=False)
        # The channel gets its site when it is made, but Twisted declares no attribute for it.
        self._settings = cast("_Settings", vars(channel)["site"])
        self._began = time.monotonic()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {describe(self)}>"

    @contextmanager
    def processing(self) -> Iterator[None]:
        """Says that a handler is at work, so that the access line waits for its end.

        Raises `RuntimeError` if one is at work already.
        """
        if self._processing:
            raise RuntimeError("the request is being processed already")
        self._processing = True
        try:
            yield
        finally:
            self._processing = False
            self._log_when_over()

    @override
    def gotLength(self, length: int | None) -> None:
        """The length of the body is known: None for one that comes in chunks."""
        too_large = length is not None and length > self._settings.max_request_body_size
        Request.gotLength(self, 0 if too_large else length)

    @override
    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body has come. What is over the limit is not kept."""
        self._body_size += len(data)
        if self._body_size <= self._settings.max_request_body_size:
            Request.handleContentChunk(self, data)
        else:
            self._refusal = CodedError(413, "The body is too large", Codes.TOO_LARGE)

    @override
    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The whole request has come."""
        self._arrived = True
        self.responseHeaders.setRawHeaders(b"X-Content-Type-Options", [b"nosniff"])
        cast("BinaryIO", self.content).seek(0)  # Twisted leaves the attribute without a type
        self.method, self.uri, self.clientproto = command, path, version
        self.path, _, query = path.partition(b"?")
        try:
            vars(self)["args"] = _arguments(query)
        except TooManyParametersError as error:
            self._refusal = CodedError(400, str(error), Codes.INVALID_PARAM)
        if self.path == b"*" and command != b"OPTIONS":
            self._refusal = CodedError(400, "Only OPTIONS takes *", Codes.UNRECOGNIZED)
        self.process()

    @override
    def process(self) -> None:
        """Answer the request: by the resource that it addresses, if it is within bounds."""
        if self._refusal is None and self.path != b"*":
            Request.process(self)
            return
        self.responseHeaders.setRawHeaders(b"Server", [self._settings.server_header])
        self.responseHeaders.setRawHeaders(b"Date", [datetimeToString()])
        Cors().set_headers(self)
        if self._refusal is None:  # a question to the server itself (RFC 9110, section 9.3.7)
            write_response(self, 204, b"", None)
        else:
            respond_with_json(self, self._refusal.code, self._refusal.error_dict())

    @override
    def finish(self) -> None:
        """The answer is complete."""
        if not self._over:
            self._over = self._complete = True
        Request.finish(self)
        self._log_when_over()

    @override
    def connectionLost(self, reason: Failure) -> None:
        """The client has left before the answer was complete."""
        self._over = True
        Request.connectionLost(self, reason)
        if self._arrived:
            self._log_when_over()
        else:
            logger.info("%s left before its request was complete", client_address(self))

    def _log_when_over(self) -> None:
        if not self._over or self._processing or self._logged:
            return
        self._logged = True
        elapsed = time.monotonic() - self._began
        log_access(self, elapsed, self.servlet_name, complete=self._complete)


def _arguments(query: bytes) -> dict[bytes, list[bytes]]:
    """The parameters of a query, for resources that read `request.args`."""
    arguments: dict[bytes, list[bytes]] = {}
    for name, value in split_query(query):
        key = unquote_to_bytes(name.encode("latin-1"))
        arguments.setdefault(key, []).append(unquote_to_bytes(value.encode("latin-1")))
    return arguments
