"""Sends the requests of an API's webhooks and callbacks, whose classes are generated.

    transport = AgentTransport(IReactorTime(reactor))
    reply = await send(NewOrderWebhook(body=order), "https://example.org/hook", transport)

Where they go is the caller's to say, and to check: a URL that a client gave (OpenAPI 3.1, "Callback
Object") may lead into a network that the client cannot reach by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn, Protocol, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol as Receiver
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from typing_extensions import override

from counterfoil._errors import ErrorClass
from counterfoil._sending.outgoing import Outgoing, declared_of
from counterfoil._sending.parts import Part, Sent, parts_of, written
from counterfoil._sending.received import (
    Received,
    Replies,
    UnexpectedAnswerError,
    error_of,
    replies_of,
    reply_of,
)

__all__ = [
    "AgentTransport",
    "Outgoing",
    "Received",
    "Sent",
    "Transport",
    "UnexpectedAnswerError",
    "send",
]

T = TypeVar("T")

LONGEST = 1024 * 1024
"""How long an answer may be, in bytes."""


class Transport(Protocol):
    """Carries requests. One of your own may sign them, or send them by another client."""

    async def send(self, sent: Sent, /) -> Received:
        """The answer to *sent*."""


async def send(
    message: Outgoing[T],
    url: str,
    transport: Transport,
    *,
    headers: Mapping[str, str] | None = None,
) -> T:
    """Send *message* to *url* by *transport*, and return what is answered, as the spec has it.

    *headers* go with it, over those that the spec has.

    Raises:
        pydantic.ValidationError: a part of *message* is not what the spec says.
        ValueError: *url* is no absolute URL of HTTP, a header holds a control character, or the
            body breaks a contract of its schema that its type does not know.
        ApiError, StatusError: one of those that are declared for it was answered.
        UnexpectedAnswerError: the answer is none that the spec has.
    """
    plan = _PLANS.get(type(message)) or _planned(type(message))
    received = await transport.send(written(plan.method, url, message, plan.parts, headers or {}))
    reply = reply_of(received, plan.replies)
    if reply is not None:
        return cast("T", reply)  # what the plan was made of is T
    error = error_of(received, plan.errors)
    if error is None:
        why = f"{type(message).__name__} was answered with {received.status}"
        raise UnexpectedAnswerError(why, received)
    raise error


@dataclass(frozen=True, slots=True)
class _Plan:
    method: str
    parts: list[Part]
    replies: Replies
    errors: tuple[ErrorClass, ...]


_PLANS: dict[type[object], _Plan] = {}


def _planned(message: type[object]) -> _Plan:
    method, errors = declared_of(message)
    plan = _PLANS[message] = _Plan(method, parts_of(message), replies_of(message), errors)
    return plan


class AgentTransport:
    """Sends by *agent*, which says what of TLS, pools and proxies; else by one of Twisted's own.

    A request that has no answer after *timeout* seconds is given up: `TimeoutError`. An answer of
    more than 1 MiB is an `UnexpectedAnswerError`. No redirect is followed, unless the agent does.
    """

    def __init__(
        self, reactor: IReactorTime, agent: Agent | None = None, *, timeout: float = 30.0
    ) -> None:
        make: Callable[[IReactorTime], Agent] = Agent  # its own constructor has no types
        self._agent = make(reactor) if agent is None else agent
        self._clock = reactor
        self._timeout = timeout

    async def send(self, sent: Sent, /) -> Received:
        """The answer to *sent*."""
        answer = Deferred.fromCoroutine(self._answer(sent))
        answer.addTimeout(self._timeout, self._clock, onTimeoutCancel=_give_up)
        return await answer

    async def _answer(self, sent: Sent) -> Received:
        body = None
        if sent.body is not None:
            # Twisted's interfaces are not written for type checkers.
            body = cast("IBodyProducer", FileBodyProducer(BytesIO(sent.body)))
        lines = Headers({name: [value] for name, value in sent.headers.items()})
        method, url = sent.method.encode("ascii"), sent.url.encode("ascii")
        response = await self._agent.request(method, url, lines, body)
        return await _received(cast("_Response", response))


def _give_up(_: object, seconds: float) -> NoReturn:
    raise TimeoutError(f"there was no answer in {seconds} seconds")


class _Response(Protocol):
    """An answer whose head has come (`IResponse`)."""

    code: int
    headers: Headers

    def deliverBody(self, receiver: Receiver, /) -> None:
        """Hand the body to *receiver*, as it comes."""


class _Connection(Protocol):
    """What an answer comes by (`ITransport`)."""

    def loseConnection(self) -> None:
        """Close it."""


async def _received(response: _Response) -> Received:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.getAllRawHeaders()
    }
    taker = _Taker()
    response.deliverBody(taker)
    body = await taker.done
    received = Received(response.code, headers, body)
    if len(body) > LONGEST:
        raise UnexpectedAnswerError(f"the answer has more than {LONGEST} bytes", received)
    return received


class _Taker(Receiver):
    """Takes the body of an answer, and no more of it than may be."""

    def __init__(self) -> None:
        self.done: Deferred[bytes] = Deferred(lambda _: self._leave())
        self._body = bytearray()

    @override
    def dataReceived(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > LONGEST:
            self._leave()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.done.called:
            return
        too_long = len(self._body) > LONGEST
        if too_long or reason.check(ResponseDone, PotentialDataLoss):
            self.done.callback(bytes(self._body))
        else:
            self.done.errback(reason)

    def _leave(self) -> None:
        cast("_Connection", self.transport).loseConnection()
