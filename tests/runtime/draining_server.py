"""A server for tests to stop: a process of its own, that prints its port."""

from __future__ import annotations

import logging
import signal
import sys
from typing import cast

from counterfoil import JsonResource, Request, Site, drain_on_shutdown
from counterfoil.stub import path
from twisted.internet import reactor as twisted_reactor
from twisted.internet.interfaces import IReactorTime
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.task import deferLater

reactor = cast("PosixReactorBase", twisted_reactor)


async def wait(request: Request) -> tuple[int, object]:
    """Answer after as many seconds as the query says."""
    await deferLater(cast("IReactorTime", reactor), float(request.uri.partition(b"?")[2] or 0))
    return 200, "waited"


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    # Who started the tests may have had them ignored, as `nohup` does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    root = JsonResource()
    root.register_paths("GET", [path("/")], wait, "Wait")
    site = Site(root)
    port = reactor.listenTCP(0, site, interface="127.0.0.1", backlog=512)
    drain_on_shutdown(reactor, site, [port], grace=float(sys.argv[1]))
    reactor.callWhenRunning(print, port.getHost().port, flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
