"""Our channel and our request, as Twisted's own tests make theirs: of nothing, and on anything.

`install` puts them where `twisted.web` has its own, before any of its tests are imported: classes
that these derive from `http.Request` are then derived from ours.
"""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import cast

from counterfoil import CodedError, Site, SiteRequest
from counterfoil._server import fields
from counterfoil._server import request as request_module
from counterfoil._server import site as site_module
from counterfoil._server.channel import SiteChannel
from counterfoil._server.surroundings import Connection, Host
from counterfoil._types import AnyResource
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.task import Clock
from twisted.web import http, server
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from typing_extensions import override

__all__ = ["install"]


class OwnSite(Site):
    """A site that is made as Twisted's own is, and whose time stands still."""

    def __init__(
        self,
        resource: AnyResource,
        factory: object = None,
        *_: object,
        reactor: IReactorTime | None = None,
        **options: object,
    ) -> None:
        clock = cast("IReactorTime", Clock()) if reactor is None else reactor
        Site.__init__(self, resource, reactor=clock)
        vars(self)["requestFactory"] = options.get("requestFactory", factory) or Request


def own_site() -> OwnSite:
    """A site for what has none."""
    return OwnSite(Resource())


class BareConnection:
    """What our requests want of a channel, on one that is not ours."""

    persistent = True
    peer_name = "-"

    def __init__(self, channel: HTTPChannel) -> None:
        self._channel = channel
        self.site = vars(channel)["site"]
        self.request_line = (b"(no method yet)", b"(no uri yet)", b"(no clientproto yet)")

    def send_whole(self, request: http.Request, body: bytes) -> None:
        """Send the head, and *body*."""
        headers = request.responseHeaders
        code = b"%d" % request.code
        self._channel.writeHeaders(request.clientproto, code, request.code_message, headers)
        self._channel.write(body)

    def getPeer(self) -> IAddress:
        """The client."""
        return cast("IAddress", self._channel.getPeer())

    def getHost(self) -> IAddress:
        """The server."""
        return cast("IAddress", self._channel.getHost())

    def flush_head(self) -> None:
        """It was sent at once."""

    def body_is_coming(self) -> bool:
        """All has come."""
        return False

    def hold_body(self) -> None:
        """Nothing comes."""

    def release_body(self) -> None:
        """Nothing comes."""

    def discard_body(self) -> None:
        """Nothing comes."""


class Request(SiteRequest):
    """A request that also is made for channels that are not ours."""

    @property
    def original(self) -> Request:
        """Itself, where a proxy for it was made."""
        return self

    def __init__(self, channel: HTTPChannel, *options: object, queued: object = None) -> None:
        found = getattr(channel, "site", None)
        vars(channel)["site"] = found if isinstance(found, Site) else own_site()
        SiteRequest.__init__(self, channel, *options)
        if not isinstance(channel, SiteChannel):
            self.connection = cast("Connection", BareConnection(channel))

    @override
    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not isinstance(self.channel, SiteChannel):
            if path != b"*" and not path.startswith(b"/"):
                path = b"/" + path  # many targets in these tests have none
            self.connection.request_line = (command, path, version)
            self._refusal = None
            self._take_head()
        SiteRequest.requestReceived(self, command, path, version)


class PlainRequest(Request):
    """In place of `http.Request`, which is not of a site."""

    @override
    def process(self) -> None:
        """Do nothing, as `http.Request` does, but for what is refused."""
        if self._refusal is not None:
            SiteRequest.process(self)

    @override
    def _refuse(self, error: CodedError) -> None:
        """Refuse as Twisted's channel does: the tests see what is refused, not in which words."""
        reason = http.RESPONSES.get(error.code, b"")
        cast("http.HTTPChannel", self.transport).write(
            b"HTTP/1.1 %d %b\r\n\r\n" % (error.code, reason)
        )
        self.channel.loseConnection()


class Channel(SiteChannel):
    """A channel that is made without a site."""

    def __init__(self) -> None:
        SiteChannel.__init__(self, cast("Host", own_site()))
        vars(self)["requestFactory"] = PlainRequest


def install(*, without_httptools: bool) -> None:
    """Have twisted.web make our channels and requests."""
    if without_httptools:
        vars(site_module)["head_reader"] = lambda: None
    # Nearly all requests in these tests lack a Host, which ours refuses (RFC 9112, section 3.2).
    vars(request_module)["fault_of_host"] = vars(fields)["fault_of_host"] = lambda *_: None
    vars(http)["HTTPChannel"] = Channel
    PlainRequest.defaultContentType = None
    vars(http)["Request"] = PlainRequest
    vars(server)["Request"] = Request
    vars(site_module)["server"] = SimpleNamespace(Site=server.Site)  # what ours is derived from
    vars(server)["Site"] = OwnSite
    # Requests are hidden there behind what Twisted's own channel needs of them.
    tests = import_module("twisted.web.test.test_http")
    vars(tests)["_IDeprecatedHTTPChannelToRequestInterfaceProxy"] = lambda request: request
