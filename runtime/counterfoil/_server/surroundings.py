"""What a request sees of its site and of its connection, and a connection of its site."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IAddress
from twisted.web.resource import IResource

from counterfoil._output.prepared import GivenHeaders
from counterfoil._output.rendering import JsonRenderer
from counterfoil._server.access_log import TakesAccessLines
from counterfoil._server.boundaries import Timers
from counterfoil._server.deadlines import Deadlines, Running, Sweep
from counterfoil._server.fields import KnownFields
from counterfoil._server.outbox import Outbox, Turn
from counterfoil._server.proxies import TrustedProxies
from counterfoil._server.summary import RequestSummary
from counterfoil._server.usual_headers import UsualHeaders
from counterfoil._types import AnyResource, Request

__all__ = [
    "Answered",
    "Connection",
    "Head",
    "Host",
    "HostedChannel",
    "ReadsHeads",
    "RunningHandlers",
    "Settings",
]


class RunningHandlers(Protocol):
    """The requests that handlers work for."""

    def add(self, request: Running, /) -> None:
        """A handler has started for *request*."""

    def discard(self, request: Running, /) -> None:
        """It has ended."""


class ToldOfRequests(Protocol):
    """The observers of a site."""

    def request_started(self, request: Request) -> None:
        """A handler starts."""

    def request_ended(self, request: Request, summary: RequestSummary) -> None:
        """The request is over."""


class Settings(Protocol):
    """The part of a `Site` that its requests look at."""

    resource: AnyResource
    usual_headers: UsualHeaders
    tag: str
    max_request_body_size: int
    request_id_header: bytes | None
    deadlines: Deadlines
    sweep: Sweep
    proxies: TrustedProxies | None
    renderer: JsonRenderer
    access_log: TakesAccessLines

    @property
    def observers(self) -> ToldOfRequests | None: ...

    @property
    def running(self) -> RunningHandlers: ...

    def now(self) -> float:
        """Seconds of the monotonic clock."""

    def find_resource(self, request: Request) -> IResource:
        """The resource that *request* addresses."""


class HostedChannel(Protocol):
    """A connection, as its site sees it."""

    def check(self, now: float) -> None:
        """Do what is due at *now*."""

    def close_if_quiet(self, seconds: float) -> None:
        """Close it, if it has been idle for so long."""

    def abort(self) -> None:
        """Cut it."""


class Head(NamedTuple):
    """What the head of a request says."""

    line: tuple[bytes, bytes, bytes]
    """The method, the target and the protocol."""

    headers: dict[bytes, list[bytes]]
    """By their names, spelled."""


class ReadsHeads(Protocol):
    """What reads heads that came in one piece."""

    def read(self, head: bytes) -> Head | None:
        """What *head* says, which ends with its empty line; None if another is to read it."""


class Host(Settings, Protocol):
    """The part of a `Site` that its connections look at."""

    draining: bool
    timers: Timers
    outbox: Outbox
    heads: ReadsHeads | None
    known_fields: KnownFields

    def adopt(self, wire: object) -> Turn | None:
        """What tells *wire* that all which is ready has been read, if there is such a thing."""

    def opened(self, channel: HostedChannel) -> None:
        """A connection is there."""

    def closed(self, channel: HostedChannel) -> None:
        """It is no more."""


class Answered(Protocol):
    """A request, as far as its answer's head goes."""

    clientproto: bytes
    code: int
    code_message: bytes
    given: GivenHeaders


class Connection(Protocol):
    """The part of a connection that its requests look at."""

    @property
    def site(self) -> Settings:
        """Its site, as its requests see it."""

    request_line: tuple[bytes, bytes, bytes]
    """The method, the target and the protocol."""

    persistent: bool
    """Whether another request may follow."""

    def getPeer(self) -> IAddress:
        """The client's address."""

    def getHost(self) -> IAddress:
        """The server's address."""

    peer_name: str
    """The address of the peer, or `-` where it has none, as on a UNIX socket."""

    def send_whole(self, request: Answered, body: bytes) -> None:
        """Send the head of the answer to *request*, and *body*."""

    def flush_head(self) -> None:
        """Send the head of the answer by itself, if it still waits for the body."""

    def body_is_coming(self) -> bool:
        """Whether a part of the body is not here yet."""

    def hold_body(self) -> None:
        """Let the client wait with the rest of the body."""

    def release_body(self) -> None:
        """Let it go on."""

    def discard_body(self) -> None:
        """Nobody wants the rest of the body."""
