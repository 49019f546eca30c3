"""Resources of other projects. For the environment of `make mounts`."""

from __future__ import annotations

from typing import BinaryIO, Protocol, cast

import treq
from autobahn.twisted.resource import WebSocketResource as AutobahnResource
from autobahn.twisted.websocket import WebSocketServerFactory as AutobahnFactory
from autobahn.twisted.websocket import WebSocketServerProtocol
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.web.resource import IResource
from twisted.web.server import Request
from twisted.web.websocket import WebSocketProtocol, WebSocketResource, WebSocketTransport

from tests.compatibility.pages import Page

__all__ = ["pages"]


def klein_pages() -> IResource:
    """A Klein app, with routes of every kind."""
    app = Klein()
    app.route("/hello/<name>")(hello)
    app.route("/later")(later)
    app.route("/awaited", methods=["POST"])(awaited)
    app.route("/asked")(asked)
    app.route("/below", branch=True)(lambda request: Page(left))
    return cast("IResource", app.resource())


def hello(request: Request, name: str) -> str:
    """A route with a parameter."""
    return f"Hello, {name}!"


def later(request: Request) -> Deferred[bytes]:
    """One that waits."""
    return deferToThread(lambda: b"from a thread")


async def awaited(request: Request) -> bytes:
    """One that is a coroutine."""
    body: bytes = await deferToThread(cast("BinaryIO", request.content).read)
    return body[::-1]


async def asked(request: Request) -> bytes:
    """One that asks another server, by treq."""
    [address] = (request.args or {})[b"address"]
    response = await treq.get(address.decode(), persistent=False)
    return cast("bytes", await response.content())


def left(request: Request) -> bytes:
    """What is left of the path."""
    return b"/".join(request.postpath or [])


def give_back(protocol: SendsMessages, payload: bytes, is_binary: bool) -> None:
    """A WebSocket of autobahn has got a message."""
    protocol.sendMessage(payload, is_binary)


class SendsMessages(Protocol):
    """A WebSocket of autobahn."""

    def sendMessage(self, payload: bytes, is_binary: bool, /) -> None: ...


class Echo:
    """The same, for Twisted's own WebSockets."""

    _transport: WebSocketTransport

    def negotiationStarted(self, transport: WebSocketTransport) -> None:
        self._transport = transport

    def negotiationFinished(self) -> None: ...

    def textMessageReceived(self, message: str) -> None:
        self._transport.sendTextMessage(message)

    def bytesMessageReceived(self, data: bytes | bytearray) -> None:
        self._transport.sendBytesMessage(bytes(data))

    def connectionLost(self, reason: object) -> None: ...

    def pongReceived(self, payload: bytes) -> None: ...


class Echoes:
    """Makes them."""

    def buildProtocol(self, request: Request) -> WebSocketProtocol:
        return Echo()


def pages() -> dict[str, IResource]:
    """By their paths."""
    factory = AutobahnFactory()
    factory.protocol = type("Echo", (WebSocketServerProtocol,), {"onMessage": give_back})
    return {
        "klein": klein_pages(),
        "autobahn": AutobahnResource(factory),
        "websocket": IResource(WebSocketResource(Echoes())),
    }
