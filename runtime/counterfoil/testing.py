"""A client for tests, without a network: a real server connection over a transport in memory.

    root = JsonResource()
    noticeboard.register(root, boards=..., notices=..., search=...)
    client = TestClient(root)
    response = client.get("/boards/lobby/notices", query={"limit": 10})
    assert response.status == 200
    assert response.json() == {"notices": []}

A handler that waits is started, inspected, and left:

    pending = client.start("GET", "/boards/lobby/next")
    assert not pending.answered
    pending.disconnect()

What has come of a stream that goes on is `pending.body_so_far`.

What a handler answers is held against its spec: where it differs, whoever asks for the answer gets
an `InvalidResponseError`, which is a failed assertion. A test that is after such an answer says
`TestClient(root, validate_responses=False)`.

Everything happens at once, in the calling thread, `defer_to_thread` too, and no reactor runs. Time
stands still until a test moves it with `client.clock.advance(seconds)`; give that clock to what is
under test.
"""

from __future__ import annotations

import http.client
import io
import json as jsonlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from socket import socket
from typing import BinaryIO, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from pydantic import BaseModel, TypeAdapter
from twisted.internet.base import DelayedCall
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from typing_extensions import override

from counterfoil._errors import InvalidResponseError
from counterfoil._json.decoding import JsonValue
from counterfoil._output.formats import ErrorFormat
from counterfoil._posting import Form, posted
from counterfoil._server.deadlines import Deadlines
from counterfoil._server.observing import Observer
from counterfoil._server.site import DEFAULT_MAX_BODY_SIZE, Site
from counterfoil._servlets.validation import VALIDATION
from counterfoil._threads import runs_inline
from counterfoil._types import AnyResource
from counterfoil._validation.response_validation import ResponseValidation

__all__ = [
    "InvalidResponseError",
    "NotAnsweredError",
    "PendingResponse",
    "Response",
    "TestClient",
]

T = TypeVar("T")

Query: TypeAlias = Mapping[str, str | int | Iterable[str | int]]
"""Parameters of a query; an iterable gives a parameter several times."""


class NotAnsweredError(AssertionError):
    """The request has no complete answer: its handler still waits, or its connection was cut."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, as a client sees it."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case; several lines of one name are joined with commas."""
    body: bytes

    def json(self) -> JsonValue:
        """The body as JSON. Raises `ValueError` if it is not."""
        value: JsonValue = jsonlib.loads(self.body)
        return value

    def parsed(self, kind: type[T]) -> T:
        """The body as a *kind*, such as `models.Note` or `list[models.Note]`.

        Raises `pydantic.ValidationError` if it is none.
        """
        return TypeAdapter(kind).validate_json(self.body)


class TestClient:
    """Sends requests to *resource*, each on a connection of its own."""

    __test__ = False  # for pytest, which would take it for a test

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
        observers: Iterable[Observer] = (),
        validate_responses: bool = True,
    ) -> None:
        """The options are those of `Site`, but for *validate_responses*."""
        self._validates = validate_responses
        self.clock = Clock()
        self.site = Site(
            resource,
            server_header=server_header,
            max_request_body_size=max_request_body_size,
            deadlines=deadlines,
            trusted_proxies=trusted_proxies,
            request_id_header=request_id_header,
            tag=tag,
            errors=errors,
            observers=observers,
            reactor=cast("IReactorTime", self.clock),
        )

    def get(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The answer to a GET, as `request` gives it."""
        return self.request("GET", path, query=query, headers=headers)

    def delete(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The answer to a DELETE, as `request` gives it."""
        return self.request("DELETE", path, query=query, headers=headers)

    def post(
        self,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        form: Form | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to a POST, as `request` gives it."""
        return self.request(
            "POST", path, query=query, json=json, form=form, body=body, headers=headers
        )

    def put(
        self,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        form: Form | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to a PUT, as `request` gives it."""
        return self.request(
            "PUT", path, query=query, json=json, form=form, body=body, headers=headers
        )

    def patch(
        self,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        form: Form | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to a PATCH, as `request` gives it."""
        return self.request(
            "PATCH", path, query=query, json=json, form=form, body=body, headers=headers
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        form: Form | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to a request that is answered at once.

        *path* is sent as it is, so its special characters must be percent-encoded. *json* is sent
        as the body unless it is None; it may be a model, or hold models. `body=b"null"` sends
        JSON's null. A *form* has parts if it holds a file, an `Upload.of(...)`, or a model, which
        is sent as JSON, or if *headers* say `Content-Type: multipart/form-data`.

        Raises `NotAnsweredError` if the handler waits for something: use `start` for that; and
        `InvalidResponseError` if it answers what its spec does not have.
        """
        pending = self.start(
            method, path, query=query, json=json, form=form, body=body, headers=headers
        )
        return pending.response()

    def start(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        form: Form | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> PendingResponse:
        """Send a request without waiting for its answer."""
        target = path if query is None else f"{path}?{urlencode(query, doseq=True)}"
        head, content = _written(json, form, body, headers or {})
        connection = self.site.buildProtocol(None)
        pending = PendingResponse(method, connection)
        data = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + content
        inline = runs_inline.set(True)
        validation = VALIDATION.set(pending.validation if self._validates else None)
        try:
            connection.dataReceived(data)
            self._take_turns()
        finally:
            VALIDATION.reset(validation)
            runs_inline.reset(inline)
        return pending

    def _take_turns(self) -> None:
        """Do what was put off to the next turn of the reactor: the rest of a long answer."""
        now = self.clock.seconds()
        while any(call.getTime() <= now for call in self._delayed_calls()):
            self.clock.advance(0)

    def _delayed_calls(self) -> list[DelayedCall]:
        # Twisted's interface is not written for type checkers.
        return cast("list[DelayedCall]", self.clock.getDelayedCalls())


class PendingResponse:
    """A request that was sent, and what has come of it."""

    def __init__(self, method: str, connection: Protocol) -> None:
        self._method = method
        self._invalid: list[InvalidResponseError] = []
        self.validation = ResponseValidation(report=self._invalid.append)
        self._transport = _MemoryTransport(connection)
        connection.makeConnection(self._transport)

    @property
    def answered(self) -> bool:
        """Whether the answer is complete."""
        return self._parsed() is not None

    @property
    def aborted(self) -> bool:
        """Whether the server cut the connection."""
        return self._transport.aborted

    @property
    def sent(self) -> bytes:
        """All that the server has sent, as it stands on the wire."""
        return self._transport.io.getvalue()

    @property
    def body_so_far(self) -> bytes:
        """What has come of the body: the first items of a stream that goes on, for one.

        Raises `InvalidResponseError` if the answer, or one of its items, is not as the spec has it.
        """
        self._check()
        received = self._begun()
        if received is None:
            return b""
        try:
            return received.read()
        except http.client.IncompleteRead as error:
            return error.partial

    def response(self) -> Response:
        """The answer.

        Raises `NotAnsweredError` if it is not complete, and `InvalidResponseError` if it is not as
        the spec has it.
        """
        self._check()
        response = self._parsed()
        if response is None:
            raise NotAnsweredError(f"no complete answer to {self._method}; sent: {self.sent!r}")
        return response

    def disconnect(self) -> None:
        """Leave: what the handler awaits is cancelled, if it is `@cancellable`."""
        self._transport.lose(ConnectionDone())

    def _check(self) -> None:
        for error in self._invalid:
            raise error

    def _begun(self) -> http.client.HTTPResponse | None:
        """The answer, its head read; None if that has not come."""
        received = http.client.HTTPResponse(
            cast("socket", cast("object", _Readable(self.sent))), method=self._method
        )
        try:
            received.begin()
        except (http.client.HTTPException, ValueError):
            return None
        return received

    def _parsed(self) -> Response | None:
        received = self._begun()
        if received is None:
            return None
        try:
            body = received.read()
        except (http.client.HTTPException, ValueError):
            return None
        headers: dict[str, str] = {}
        for name, value in received.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return Response(received.status, headers, body)


def _written(
    json: object, form: Form | None, body: bytes, headers: Mapping[str, str]
) -> tuple[str, bytes]:
    """The lines of the head, and the body."""
    usual = {"Host": "localhost"}
    given = {name.lower(): (name, value) for name, value in headers.items()}
    if form is not None:
        _, told = given.get("content-type", ("", ""))
        usual["Content-Type"], body = posted(form, in_parts=told.startswith("multipart/form-data"))
        given.pop("content-type", None)
    elif json is not None:
        body = jsonlib.dumps(json, default=_plain).encode("ascii")
        usual["Content-Type"] = "application/json"
    usual["Content-Length"] = str(len(body))
    lines = {name.lower(): (name, value) for name, value in usual.items()} | given
    return "".join(f"{name}: {value}\r\n" for name, value in lines.values()), body


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"this is not sent as JSON: {value!r}")


class _Readable:
    """As much of a socket as `http.client` reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: object) -> BinaryIO:
        return io.BytesIO(self._data)


class _MemoryTransport(StringTransport):
    """Keeps what the server sends, and loses the connection as soon as the server asks for it."""

    def __init__(self, connection: Protocol) -> None:
        StringTransport.__init__(self)
        self.aborted = False
        self._connection: Protocol | None = connection

    @override
    def loseConnection(self) -> None:
        StringTransport.loseConnection(self)  # the channel looks at what this sets
        self.lose(ConnectionDone())

    @override
    def abortConnection(self) -> None:
        self.aborted = self.disconnecting = True
        self.lose(ConnectionAborted())

    def lose(self, reason: Exception) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.connectionLost(Failure(reason))
