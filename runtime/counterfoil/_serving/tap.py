"""The plugin of `twist`: `twist counterfoil --listen tcp:8080 PACKAGE:FUNCTION`."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import cast

from twisted.application.service import Service
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort
from twisted.python import usage
from twisted.python.failure import Failure
from typing_extensions import override

from counterfoil._server.shutdown import drain_on_shutdown
from counterfoil._serving.target import made_by, what_went_wrong

__all__ = ["Options", "makeService"]


logger = logging.getLogger("counterfoil.server")


class Options(usage.Options):
    """What the command line says."""

    synopsis = "[--listen ENDPOINT ...] PACKAGE:FUNCTION"

    def __init__(self) -> None:
        usage.Options.__init__(self)
        self.target = ""
        self.endpoints: list[str] = []

    def opt_listen(self, endpoint: str) -> None:
        """Where to listen, such as tcp:8080; may be repeated."""
        self.endpoints.append(endpoint)

    @override
    def parseArgs(self, *targets: str) -> None:
        """Take what is served."""
        if len(targets) != 1:
            raise usage.UsageError("say what is served, and only one: PACKAGE:FUNCTION")
        (self.target,) = targets

    @override
    def postOptions(self) -> None:
        """Check that there is somewhere to listen."""
        if not self.endpoints:
            raise usage.UsageError("say where to listen: --listen tcp:8080")


class _Serving(Service):
    def __init__(self, options: Options) -> None:
        self._options = options

    @override
    def startService(self) -> None:
        Service.startService(self)
        # The first import of it installs one, hence not when this module is imported.
        reactor = cast("ReactorBase", import_module("twisted.internet.reactor"))

        def give_up(failure: Failure) -> None:
            why = what_went_wrong(failure.value)
            logger.error("%s cannot be served: %s", self._options.target, why)
            atexit.register(_exit_in_failure)
            reactor.callWhenRunning(reactor.stop)

        Deferred.fromCoroutine(self._start(reactor)).addErrback(give_up)

    async def _start(self, reactor: ReactorBase) -> None:
        site = await made_by(self._options.target, reactor)
        ports: list[IListeningPort] = [
            await serverFromString(reactor, endpoint).listen(site)
            for endpoint in self._options.endpoints
        ]
        drain_on_shutdown(reactor, site, ports)


def _exit_in_failure() -> None:
    """End the process with 1: `twist` itself knows no exit code of what it runs."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def makeService(options: usage.Options) -> Service:
    """The service that `twist` runs."""
    sys.path.insert(0, str(Path.cwd()))  # as `python -m` does: `twist` is a script elsewhere
    return _Serving(cast("Options", options))
