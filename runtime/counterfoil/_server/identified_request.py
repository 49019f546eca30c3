"""A request that knows its number, its client, and what a log may say of it."""

from __future__ import annotations

import re
from itertools import count
from typing import cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress
from twisted.web.http import HTTPChannel
from twisted.web.server import Request
from typing_extensions import override

from counterfoil._context import RequestContext
from counterfoil._describe import describe, printable, redacted
from counterfoil._output.prepared import GivenHeaders, PreparedHeaders
from counterfoil._server.proxies import TrustedProxies
from counterfoil._server.surroundings import Connection, Settings

__all__ = ["IdentifiedRequest"]

_SEQUENCE = count(1)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class IdentifiedRequest(Request):
    """A request of a site, as far as who makes it."""

    requester: str | None = None
    """Whom the request was made for, once it was authenticated."""

    received: PreparedHeaders
    """The headers of the request, which are `requestHeaders` too."""

    given: GivenHeaders
    """The headers of the answer, which are `responseHeaders` too."""

    queued = False

    _context: RequestContext | None = None
    _request_id: str | None = None
    _client_known = False

    def __init__(self, channel: HTTPChannel, *_: object) -> None:
        # What Twisted's three constructors do, in half of their time.
        self.channel = channel
        self.transport = channel.transport
        self.client = channel.getPeer()
        self.host = channel.getHost()
        self.received = self.requestHeaders = PreparedHeaders()
        self.given = self.responseHeaders = GivenHeaders()
        self.received_cookies = {}
        self.cookies = []
        self.notifications = []
        self._parsePOSTFormSubmission = False
        self._adapterCache: dict[str, object] = {}
        # The channel gets its site when it is made, but Twisted declares no attribute for it.
        self._settings = cast("Settings", vars(channel)["site"])
        self._connection = cast("Connection", channel)
        self._sequence = next(_SEQUENCE)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {describe(self)}>"

    @property
    def request_id(self) -> str:
        """`GET-7`, or the client's own id in place of the number, where the site takes it."""
        if self._request_id is None:
            name = self._settings.request_id_header
            given = None if name is None else self._id_in(name)
            self._request_id = f"{printable(self.method)}-{given or self._sequence}"
        return self._request_id

    def _id_in(self, header: bytes) -> str | None:
        given = self.getHeader(header)
        if given is None or not _REQUEST_ID.fullmatch(given):
            return None
        return given.decode("ascii")

    @property
    def context(self) -> RequestContext:
        """What every line of the log may say of the request."""
        if self._context is None:
            uri, agent = self.uri, self.received.get(b"User-Agent")
            self._context = RequestContext(
                self.request_id,
                self.client_address,
                self._settings.tag,
                printable(self.method),
                printable(redacted(uri)),
                printable(self.clientproto),
                "-" if agent is None else printable(agent[-1]),
            )
        return self._context

    @property
    def client_address(self) -> str:
        """The address of the client, or `-` where it has none, as on a UNIX socket."""
        if self._settings.proxies is None:
            return self._connection.peer_name
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
        lines = self.received.get(b"X-Forwarded-For")
        found = None if lines is None else proxies.client(lines)
        if found is not None:
            kind = IPv6Address if ":" in found else IPv4Address
            self.client = kind("TCP", found, 0)
