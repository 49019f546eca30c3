"""A request that knows its number, its client, and what a log may say of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web.http_headers import Headers
from twisted.web.server import Request, Site
from typing_extensions import override

from counterfoil._context import RequestContext
from counterfoil._describe import describe, printable, redacted
from counterfoil._output.prepared import GivenHeaders, PreparedHeaders
from counterfoil._server.fields import Fields
from counterfoil._server.late import late
from counterfoil._server.proxies import TrustedProxies
from counterfoil._server.surroundings import Connection, Settings

__all__ = ["NUMBERS", "IdentifiedRequest"]

NUMBERS = count(1)
"""Those of requests, in their order."""

_USUAL = {text: text.decode() for text in (b"GET", b"POST", b"PUT", b"DELETE", b"HTTP/1.1")}
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


def _received(request: IdentifiedRequest) -> PreparedHeaders:
    request._received = headers = PreparedHeaders()
    headers.take({name: list(values) for name, values in request.fields.by_name.items()})
    return headers


def _given(_: IdentifiedRequest) -> GivenHeaders:
    return GivenHeaders()


def _request_headers(request: IdentifiedRequest) -> Headers:
    return request.received


def _response_headers(request: IdentifiedRequest) -> Headers:
    return request.given


def _client(request: IdentifiedRequest) -> IAddress:
    return request.connection.getPeer()


def _host(request: IdentifiedRequest) -> IAddress:
    return request.connection.getHost()


def _received_cookies(request: IdentifiedRequest) -> dict[bytes, bytes]:
    """As Twisted reads them: the last of a name, and what has no name not at all."""
    pairs = [
        pair.lstrip().partition(b"=")
        for line in request.lines_of(b"Cookie") or ()
        for pair in line.split(b";")
    ]
    return {name: value for name, equals, value in pairs if equals}


def _adapters(_: IdentifiedRequest) -> dict[str, object]:
    return {}


def _site(request: IdentifiedRequest) -> Site | None:
    return cast("Site | None", request.connection.site)


def _site_path(_: IdentifiedRequest) -> list[bytes]:
    return []


class IdentifiedRequest(Request):
    """A request of a site, as far as who makes it."""

    requester: str | None = None
    """Whom the request was made for, once it was authenticated."""

    # Most are of no use to most requests, and a dictionary of all of them would take its time.
    __slots__ = (
        "_began_at",
        "_context",
        "_cookies",
        "_notifications",
        "_sequence",
        "_settings",
        "connection",
        "fields",
    )

    fields: Fields
    """What its head said besides its first line."""

    connection: Connection
    """The connection that it came over."""

    _settings: Settings
    _sequence: int
    _context: RequestContext | None
    _cookies: list[bytes] | None
    _notifications: list[Deferred[None]] | None

    received: PreparedHeaders = late(_received)
    """The headers of the request, which are `requestHeaders` too."""

    given: GivenHeaders = late(_given)
    """The headers of the answer, which are `responseHeaders` too."""

    # What Twisted's constructors make for each request, and few ask for.
    requestHeaders: Headers = late(_request_headers)
    responseHeaders: Headers = late(_response_headers)
    client: IAddress = late(_client)
    host: IAddress = late(_host)
    received_cookies: dict[bytes, bytes] = late(_received_cookies)
    _adapterCache: dict[str, object] = late(_adapters)
    site: Site | None = late(_site)
    sitepath: list[bytes] = late(_site_path)  # for sessions
    _parsePOSTFormSubmission = False
    queued = False

    _client_known = False
    _received: PreparedHeaders | None = None

    __hash__ = object.__hash__  # as Twisted's, which is written in Python

    @property
    def cookies(self) -> list[bytes]:
        """The values of `Set-Cookie` that `addCookie` has made."""
        if self._cookies is None:
            self._cookies = []
        return self._cookies

    @cookies.setter
    def cookies(self, cookies: list[bytes]) -> None:
        self._cookies = cookies

    @property
    def notifications(self) -> list[Deferred[None]]:
        """What `notifyFinish` has returned."""
        if self._notifications is None:
            self._notifications = []
        return self._notifications

    @notifications.setter
    def notifications(self, notifications: list[Deferred[None]]) -> None:
        self._notifications = notifications

    def lines_of(self, name: bytes) -> Sequence[bytes] | None:
        """The fields of *name*, which is spelled, as `requestHeaders` has them."""
        changed = self._received
        return self.fields.by_name.get(name) if changed is None else changed.get(name)

    @property
    def sends_json(self) -> bool:
        """Whether the head says of the body that it is JSON and nothing else, or says nothing."""
        return self._received is None and self.fields.is_json

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {describe(self)}>"

    @property
    def request_id(self) -> str:
        """`GET-7`, or the client's own id in place of the number, where the site takes it."""
        return self.context.request_id

    def _id_in(self, header: bytes) -> str | None:
        given = self.getHeader(header)
        if given is None or not _REQUEST_ID.fullmatch(given):
            return None
        return given.decode("ascii")

    @property
    def context(self) -> RequestContext:
        """What every line of the log may say of the request."""
        return self._context or self._in_context()

    def _in_context(self) -> RequestContext:
        settings, uri = self._settings, self.uri
        method = _USUAL.get(self.method) or printable(self.method)
        header = settings.request_id_header
        number = self._sequence if header is None else self._id_in(header) or self._sequence
        self._context = context = RequestContext(
            f"{method}-{number}",
            self.connection.peer_name if settings.proxies is None else self.client_address,
            settings.tag,
            method,
            printable(redacted(uri)),
            _USUAL.get(self.clientproto) or printable(self.clientproto),
            self.fields.agent,
        )
        return context

    @property
    def client_address(self) -> str:
        """The address of the client, or `-` where it has none, as on a UNIX socket."""
        if self._settings.proxies is None:
            return self.connection.peer_name
        return str(getattr(self.getClientAddress(), "host", "-"))

    @override
    def getClientAddress(self) -> IAddress:
        """The address of the client: behind proxies, what the trusted ones say of it."""
        proxies = self._settings.proxies
        if proxies is not None and not self._client_known:
            self._client_known = True
            self._look_behind(proxies)
        client: IAddress = self.client
        return client

    def _look_behind(self, proxies: TrustedProxies) -> None:
        if not proxies.trusts(getattr(self.client, "host", None)):
            return
        lines = self.lines_of(b"X-Forwarded-For")
        found = None if lines is None else proxies.client(lines)
        if found is not None:
            kind = IPv6Address if ":" in found else IPv4Address
            self.client = cast("IAddress", kind("TCP", found, 0))
