"""A connection that becomes another protocol's is not the site's any more. On real sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol as Interface
from typing import cast

import pytest
from counterfoil import Request, Site
from twisted.internet.interfaces import IProtocol, IReactorTime, ITransport
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.compatibility.pages import PIECE, PIECES, tree
from tests.compatibility.test_requests import until
from tests.serving import Serve, in_reactor

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Echo(Protocol):
    """Gives back what comes, and a lot when it is asked for."""

    def __init__(self) -> None:
        self.ended = False
        self.left = PIECES

    @override
    def dataReceived(self, data: bytes) -> None:
        if data == b"a lot":
            self._transport().registerProducer(self, False)
        else:
            self._transport().write(data)

    @override
    def connectionLost(self, reason: object = None) -> None:
        self.ended = True

    def resumeProducing(self) -> None:
        """For the transport: there is room."""
        self.left -= 1
        self._transport().write(PIECE)
        if not self.left:
            self._transport().unregisterProducer()

    def stopProducing(self) -> None:
        """For the transport: it is lost."""

    def _transport(self) -> Taken:
        return cast("Taken", self.transport)


class Taken(Interface):
    """A transport that can be taken away from its channel."""

    protocol: object

    def write(self, data: bytes) -> None: ...

    def registerProducer(self, producer: object, streaming: bool) -> None: ...

    def unregisterProducer(self) -> None: ...


class Channel(Interface):
    """What has one."""

    transport: Taken | None


def take(request: Request, protocol: Echo) -> None:
    """As autobahn does."""
    channel = cast("Channel", request.channel)
    transport, channel.transport = channel.transport, None
    assert transport is not None
    assert not isinstance(transport, ProtocolWrapper)
    transport.protocol = protocol
    Protocol.makeConnection(protocol, cast("ITransport", transport))
    transport.write(SWITCHED)


def ask(request: Request, protocol: Echo) -> None:
    """As Twisted's own WebSockets do."""
    request.channel._protocolUpgradeForWebsockets(cast("IProtocol", protocol))
    protocol._transport().write(SWITCHED)


Way = Callable[[Request, Echo], None]


@pytest.mark.parametrize("way", [take, ask])
def test_it_has_no_deadlines_and_its_request_is_over(
    serve: Serve, caplog: pytest.LogCaptureFixture, way: Way
) -> None:
    caplog.set_level("INFO", "counterfoil.access")
    echoes: list[Echo] = []

    def page(request: Request) -> int:
        echoes.append(Echo())
        way(request, echoes[-1])
        return NOT_DONE_YET

    clock = Clock()
    site = Site(tree(page=page), reactor=cast("IReactorTime", clock))
    with serve(site).connect() as connection:
        connection.send(
            b"GET /page HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
        )
        assert connection.some(len(SWITCHED)) == SWITCHED
        in_reactor(lambda: clock.advance(1))
        assert not site.channels
        assert caplog.messages
        for word in (b"GET / HTTP/1.1\r\n\r\n", b"tea"):
            in_reactor(lambda: clock.pump([1] * 400))  # longer than any deadline
            connection.send(word)
            assert connection.some(len(word)) == word
        if way is ask:
            connection.send(b"a lot")
            assert connection.some(len(PIECE) * PIECES) == PIECE * PIECES
        assert not echoes[0].ended
    until(lambda: echoes[0].ended)
    [line] = caplog.messages
    assert ' 101 "GET /page HTTP/1.1"' in line


@pytest.mark.parametrize("way", [take, ask])
def test_it_holds_up_no_end(serve: Serve, way: Way) -> None:
    """A116."""

    def page(request: Request) -> int:
        way(request, Echo())
        return NOT_DONE_YET

    site = Site(tree(page=page))
    with serve(site).connect() as connection:
        connection.request("GET", "/page")
        assert connection.some(len(SWITCHED)) == SWITCHED
        in_reactor(lambda: site.drain(60))
        connection.send(b"tea")
        assert connection.some(3) == b"tea"
