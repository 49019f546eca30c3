"""The access log: one line for each request."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sized
from typing import Protocol

from counterfoil._context import RequestContext, current_context
from counterfoil._describe import printable

__all__ = [
    "AccessLog",
    "AccessLogger",
    "TakesAccessLines",
    "log_early_leave",
    "one_word",
    "quotable",
    "shown",
]

_STANDARD_ERROR = 2
_QUOTE = "\\x22"
_SHORTEST_LONG = 0.05
UNSEEN = 0.0005
"""How many seconds are shown as none."""

_NONE = "0.000s"
_SHORT = [f"{thousandths / 1000:.3f}s" for thousandths in range(51)]

_logger = logging.getLogger("counterfoil.access")


class Sends(Protocol):
    """What sends answers together when a turn of the reactor ends."""

    @property
    def senders(self) -> Sized:
        """For whom it is about to."""

    def call_first(self, function: Callable[[], None], /) -> None:
        """Call *function* before."""


class TakesAccessLines(Protocol):
    """Where the access lines of a site go.

    A log that fails fails alone: there is no other place to tell of it.
    """

    def takes(self, level: int) -> bool:
        """Whether lines of *level* are wanted."""

    def write(self, line: str, level: int, context: RequestContext | None = None) -> None:
        """Write *line*, which is wanted, of the request of *context*."""


class AccessLogger:
    """Hands the lines to the logger `counterfoil.access`."""

    def takes(self, level: int) -> bool:
        """Whether the logger is enabled for *level*."""
        return _logger.isEnabledFor(level)

    def write(self, line: str, level: int, context: RequestContext | None = None) -> None:
        """Hand on *line*."""
        token = current_context.set(context)
        try:
            # What `Logger.log` does, but for its walk up the stack to find who called.
            _logger.handle(_logger.makeRecord(_logger.name, level, "", 0, line, (), None))
        except Exception:  # a handler of the log
            return
        finally:
            current_context.reset(token)


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
        self._second = self._millisecond = 0
        self._date = self._time = ""
        self._is_cut = False
        self._lines: list[str] = []
        self._senders: Sized = ()
        self._file = _opened(path)

    def go_with(self, outbox: Sends) -> None:
        """For a site: write lines when *outbox* sends, if it is about to."""
        self._senders = outbox.senders
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

    def write(self, line: str, level: int, context: RequestContext | None = None) -> None:
        """Write *line*."""
        now = int(time.time() * 1000)
        if now != self._millisecond:
            self._millisecond = now
            self._time = self._told(*divmod(now, 1000))
        self._lines.append(f"{self._time} {line}\n")
        if not self._senders:
            self._flush()

    def _told(self, second: int, thousandth: int) -> str:
        if second != self._second:
            self._second = second
            self._date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._date}.{thousandth:03d}Z"

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


def shown(seconds: float) -> str:
    """*seconds* to the millisecond. To write a number with a fraction takes thrice as long."""
    if seconds < UNSEEN:
        return _NONE
    return _SHORT[round(seconds * 1000)] if seconds < _SHORTEST_LONG else f"{seconds:.3f}s"


def quotable(text: str) -> str:
    """*text*, which is printable, as it stands between quotation marks."""
    return text.replace('"', _QUOTE) if '"' in text else text


def one_word(name: str) -> str:
    """*name* as it stands between spaces."""
    is_shown = name.isascii() and name.isprintable()
    text = name if is_shown else printable(name.encode(errors="backslashreplace"))
    return quotable(text.replace(" ", "\\x20"))
