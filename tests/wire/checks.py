"""What must hold of the answers to any bytes at all."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Final, NamedTuple

from tests.wire.answers import Answer, UnparsableError, answers

__all__ = ["Fault", "Outcome", "check"]

_LINE: Final = re.compile(r'B ([0-9]{3})(!?) "([^ "]*) ')
_VERSION: Final = re.compile(rb"HTTP/[0-9]")
_HANDLED: Final = frozenset({200, 201})


class Fault(Exception):
    """The server has done what no client may make it do."""


class Outcome(NamedTuple):
    """What came of a case."""

    sent: bytes
    """All that the client sent."""

    received: bytes
    lines: list[str]
    """Of the access log."""

    errors: list[str]
    """Of the log."""

    calls: int
    """How many handlers came to their end."""

    ended: bool
    """Whether the server has closed the connection."""


def check(outcome: Outcome) -> list[Answer]:
    """The answers, if they are what they must be.

    Raises `Fault`.
    """
    if outcome.errors:
        raise Fault("\n".join(outcome.errors))
    said = [found for line in outcome.lines if (found := _LINE.search(line))]
    if any(line[2] for line in said):
        raise Fault(f"an answer was not sent in full: {outcome.lines}")
    try:
        received = list(answers(outcome.received))
    except UnparsableError as error:
        raise Fault(str(error)) from None
    # A line is written when its handler ends, which that of the next request may do before.
    told = Counter((int(line[1]), line[1] != "204" and line[3] == "HEAD") for line in said)
    if Counter((answer.status, answer.is_bare) for answer in received) != told:
        raise Fault(f"the answers differ from the access lines: {outcome.lines}")
    for line in said:
        if int(line[1]) >= 500 and (line[1], line[3]) != ("501", "CONNECT"):
            raise Fault(f"a {line[1]}")
    for answer in received:
        _check_answer(answer)
    _check_number(outcome, received)
    return received


def _check_answer(answer: Answer) -> None:
    if answer.interim > 1:
        raise Fault("100 Continue, more than once")
    if answer.body and answer.headers.get(b"content-type") == b"application/json":
        json.loads(answer.body)
    if not answer.headers.keys() >= {b"server", b"date", b"x-content-type-options"}:
        raise Fault(f"an answer without what all have: {answer}")


def _check_number(outcome: Outcome, received: list[Answer]) -> None:
    """No request has two answers.

    What was sent holds one at the most for each version of HTTP, and one for nonsense at the end.
    """
    most = len(_VERSION.findall(outcome.sent)) + 1
    if len(received) > most:
        raise Fault(f"{len(received)} answers to {most} requests at the most")
    handled = sum(1 for answer in received if answer.status in _HANDLED)
    if handled != outcome.calls:
        raise Fault(f"{handled} answers of {outcome.calls} handlers")
    if any(answer.closes for answer in received[:-1]):
        raise Fault("an answer after the last")
    if outcome.ended and not (received and received[-1].closes):
        raise Fault("the connection was closed, and no answer said so")
    if not outcome.ended and received and received[-1].closes:
        raise Fault("the last answer was sent, and the connection is open")
