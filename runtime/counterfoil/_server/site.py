"""The factory of the server's connections."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.task import Cooperator
from twisted.internet.tcp import Connection
from twisted.web import http, server
from twisted.web.resource import IResource, getChildForRequest
from typing_extensions import override

from counterfoil._output.formats import ErrorFormat
from counterfoil._output.prepared import spelled
from counterfoil._output.rendering import JsonRenderer
from counterfoil._server.access_log import AccessLog, AccessLogger, TakesAccessLines
from counterfoil._server.boundaries import Timers
from counterfoil._server.channel import SiteChannel
from counterfoil._server.deadlines import Deadlines, Running, Sweep
from counterfoil._server.draining import GRACE, Drain
from counterfoil._server.engine import head_reader
from counterfoil._server.fields import KnownFields
from counterfoil._server.observing import Observer, Observers
from counterfoil._server.outbox import Outbox, Turn
from counterfoil._server.poller import Poller, poller_for
from counterfoil._server.proxies import TrustedProxies
from counterfoil._server.request import SiteRequest
from counterfoil._server.surroundings import HostedChannel
from counterfoil._server.transports import turn_of
from counterfoil._server.usual_headers import UsualHeaders
from counterfoil._types import AnyResource, Request

if TYPE_CHECKING:
    from twisted.web.http import _GenericHTTPChannelProtocol

__all__ = ["DEFAULT_MAX_BODY_SIZE", "Site"]

DEFAULT_MAX_BODY_SIZE = 50 * 1024 * 1024
"""How long a body may be, in bytes."""

_READ_AT_ONCE = 16 * 1024
"""How many bytes are read from one connection, hundreds of requests perhaps, before from others."""


class Site(server.Site):
    """Serves a tree of resources: hand it to an endpoint's `listen`.

    It differs from Twisted's own in its connections and requests, see `SiteRequest`: they are
    bounded in size and time, bodies are never parsed as forms, the access log goes to the logger
    `counterfoil.access`, and the end is orderly (`drain`).
    """

    def __init__(
        self,
        resource: AnyResource,
        *,
        server_header: str = "counterfoil",
        max_request_body_size: int = DEFAULT_MAX_BODY_SIZE,
        deadlines: Deadlines | None = None,
        trusted_proxies: Iterable[str] = (),
        request_id_header: str | None = None,
        tag: str = "-",
        errors: ErrorFormat | None = None,
        access_log: AccessLog | None = None,
        observers: Iterable[Observer] = (),
        reactor: IReactorTime | None = None,
    ) -> None:
        """*max_request_body_size*, in bytes, is the longest body that is taken; a longer one is
        answered 413 before it is read.

        *trusted_proxies* are the addresses, the networks such as `10.0.0.0/8`, and `unix`, whose
        `X-Forwarded-For` is believed. *request_id_header* names the header that may give a request
        its id. *tag* names the site in the log. *errors* is the shape of what the site itself
        refuses, where the resource does not. Access lines go to *access_log*, or else to the logger
        `counterfoil.access`.

        Raises `ValueError` for a proxy that is no address, and for a header that cannot be one.
        """
        server.Site.__init__(
            self, resource, SiteRequest, parsePOSTFormSubmission=False, reactor=reactor
        )
        self.max_request_body_size = max_request_body_size
        self.usual_headers = UsualHeaders(server_header)
        self.deadlines = Deadlines() if deadlines is None else deadlines
        self.proxies = TrustedProxies(trusted_proxies) if trusted_proxies else None
        self.request_id_header = _header_named(request_id_header)
        self.tag = tag
        self.renderer = JsonRenderer(canonical=True, errors=errors)
        self.access_log: TakesAccessLines = AccessLogger() if access_log is None else access_log
        told = tuple(observers)
        self.observers = Observers(told) if told else None
        self._finds_as_usual = type(self).getResourceFor is Site.getResourceFor
        self.outbox = Outbox()
        self._poller: Poller | None = None
        if isinstance(self.access_log, AccessLog):
            self.access_log.go_with(self.outbox)
        self.heads = head_reader()
        self.known_fields = KnownFields()
        self.channels: set[HostedChannel] = set()
        self.running: set[Running] = set()
        self.draining = False
        # The clock of Twisted's reactors is that of the wall, which may jump.
        self.timers = cast("Timers", self.reactor)
        wall = isinstance(self.reactor, ReactorBase)
        self.now = time.monotonic if wall else self.timers.seconds
        self.sweep = Sweep(self.timers, self.now, self.deadlines.shortest)
        self.cooperator = Cooperator(
            terminationPredicateFactory=lambda: lambda: True,
            scheduler=lambda step: cast("IDelayedCall", self.timers.callLater(0, step)),
        )
        self._drain = Drain(self)

    @override
    def buildProtocol(self, addr: IAddress | None) -> _GenericHTTPChannelProtocol:
        """A new connection: a `SiteChannel`, for HTTP/1.1 and nothing else."""
        channel = SiteChannel(self)
        channel.factory = self
        channel.requestFactory = self.requestFactory
        # Twisted's own protocol is a proxy for a channel, which may become one for HTTP/2.
        return cast("_GenericHTTPChannelProtocol", channel)

    @override
    def acceptableProtocols(self) -> list[bytes]:
        """What may be spoken over TLS (ALPN)."""
        return [b"http/1.1"]

    def adopt(self, wire: object) -> Turn | None:
        """For a connection: what tells it that all which is ready has been read, if anything does.

        From then on *wire* is waited for by the site's `Poller`, where there can be one.
        """
        if not isinstance(wire, Connection):
            return None
        wire.bufferSize = _READ_AT_ONCE
        if self._poller is None:
            self._poller = poller_for(wire.reactor)
        if self._poller is not None and self._poller.adopt(wire):
            return self._poller
        return turn_of(wire)

    def opened(self, channel: HostedChannel) -> None:
        """For a connection: it is there."""
        self.channels.add(channel)
        self.sweep.add(channel)

    def closed(self, channel: HostedChannel) -> None:
        """For a connection: it is no more."""
        self.channels.discard(channel)
        self.sweep.discard(channel)

    @property
    def is_ready(self) -> bool:
        """Whether further requests are welcome: not while the site drains."""
        return not self.draining

    def drain(self, seconds: float = GRACE) -> Deferred[None]:
        """Let every request that has begun come to its end, and close all connections.

        Idle connections are closed; answers say `Connection: close`; what is left after *seconds*
        is cut. The ports are to be closed before: see `drain_on_shutdown`.
        """
        self.draining = True
        return self._drain.within(seconds)

    def abort(self) -> None:
        """End it all at once, and any drain that is to come."""
        self.draining = True
        self._drain.give_up()

    @override
    def getResourceFor(self, request: Request) -> IResource:
        """The resource that *request* addresses."""
        found: IResource = getChildForRequest(self.resource, request)
        return found

    def find_resource(self, request: Request) -> IResource:
        """For a request: what it addresses, by `getResourceFor`, which a subclass may have anew."""
        root: IResource = self.resource
        if root.isLeaf and self._finds_as_usual:
            return root
        return self.getResourceFor(request)

    @override
    def startFactory(self) -> None:
        """A port is open: requests are welcome."""
        self.draining = False
        self._drain = Drain(self)

    @override
    def stopFactory(self) -> None:
        """The last port was closed: the connections are to end."""
        if not self.draining:
            self.drain()

    @override
    def log(self, request: http.Request) -> None:
        """The access line is the request's own: it waits for the handler's end."""


def _header_named(name: str | None) -> bytes | None:
    """*name* as it is spelled. Raises `ValueError` if no header can have it."""
    known = None if name is None else spelled(name.encode())
    if name is not None and known is None:
        raise ValueError(f"request_id_header: {name!r} is no header's name")
    return known
