"""The access log: one line for each request."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Protocol

from counterfoil._describe import printable
from counterfoil._server.summary import RequestSummary

__all__ = ["AccessLog", "AccessLogger", "TakesAccessLines", "access_line", "log_early_leave"]

_STANDARD_ERROR = 2
_QUOTE = "\\x22"
_SHORTEST_LONG = 0.05
_SHORT = [f"{thousandths / 1000:.3f}s" for thousandths in range(51)]

_logger = logging.getLogger("counterfoil.access")


class Sends(Protocol):
    """What sends answers together when a turn of the reactor ends."""

    @property
    def is_waiting(self) -> bool:
        """Whether it is about to."""

    def call_first(self, function: Callable[[], None], /) -> None:
        """Call *function* before."""


class TakesAccessLines(Protocol):
    """Where the access lines of a site go.

    A log that fails fails alone: there is no other place to tell of it.
    """

    def takes(self, level: int) -> bool:
        """Whether lines of *level* are wanted."""

    def write(self, line: str, level: int) -> None:
        """Write *line*, which is wanted."""


class AccessLogger:
    """Hands the lines to the logger `counterfoil.access`."""

    def takes(self, level: int) -> bool:
        """Whether the logger is enabled for *level*."""
        return _logger.isEnabledFor(level)

    def write(self, line: str, level: int) -> None:
        """Hand on *line*."""
        try:
            # What `Logger.log` does, but for its walk up the stack to find who called.
            _logger.handle(_logger.makeRecord(_logger.name, level, "", 0, line, (), None))
        except Exception:  # a handler of the log
            return


class AccessLog:
    """A file of access lines, each written to it at once: `Site(access_log=AccessLog(path))`.

    A line in it begins with the time, `2026-11-22T21:04:07.123Z`, and goes on as it does through
    `logging`, which takes longer for it than a short handler does. Lines below INFO are left out.
    Those of answers that are sent together are written together, right before.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        """Lines are added to the file at *path*, which is made if need be; None is standard error.

        Raises `OSError` if the file cannot be opened.
        """
        self._path = path
        self._second = 0
        self._date = ""
        self._is_cut = False
        self._lines: list[str] = []
        self._outbox: Sends | None = None
        self._file = _opened(path)

    def go_with(self, outbox: Sends) -> None:
        """For a site: write lines when *outbox* sends, if it is about to."""
        self._outbox = outbox
        outbox.call_first(self._flush)

    def reopen(self) -> None:
        """Go on in a new file of the same name, as the old one was moved away.

        Raises `OSError` if it cannot be opened; lines go to the old one then.
        """
        self._flush()
        if self._path is not None:
            former, self._file = self._file, _opened(self._path)
            os.close(former)

    def takes(self, level: int) -> bool:
        """Whether *level* is INFO or above."""
        return level >= logging.INFO

    def write(self, line: str, level: int) -> None:
        """Write *line*."""
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        self._lines.append(f"{self._date}.{int((now - second) * 1000):03d}Z {line}\n")
        if self._outbox is None or not self._outbox.is_waiting:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        text = "".join(self._lines).encode()
        self._lines.clear()
        if self._is_cut:
            text = b"\n" + text
        try:
            while text:
                text = text[os.write(self._file, text) :]
                self._is_cut = bool(text)
        except OSError:  # a full disk, a closed pipe
            return


def _opened(path: str | os.PathLike[str] | None) -> int:
    if path is None:
        return _STANDARD_ERROR
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)


def log_early_leave(log: TakesAccessLines, client: str) -> None:
    """Write the line of a client that has left before there was a request to tell of it."""
    if log.takes(logging.INFO):
        log.write(f"{client} left before its request was complete", logging.INFO)


def access_line(summary: RequestSummary, request_id: str) -> str:
    """The access line of a request.

        192.0.2.1 - main - GET-7 - {ListNotices} ann 0.003s/0.000s (0.002s, 0.000s) 64B 200
        "GET /boards/lobby/notices HTTP/1.1" "curl/8.5.0"

    The times are those of the handler, of sending what was left then, and of the processor in the
    program and in the system. `!` marks an answer that was not sent in full.
    """
    # By position: to look up sixteen names takes as long as to write the line.
    client, site, name, servlet, _, method, uri, protocol, agent, *rest = summary
    status, complete, sent, processing, sending, user_cpu, system_cpu = rest
    requester = "-" if name is None else _one_word(name)
    uri, agent = uri.replace('"', _QUOTE), agent.replace('"', _QUOTE)
    return (
        f"{client} - {site} - {request_id} - {{{servlet}}} {requester}"
        f" {_seconds(processing)}/{_seconds(sending)}"
        f" ({_seconds(user_cpu)}, {_seconds(system_cpu)})"
        f' {sent}B {status}{"" if complete else "!"} "{method} {uri} {protocol}" "{agent}"'
    )


def _seconds(seconds: float) -> str:
    """*seconds* to the millisecond. To write a number with a fraction takes thrice as long."""
    return _SHORT[round(seconds * 1000)] if seconds < _SHORTEST_LONG else f"{seconds:.3f}s"


def _one_word(name: str) -> str:
    is_shown = name.isascii() and name.isprintable()
    shown = name if is_shown else printable(name.encode(errors="backslashreplace"))
    return shown.replace(" ", "\\x20").replace('"', _QUOTE)
