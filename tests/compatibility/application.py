"""What `tests.compatibility.serve` serves: pages of Twisted's users, and what they bring."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import BinaryIO, cast

from counterfoil import JsonResource, Request, Site, cancellable, drain_on_shutdown
from counterfoil.stub import limits, path
from twisted.internet.base import ReactorBase
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort, IReactorThreads, IReactorTime
from twisted.internet.task import deferLater
from twisted.internet.tcp import Port
from twisted.internet.threads import deferToThread
from twisted.python.threadpool import ThreadPool
from twisted.web import server
from twisted.web.client import Agent, HTTPConnectionPool, readBody
from twisted.web.iweb import IAgent
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.static import File
from twisted.web.twcgi import FilteredScript
from twisted.web.wsgi import WSGIResource

from tests.compatibility.pages import Page, Pull, Push, tree
from tests.compatibility.wsgi import application

TEXT = "tea " * 250

FOREIGN = ("klein", "autobahn", "wsproto", "treq")
"""What is served where it is installed, by `tests.compatibility.foreign`."""

PROGRAM = """
import os, sys
print("X-Query: " + os.environ["QUERY_STRING"] + "\\n")
print(os.environ["REQUEST_METHOD"], sys.stdin.read())
"""


def say(event: str) -> None:
    """Tell whoever started this of *event*."""
    sys.stdout.write(f"{event}\n")
    sys.stdout.flush()


def echo(request: Request) -> bytes:
    """Gives back what it got."""
    return cast("BinaryIO", request.content).read()


def own_name() -> bytes:
    """That of the thread."""
    return threading.current_thread().name.encode()


class Pages:
    """Pages that wait."""

    def __init__(self, reactor: ReactorBase) -> None:
        self._reactor = reactor
        self._agent = Agent(reactor, pool=HTTPConnectionPool(reactor))

    def later(self, request: Request) -> int:
        """Answers after a while."""
        self._answer(
            request, deferLater(cast("IReactorTime", self._reactor), 0.01, lambda: b"later")
        )
        return NOT_DONE_YET

    def thread(self, request: Request) -> int:
        """Answers by a thread."""
        self._answer(request, deferToThread(own_name))
        return NOT_DONE_YET

    def asked(self, request: Request) -> int:
        """Asks another address, by an `Agent`."""
        [address] = (request.args or {})[b"address"]
        answered = cast("IAgent", self._agent).request(b"GET", address)
        self._answer(request, answered.addCallback(readBody))
        return NOT_DONE_YET

    def left(self, request: Request) -> int:
        """Waits until its client leaves."""
        request.notifyFinish().addErrback(lambda _: say("left"))
        say("waiting")
        return NOT_DONE_YET

    @cancellable
    async def cancelled(self, request: Request) -> tuple[int, object]:
        """Waits until it is cancelled."""
        say("waiting")
        try:
            await Deferred[None]()
        except CancelledError:
            say("cancelled")
            raise
        return 200, None

    @limits(timeout=0.1)
    async def late(self, request: Request) -> tuple[int, object]:
        """Waits until its time is up."""
        await Deferred[None]()
        return 200, None

    def _answer(self, request: Request, waited: Deferred[bytes]) -> None:
        def answer(body: bytes) -> None:
            request.write(body)
            request.finish()

        waited.addCallback(answer)


def pushed(request: Request) -> int:
    """A large answer, as its client takes it."""
    Push(request).start()
    return NOT_DONE_YET


def pulled(request: Request) -> int:
    """The same, asked for piece by piece."""
    Pull(request).start()
    return NOT_DONE_YET


def item(request: Request, item: str) -> tuple[int, object]:
    """Answers by its path."""
    return 200, item


@limits(max_body=1_000_000)
def length(request: Request) -> tuple[int, object]:
    """Answers by its body."""
    return 200, len(echo(request))


def torn(request: Request) -> tuple[int, object]:
    """Breaks in the middle of its answer."""
    request.write(b"a part")
    raise LookupError("a detail")


def pages(reactor: ReactorBase, folder: str) -> Resource:
    """All that is served."""
    waiting = Pages(reactor)
    threads = ThreadPool(1, 8, "wsgi")
    threads.start()
    reactor.addSystemEventTrigger("after", "shutdown", threads.stop)
    api = JsonResource()
    api.register_paths("GET", [path("/api/cancelled")], waiting.cancelled, "Cancelled")
    api.register_paths("GET", [path("/api/late")], waiting.late, "Late")
    api.register_paths("GET", [path("/api/torn")], torn, "Torn")
    api.register_paths("GET", [path("/api/items/{item}")], item, "Item")
    api.register_paths("GET", [path("/api/large")], lambda _: (200, [TEXT] * 1000), "Large")
    api.register_paths("POST", [path("/api/length")], length, "Length")
    program = FilteredScript(f"{folder}/program.py")
    program.filter = sys.executable
    served: dict[str, Resource | IResource] = {
        "api": api,
        "files": File(folder),
        "program": program,
        "wsgi": IResource(WSGIResource(cast("IReactorThreads", reactor), threads, application)),
    }
    for page in (echo, pushed, pulled, waiting.later, waiting.thread, waiting.asked, waiting.left):
        served[page.__name__] = Page(page)
    if all(find_spec(name) for name in FOREIGN):
        served |= import_module("tests.compatibility.foreign").pages()
    return tree(**served)


async def serve(reactor: ReactorBase, folder: str, endpoints: Iterable[str], plain: bool) -> None:
    """Serve until the reactor stops; by Twisted's own `Site` if that is to be *plain*."""
    root = pages(reactor, folder)
    site = server.Site(root) if plain else Site(root)
    ports: list[IListeningPort] = []
    for endpoint in endpoints:
        port: Port = await serverFromString(reactor, endpoint).listen(site)
        ports.append(cast("IListeningPort", port))
        say(str(getattr(port.getHost(), "port", endpoint)))
    if isinstance(site, Site):
        drain_on_shutdown(reactor, site, ports, grace=5.0)
    await Deferred[None]()
