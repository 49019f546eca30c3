"""Serve what Twisted's users serve.

    python -m tests.compatibility.serve REACTOR FOLDER ENDPOINT ... [--without-httptools] [--plain]

REACTOR is a name of `REACTORS`. FOLDER holds the files that are served. The port of each endpoint
is printed once it listens, and later what the pages say. `--without-httptools` has heads read
line by line; `--plain` serves by Twisted's own `Site`. Twisted is all that is needed; what is there
in the environment of `make mounts` beyond it is served too.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Final

REACTORS: Final = {
    "epoll": "twisted.internet.epollreactor",
    "poll": "twisted.internet.pollreactor",
    "select": "twisted.internet.selectreactor",
    "asyncio": "twisted.internet.asyncioreactor",
    "uvloop": "twisted.internet.asyncioreactor",
}


def install(name: str) -> None:
    """Install the reactor *name*: before anything is imported that would install the usual one."""
    module = import_module(REACTORS[name])
    if name == "uvloop":
        module.install(import_module("uvloop").new_event_loop())
    else:
        module.install()


def main(name: str, folder: str, *arguments: str) -> None:
    """Serve until the process is told to end."""
    install(name)
    endpoints = [each for each in arguments if not each.startswith("--")]
    if "--without-httptools" in arguments:
        vars(import_module("counterfoil._server.site"))["head_reader"] = lambda: None
    logging.basicConfig(format="%(name)s %(levelname)s %(message)s", level=logging.INFO)
    logger = import_module("twisted.logger")
    observer = logger.ILogObserver(logger.STDLibLogObserver())
    logger.globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    application = import_module("tests.compatibility.application")
    import_module("twisted.internet.task").react(
        application.serve, (folder, endpoints, "--plain" in arguments)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
