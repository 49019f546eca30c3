"""A handler at work: its deadline, its context, its time, and what a program's end does to it."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from http.client import IncompleteRead
from itertools import count
from threading import Event
from types import SimpleNamespace
from typing import cast

import pytest
from canonicaljson import encode_canonical_json
from counterfoil import (
    ClientDisconnectedError,
    CodedError,
    JsonResource,
    NoContent,
    Ok,
    Reply,
    Request,
    SiteRequest,
    finish_request,
    respond_with_json,
    respond_with_json_bytes,
    return_json_error,
    set_headers,
)
from counterfoil._context import current_context
from counterfoil._cpu import measured
from counterfoil._output import rendering
from counterfoil.stub import ApiError, answers, at_head, cancellable, limits, path
from counterfoil.testing import TestClient
from counterfoil.validation import ResponseValidation
from twisted.internet.base import DelayedCall
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web import server
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.runtime.test_lifecycle import Answer, lines, until
from tests.serving import DEADLINE, Serve, Server, in_reactor, reactor


class Slow:
    """Handlers that wait for ever, and what they saw."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.requests: list[Request] = []

    @limits(timeout=0.05)
    async def obedient(self, request: Request) -> Answer:
        self.requests.append(request)
        try:
            await Deferred[None]()
        finally:
            self.ended.append("obedient")
        raise AssertionError

    @limits(timeout=0.05)
    async def stubborn(self, request: Request) -> Answer:
        try:
            await Deferred[None]()
        except CancelledError:
            self.ended.append("stubborn")
        return 200, "too late"

    @limits(timeout=0.05)
    async def clumsy(self, request: Request) -> Answer:
        try:
            await Deferred[None]()
        except CancelledError:
            self.ended.append("clumsy")
            raise RuntimeError("while cleaning up") from None
        raise AssertionError

    @limits(timeout=0.05)
    async def begun(self, request: Request) -> Answer:
        request.write(b"a part")
        try:
            await Deferred[None]()
        finally:
            self.ended.append("begun")
        raise AssertionError

    async def quick(self, request: Request) -> Answer:
        return 200, "in time"

    def resource(self) -> JsonResource:
        made = JsonResource()
        for name in ("obedient", "stubborn", "clumsy", "begun", "quick"):
            made.register_paths("GET", [path(f"/{name}")], getattr(self, name), name)
        return made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("obedient", "obedient passed its deadline"),
        ("stubborn", "stubborn answered after its deadline"),
        ("clumsy", "clumsy failed after its deadline"),
    ],
)
def test_b84_b79_a_handler_that_takes_too_long_is_answered_for_and_cancelled(
    serve: Serve, caplog: pytest.LogCaptureFixture, name: str, said: str
) -> None:
    caplog.set_level(logging.INFO)
    slow = Slow()
    answer = serve(slow.resource()).get(f"/{name}")
    assert answer.status == 503
    assert answer.json() == {"errcode": "M_UNKNOWN", "error": "The server took too long"}
    assert answer.headers["access-control-allow-origin"] == "*"
    until(lambda: slow.ended == [name])
    until(lambda: any(said in line for line in lines(caplog, "server")))
    until(lambda: lines(caplog, "access"))
    assert [line for line in lines(caplog, "access") if " 503 " in line]


def test_b84_b83_a_part_of_an_answer_is_cut_at_the_deadline(serve: Serve) -> None:
    slow = Slow()
    with serve(slow.resource()).connect() as connection:
        connection.request("GET", "/begun")
        with pytest.raises((ConnectionResetError, IncompleteRead)):
            connection.response()
    until(lambda: slow.ended)


def on_stock_site(resource: Resource) -> Server:
    return Server(server.Site(resource))


def test_a_failure_on_a_site_that_knows_no_names_is_that_of_a_handler(
    running_reactor: None, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Resource):
        isLeaf = True

        def __init__(self) -> None:
            Resource.__init__(self)

        @override
        def render(self, request: Request) -> int:
            return_json_error(Failure(RuntimeError("secret")), request)
            return NOT_DONE_YET

    stock = on_stock_site(Failing())
    try:
        assert stock.get("/").status == 500
    finally:
        stock.stop()
    assert lines(caplog, "server") == ["GET /: a handler failed"]


def test_b84_the_deadline_holds_on_a_site_that_is_not_ours(running_reactor: None) -> None:
    slow = Slow()
    made = slow.resource()
    patient: list[Deferred[Answer]] = []

    @limits(timeout=30)
    def in_time(request: Request) -> Deferred[Answer]:
        patient.append(Deferred())
        return patient[0]

    made.register_paths("GET", [path("/in-time")], in_time, "in_time")
    stock = on_stock_site(made)
    try:
        answer = stock.get("/obedient")
        assert answer.status == 503
        assert slow.ended == ["obedient"]
        assert stock.get("/quick").json() == "in time"
        with stock.connect() as connection:
            connection.request("GET", "/in-time")
            until(lambda: patient)
            in_reactor(lambda: patient[0].callback((200, "just")))
            assert connection.response().json() == "just"
    finally:
        stock.stop()


def distant_calls() -> list[DelayedCall]:
    """What the reactor is to do in more than half an hour."""
    end = reactor.seconds() + 1800
    return in_reactor(lambda: [call for call in reactor.getDelayedCalls() if call.time > end])


@pytest.mark.parametrize(("ours", "timers"), [(True, 0), (False, 1)], ids=["ours", "stock"])
def test_b84_a_deadline_that_has_not_come_leaves_no_timer(
    serve: Serve, ours: bool, timers: int
) -> None:
    """On a site of ours it never has one of its own; on another's it goes with its handler."""
    waiting: list[Deferred[Answer]] = []

    @limits(timeout=3600)
    def patient(request: Request) -> Deferred[Answer]:
        waiting.append(Deferred())
        return waiting[0]

    made = JsonResource()
    made.register_paths("GET", [path("/")], patient, "patient")
    site = serve(made) if ours else on_stock_site(made)
    try:
        with site.connect() as connection:
            connection.request("GET", "/")
            until(lambda: waiting)
            assert len(distant_calls()) == timers
            in_reactor(lambda: waiting[0].callback((200, "just")))
            assert connection.response().json() == "just"
        assert distant_calls() == []
    finally:
        if not ours:
            site.stop()


def test_the_path_is_checked_on_a_site_that_is_not_ours(running_reactor: None) -> None:
    """A site of ours has refused it before it comes to the routes (RFC 3986, section 3.3)."""
    stock = on_stock_site(JsonResource())
    try:
        with stock.connect() as connection:
            connection.send(b"GET /\x7f HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = connection.response()
        assert answer.status == 400
        assert answer.json() == {
            "errcode": "M_INVALID_PARAM",
            "error": "The path must be percent-encoded",
        }
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
    finally:
        stock.stop()


def test_every_answer_on_a_site_that_is_not_ours_says_that_its_type_is_its_type(
    serve: Serve,
) -> None:
    """B72: what a site of ours says of every answer by itself."""
    stock = serve(server.Site(Slow().resource()))
    for target, status in (("/quick", 200), ("/nowhere", 404)):
        answer = stock.get(target)
        assert answer.status == status
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_b84_a_deadline_that_has_passed_leaves_no_error_on_a_site_that_is_not_ours(
    serve: Serve,
) -> None:
    slow = Slow()
    stock = serve(server.Site(slow.resource()))
    for name in ("obedient", "stubborn", "clumsy"):
        assert stock.get(f"/{name}").status == 503
    until(lambda: slow.ended == ["obedient", "stubborn", "clumsy"])


def test_b84_the_answer_at_a_deadline_bears_nothing_of_the_one_that_did_not_come(
    serve: Serve,
) -> None:
    @limits(timeout=0.05)
    async def late(request: Request) -> Answer:
        set_headers(request, {"Content-Encoding": "gzip", "Cache-Control": "max-age=9999"})
        await Deferred[None]()
        raise AssertionError

    made = JsonResource()
    made.register_paths("GET", [path("/")], late, "late")
    answer = serve(made).get("/")
    assert answer.status == 503
    assert "content-encoding" not in answer.headers
    assert "9999" not in answer.headers["cache-control"]


@pytest.mark.parametrize("answer", [[200, {}], "ab", {"a": 1, "b": 2}, (200,), object(), 200])
def test_a88_what_is_no_pair_is_no_answer(
    serve: Serve, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    made = JsonResource()
    made.register_paths("GET", [path("/")], lambda _: cast("Answer", answer), "odd")
    assert serve(made).get("/").status == 500
    assert f"odd returned a {type(answer).__name__}, not an answer" in caplog.text


def turn() -> Deferred[None]:
    """The next turn of the reactor."""
    return deferLater(cast("IReactorTime", reactor), 0, lambda: None)


@pytest.mark.parametrize("end", [SystemExit(3), GeneratorExit()], ids=["program", "coroutine"])
def test_a27_what_ends_a_program_is_answered_and_handed_on(
    serve: Serve, end: BaseException
) -> None:
    """And so is what a coroutine that is freed gets to see, if its handler raises it by itself."""
    requests: list[SiteRequest] = []
    ended: list[BaseException | None] = []

    def leave(request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        requests.append(request)
        raise end

    async def leave_later(request: Request) -> Answer:
        await turn()
        return leave(request)

    resource = JsonResource()
    resource.register_paths("GET", [path("/now")], leave, "leave")
    resource.register_paths("GET", [path("/later")], leave_later, "leave")
    site = serve(resource)

    def note(failure: Failure) -> None:
        ended.append(failure.value)

    for target in ("/now", "/later"):
        assert site.get(target).status == 500
        rendering = requests.pop().render_deferred
        assert rendering is not None
        rendering.addErrback(note)
        assert ended.pop() is end


def test_a23_a_handler_that_is_freed_while_it_waits_has_not_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What it waits for is forgotten, and so is its site: nobody is there to be answered."""

    async def forgotten(request: Request) -> Answer:
        await Deferred[None]()
        raise AssertionError

    def start() -> bool:
        resource = JsonResource()
        resource.register_paths("GET", [path("/")], forgotten, "forgotten")
        return TestClient(resource).start("GET", "/").answered

    assert not start()
    gc.collect()
    assert lines(caplog, "server") == []


def test_a22_a_handler_that_does_not_wait_leaves_no_deferred(serve: Serve) -> None:
    """A running handler does; one that has ended at once was never running."""
    seen: list[SiteRequest] = []

    async def at_once(request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        seen.append(request)
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], at_once, "at_once")
    assert serve(resource).get("/").status == 200
    assert seen[0].render_deferred is None


def test_a102_the_context_follows_a_handler_and_stays_with_it(serve: Serve) -> None:
    seen: list[object] = []

    async def handler(request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        seen.append(current_context.get() is request.context)
        await turn()
        seen.append(current_context.get() is request.context)
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], handler, "handler")
    assert serve(resource).get("/").status == 200
    assert seen == [True, True]
    assert in_reactor(current_context.get) is None


WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


@pytest.mark.parametrize(
    "first",
    [
        b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["waits", "answers at once"],
)
def test_a102_a_handler_sees_nothing_of_the_one_whose_answer_it_waited_for(
    serve: Serve, first: bytes
) -> None:
    held: Deferred[None] = Deferred()
    begun: list[bytes] = []

    async def sets(request: Request) -> Answer:
        WHO.set("first")
        begun.append(request.method)
        if request.method == b"GET":
            await held
        return 200, {"who": WHO.get()}

    async def looks(request: Request) -> Answer:
        return 200, {"who": WHO.get()}

    root = JsonResource()
    root.register_paths("GET", [path("/first")], sets, "First")
    root.register_paths("POST", [path("/first")], sets, "First")
    root.register_paths("GET", [path("/second")], looks, "Second")
    with serve(root).connect() as connection:
        connection.send(first + b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: bool(begun))
        in_reactor(lambda: held.callback(None))
        assert connection.response().json() == {"who": "first"}
        assert connection.response().json() == {"who": "nobody"}


def test_a106_the_processors_time_is_counted(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[float, float]] = []

    def add_cpu(request: SiteRequest, user: float, system: float) -> None:
        counted.append((user, system))

    monkeypatch.setattr(SiteRequest, "add_cpu", add_cpu)

    async def handler(request: Request) -> Answer:
        sum(range(3_000_000))  # systems count in ticks
        await turn()
        sum(range(3_000_000))
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], handler, "handler")
    assert serve(resource).get("/").status == 200
    until(lambda: len(counted) >= 2)
    assert all(user + system > 0 for user, system in counted[:2])


def test_a106_each_step_of_a_handler_is_counted_once_and_by_itself(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[float, float]] = []
    ticks = count(1)

    def add_cpu(request: SiteRequest, user: float, system: float) -> None:
        counted.append((user, system))

    def cpu_time() -> tuple[float, float]:
        """Each time it is asked, a second of the program has gone by, and ten of the system."""
        tick = next(ticks)
        return 100.0 + tick, 1000.0 + 10 * tick

    monkeypatch.setattr(SiteRequest, "add_cpu", add_cpu)
    monkeypatch.setattr("counterfoil._cpu.cpu_time", cpu_time)
    monkeypatch.setattr("counterfoil._cpu.SHORT", -1.0)  # the system is asked each time

    def at_once(request: Request) -> Answer:
        return 200, {}

    async def waiting(request: Request) -> Answer:
        await turn()
        await turn()
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/at-once")], at_once, "at_once")
    resource.register_paths("GET", [path("/waiting")], waiting, "waiting")
    server = serve(resource)
    assert server.get("/at-once").status == 200
    assert counted == [(1.0, 10.0)]
    assert server.get("/waiting").status == 200
    until(lambda: len(counted) >= 4)
    assert counted == [(1.0, 10.0)] * 4


def test_a106_systems_that_do_not_tell_the_program_from_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    user, system = measured()()
    assert user > 0
    assert system == 0


class Gone(ApiError[dict[str, int]]):
    """Declared, with a body."""

    status = 410


class Odd(ApiError[None]):
    """Declared, without one."""

    status = 409


class Problem(ApiError[dict[str, int]]):
    """Declared, as another media type."""

    status = 400
    media_type = "application/problem+json"


class Undeclared(ApiError[None]):
    """Not declared."""

    status = 418


class Servlet:
    """Raises what it is told to."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @answers(Ok, errors=[Gone, Odd, Problem])
    async def get(self, request: Request, **_: str) -> Reply[object]:
        await turn()
        raise self._error


def raising(serve: Serve, error: Exception) -> Server:
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Servlet(error).get, "get")
    return serve(resource)


def test_a1_a10_declared_errors(serve: Serve) -> None:
    answer = raising(serve, Gone({"b": 1, "a": 2}, headers={"Retry-After": "1"})).get("/")
    assert (answer.status, answer.body) == (410, b'{"a":2,"b":1}')
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/json"
    answer = raising(serve, Odd()).get("/")
    assert (answer.status, answer.json()) == (409, {"errcode": "M_UNKNOWN", "error": "Conflict"})
    answer = raising(serve, Problem({})).get("/")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a5_an_undeclared_error_is_a_500(serve: Serve) -> None:
    assert raising(serve, Undeclared()).get("/").status == 500


class Returning:
    """Returns what it is told to."""

    def __init__(self, returned: object, waits: bool) -> None:
        self._returned = returned
        self._waits = waits

    @answers(Ok, NoContent)
    async def get(self, request: Request, **_: str) -> Reply[object]:
        if self._waits:
            await turn()
        return cast("Reply[object]", self._returned)


@pytest.mark.parametrize("validation", [None, ResponseValidation()], ids=["types", "validation"])
@pytest.mark.parametrize("waits", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize(
    ("returned", "named"), [({"a": 1}, "dict"), (None, "None"), ((200, {}), "tuple")]
)
def test_a29_a105_what_is_no_reply_is_named_and_its_request_is_over(
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    returned: object,
    named: str,
    waits: bool,
    validation: ResponseValidation | None,
) -> None:
    caplog.set_level(logging.INFO)
    resource = JsonResource(validation=validation)
    resource.register_paths("GET", [path("/")], Returning(returned, waits).get, "get")
    assert serve(resource).get("/").status == 500
    assert f"the handler returned {named}: it must return Ok or NoContent" in caplog.text
    until(lambda: len(lines(caplog, "access")) == 1)


def test_a67_a_declared_error_is_dropped_when_the_client_has_left(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    left: list[Deferred[None]] = []

    class Waits:
        @answers(Ok, errors=[Gone])
        async def get(self, request: Request, **_: str) -> Reply[object]:
            left.append(request.notifyFinish())
            waiting = Deferred[None]()
            left[0].addErrback(lambda _: waiting.callback(None))
            await waiting
            raise Gone({})

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], Waits().get, "get")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: left)
    until(lambda: [line for line in lines(caplog, "server") if "after its client had left" in line])


def large(seed: int) -> dict[str, list[dict[str, object]]]:
    return {"items": [{"n": seed + n, "text": "ü" * 50} for n in range(20_000)]}


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "stock"])
def test_a71_a75_a_large_answer_lets_others_pass(serve: Serve, ours: bool) -> None:
    """It is begun and encoded in steps; a small one that is asked for meanwhile comes first."""
    value = large(0)
    ended: list[str] = []
    turns = count()
    asked = Event()

    def turn(request: Request) -> None:
        assert asked.wait(DEADLINE)  # of a client that is slow nothing would be learnt
        if not request.startedWriting:
            next(turns)
            reactor.callLater(0, turn, request)

    async def big(request: Request) -> Answer:
        request.notifyFinish().addBoth(lambda _: ended.append("big"))
        turn(request)
        return 200, value

    def small(request: Request) -> Answer:
        ended.append("small")
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/big")], big, "big")
    resource.register_paths("GET", [path("/small")], small, "small")
    site = serve(resource) if ours else on_stock_site(resource)
    try:
        with site.connect() as first, site.connect() as second:
            first.request("GET", "/big")
            second.request("GET", "/small")
            asked.set()
            assert second.response().status == 200
            answer = first.response()
    finally:
        if not ours:
            site.stop()
    assert ended == ["small", "big"]
    assert next(turns) > 10, "it was encoded in too few turns of the reactor"
    assert answer.body == encode_canonical_json(value)
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a71_a_step_of_a_large_answer_ends_with_the_piece_that_exceeds_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]

    def pieces() -> Iterator[bytes]:
        for number in range(7):
            now[0] += 0.4 * rendering.STEP
            yield b"%d" % number

    def steps(request: Request) -> Answer:
        kept: list[bytes] = []
        return 200, [
            b"".join(kept).decode() for _ in rendering._until_over(request, pieces(), kept)
        ]

    monkeypatch.setattr(rendering, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], steps, "steps")
    assert TestClient(resource).get("/").json() == ["012", "012345"]


@pytest.mark.parametrize("bad", [float("nan"), "\ud800", {1: 2, None: 3}])
def test_a72_a_large_answer_that_cannot_be_encoded_is_a_500(serve: Serve, bad: object) -> None:
    value = large(0) | {"items": [*large(0)["items"], {"bad": bad}]}
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], lambda request: (200, value), "big")
    site = serve(resource)
    assert site.get("/").status == 500
    assert site.get("/nowhere").status == 404


def test_b80_a_client_that_leaves_while_its_answer_is_encoded(serve: Serve) -> None:
    value = large(0)
    begun: list[Request] = []

    def big(request: Request) -> Answer:
        begun.append(request)
        return 200, value

    @cancellable
    async def cancelled(request: Request) -> Answer:
        return big(request)

    resource = JsonResource()
    resource.register_paths("GET", [path("/big")], big, "big")
    resource.register_paths("GET", [path("/cancelled")], cancelled, "cancelled")
    site = serve(resource)
    for target in ("/big", "/cancelled"):
        for _ in range(3):
            with site.connect() as connection:
                connection.request("GET", target)
                until(lambda: begun)
                connection.reset()
            begun.clear()
    assert len(site.get("/big").body) > 2_000_000


def test_a_client_of_tests_gets_large_answers_too() -> None:
    value = large(0)
    resource = JsonResource()
    resource.register_paths("GET", [path("/")], lambda request: (200, value), "big")
    assert TestClient(resource).get("/").json() == value


def test_a23_a_request_is_over_when_its_handler_is(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Its line in the log waits for the handler, though the client has long left."""
    caplog.set_level(logging.INFO)
    waiting: list[Deferred[None]] = []
    left: list[object] = []

    async def patient(request: Request) -> Answer:
        request.notifyFinish().addErrback(left.append)
        waiting.append(Deferred())
        await waiting[0]
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], patient, "patient")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: waiting)
    until(lambda: left)
    assert not lines(caplog, "access")
    in_reactor(lambda: waiting[0].callback(None))
    (line,) = lines(caplog, "access")
    assert "{patient}" in line
    assert " 200! " in line


class Localised(CodedError):
    """Adds to its body what it was configured with."""

    def __init__(self, config: dict[str, str]) -> None:
        super().__init__(403, "No", "M_FORBIDDEN")
        self._config = config

    def error_dict(self) -> dict[str, object]:
        return {**super().error_dict(), **self._config}


def test_a49_an_error_says_what_it_was_configured_to_say(serve: Serve) -> None:
    """Nothing global is handed to it: it was made with all that it needs, or its format was."""

    def refuse(request: Request) -> Answer:
        raise Localised({"contact": "admin@example.org"})

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], refuse, "refuse")
    assert serve(resource).get("/").json() == {
        "errcode": "M_FORBIDDEN",
        "error": "No",
        "contact": "admin@example.org",
    }


def test_a51_a_callback_is_given_equal_values_however_they_are_kept(serve: Serve) -> None:
    """Names of arguments are interned by Python itself; values are handed on as they came."""
    seen: list[dict[str, str]] = []

    def keep(request: Request, **arguments: str) -> Answer:
        seen.append(arguments)
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/{room_id}/{event_type}")], keep, "keep")
    server = serve(resource)
    for _ in range(2):
        assert server.get("/lobby/m.room.message").status == 200
    assert seen == [{"room_id": "lobby", "event_type": "m.room.message"}] * 2
    first, second = seen
    assert [*map(id, first)] == [*map(id, second)]


def test_a68_an_answer_says_that_it_is_not_to_be_kept(serve: Serve) -> None:
    resource = JsonResource()
    returned: list[object] = []

    def answer(request: Request) -> None:
        returned.append(respond_with_json(request, 200, {"a": 1}, send_cors=True))
        returned.append(respond_with_json(request, 200, {"a": 2}))

    resource.register_paths("GET", [path("/")], answer, "answer")
    response = serve(resource).get("/")
    assert response.json() == {"a": 1}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert response.headers["access-control-allow-origin"] == "*"
    assert returned == [NOT_DONE_YET, None]


def test_a76_bytes_that_are_json_already_are_sent_as_they_are(serve: Serve) -> None:
    resource = JsonResource()

    def answer(request: Request) -> None:
        respond_with_json_bytes(request, 201, b'{ "b": 1, "a": 2 }')

    resource.register_paths("GET", [path("/")], answer, "answer")
    response = serve(resource).get("/")
    assert (response.status, response.body) == (201, b'{ "b": 1, "a": 2 }')
    assert response.headers["content-length"] == "18"


def test_a67_a84_writers_do_nothing_for_a_client_that_has_left(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    left: list[Deferred[None]] = []
    returned: list[object] = []

    async def answer(request: Request) -> None:
        gone = Deferred[None]()
        request.notifyFinish().addErrback(lambda _: gone.callback(None))
        left.append(gone)
        await gone
        returned.append(respond_with_json(request, 200, {}))
        returned.append(respond_with_json_bytes(request, 200, b"{}"))
        finish_request(request)

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], answer, "answer")
    with serve(resource).connect() as connection:
        connection.request("GET", "/")
        until(lambda: left)
    until(lambda: len(returned) == 2)
    assert returned == [None, None]
    until(lambda: lines(caplog, "access"))
    said = lines(caplog, "server")
    assert len([line for line in said if "already disconnected" in line]) == 2
    assert len([line for line in said if "lost already" in line]) == 1


def test_a_client_that_leaves_mid_upload_is_no_fault_of_the_handler(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[Request] = []
    ended: list[BaseException] = []

    @at_head
    async def take(request: Request) -> Answer:
        assert isinstance(request, SiteRequest)
        begun.append(request)
        assert request.body_stream is not None
        try:
            await request.body_stream.read()
        except ClientDisconnectedError as error:
            ended.append(error)
            raise
        raise AssertionError

    resource = JsonResource()
    resource.register_paths("POST", [path("/")], take, "take")
    with serve(resource).connect() as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        until(lambda: begun)
    until(lambda: ended)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
