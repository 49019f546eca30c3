"""Serve the noticeboard on a host, over TCP, a UNIX socket and TLS: `python -m tests.mounts.serve`.

It runs in the environment that has the foreign hosts. Each transport has notices of its own, so
that each tells the same story. Every line that it prints begins with a transport: then comes its
address, and later what its handlers say.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from pathlib import Path

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import react
from twisted.logger import ILogObserver, STDLibLogObserver, globalLogBeginner

from examples.noticeboard.store import Store
from tests.mounts.application import mount
from tests.mounts.certificate import write_certificate


async def serve(reactor: ReactorBase, host: str, folder: str) -> None:
    """Serve until the reactor stops."""
    home = Path(folder)
    write_certificate(home / "tls.pem")
    endpoints = {
        "tcp": "tcp:0:interface=127.0.0.1",
        "unix": f"unix:{home / 'socket'}",
        "tls": f"ssl:0:interface=127.0.0.1:privateKey={home / 'tls.pem'}",
    }
    site = import_module(f"tests.mounts.hosts.{host}").site
    for transport, endpoint in endpoints.items():
        store = await Store.open(reactor, str(home / f"{transport}.sqlite3"))
        voice = Voice(transport)
        register = mount(store, IReactorTime(reactor), voice)
        port = await serverFromString(reactor, endpoint).listen(site(register))
        address = port.getHost()
        voice(str(home / "socket" if transport == "unix" else address.port))
    await Deferred[None]()


class Voice:
    """Says what happens, so that a test need not guess when it does."""

    def __init__(self, transport: str) -> None:
        self._transport = transport

    def __call__(self, event: str) -> None:
        sys.stdout.write(f"{self._transport} {event}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(format="%(name)s %(levelname)s %(message)s", level=logging.INFO)
    globalLogBeginner.beginLoggingTo([ILogObserver(STDLibLogObserver())], redirectStandardIO=False)
    react(serve, sys.argv[1:])
