"""Serve what a function makes: `python -m counterfoil --help`."""

from __future__ import annotations

import math
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from contextlib import suppress
from pathlib import Path
from typing import Final

from twisted.application.reactors import getReactorTypes
from twisted.internet.address import UNIXAddress

from counterfoil._server.draining import GRACE
from counterfoil._serving.changes import Changes
from counterfoil._serving.sockets import BoundSocket, CannotListenError, bind
from counterfoil._serving.supervisor import Supervisor
from counterfoil._serving.target import TargetError, parts_of

_ABOUT: Final = """\
Serve what a function makes, in processes of its own that share the sockets.

The function takes the reactor, and returns a counterfoil.Site or a resource, or an awaitable of
one. SIGTERM and SIGINT end the server, within --grace; a second one ends it at once. SIGHUP starts
new workers, which read the program anew; when they serve, the old ones end what they have begun.
A worker that dies is replaced."""

_EXAMPLES: Final = """\
examples:
  counterfoil serve app:make --listen tcp:8080
  counterfoil serve app:make --listen tcp:8080 --listen unix:/run/app.socket --workers 4
  counterfoil serve app:make --listen tcp:8080:interface=127.0.0.1 --reload"""


class _Options:
    target: str
    listen: list[str]
    workers: int
    reactor: str | None
    grace: float
    reload: bool


def main() -> int:
    """Serve as the command line says; the exit code."""
    options = _parser().parse_args(namespace=_Options())
    try:
        bound = bind(options.listen)
    except CannotListenError as error:
        _say(str(error))
        return 2
    for each in bound:
        _say(f"listens on {_shown(each)}")
    changes = Changes(Path.cwd()) if options.reload else None
    supervisor = Supervisor(
        options.target,
        options.listen,
        bound,
        workers=options.workers,
        reactor=options.reactor,
        grace=options.grace,
        changes=changes,
        say=_say,
    )
    return supervisor.run()


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="counterfoil serve",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "target", metavar="PACKAGE:FUNCTION", type=_target, help="what makes what is served"
    )
    parser.add_argument(
        "--listen",
        metavar="ENDPOINT",
        action="append",
        required=True,
        help="where, as Twisted's endpoints are written: tcp:8080, unix:/run/app.socket, "
        "ssl:8443:privateKey=...; may be repeated",
    )
    parser.add_argument(
        "--workers", metavar="N", type=_count, default=1, help="how many processes (default: 1)"
    )
    parser.add_argument(
        "--grace",
        metavar="SECONDS",
        type=_seconds,
        default=GRACE,
        help=f"how long requests may take that have begun when it ends (default: {GRACE:g})",
    )
    parser.add_argument(
        "--reactor",
        metavar="NAME",
        type=_reactor,
        help="which of Twisted's reactors runs each: asyncio, epoll, poll, ... "
        "(default: Twisted's choice)",
    )
    parser.add_argument(
        "--reload",
        action="store_true",
        help="for development: generate when a spec changes, and take over what has changed",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise ArgumentTypeError("write a number from 1 to 1024")
    return int(text)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if (seconds := float(text)) >= 0 and math.isfinite(seconds):
            return seconds
    raise ArgumentTypeError("write a number of seconds, 0 or more")


def _reactor(text: str) -> str:
    known = sorted(each.shortName for each in getReactorTypes())
    if text not in known:
        raise ArgumentTypeError(f"Twisted has no reactor {text!r}, but {', '.join(known)}")
    return text


def _target(text: str) -> str:
    try:
        parts_of(text)
    except TargetError as error:
        raise ArgumentTypeError(str(error)) from None
    return text


def _shown(bound: BoundSocket) -> str:
    address = bound.getHost()
    if isinstance(address, UNIXAddress):
        return os.fsdecode(address.name or b"a socket without a name")
    return f"{address.host} port {address.port}"


def _say(text: str) -> None:
    sys.stderr.write(f"counterfoil: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
