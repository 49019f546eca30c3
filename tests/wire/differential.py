"""What a site makes of mutated requests, beside what h11 and llhttp make of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from twisted.internet.task import Clock

from tests.wire.answers import answers
from tests.wire.application import Accepted, Engine, Recorder, Watch, site_for
from tests.wire.checks import Fault
from tests.wire.excess import Refused, reason_for
from tests.wire.memory import MemoryConnection
from tests.wire.mutator import Case, Mutator
from tests.wire.referees import Reading, by_h11, by_llhttp, length_by_llhttp

__all__ = ["Differential"]

_TOGETHER: Final = 500

_IN_PIECES: Final = 3
"""One case of so many is sent in pieces, to a site without httptools."""

_ASTERISK: Final = Accepted(b"OPTIONS", b"*", b"")
"""What the site answers itself, whatever its body."""


@dataclass
class Differential:
    """The cases of one seed. What is accepted that both referees refuse is raised as a `Fault`."""

    seed: int
    accepted: int = 0
    refused: int = 0
    excess: Counter[str] = field(default_factory=Counter)
    """How often the site refused what both referees accept, by the reasons for it."""

    def run(self, count: int) -> None:
        """Send *count* cases."""
        mutator = Mutator(self.seed)
        with Watch() as watch:
            whole, broken = Bench(Engine.HTTPTOOLS), Bench(Engine.LINES)
            for number in range(count):
                case = mutator.case()
                came = whole.outcomes([case.data])
                self._compare(case, came)
                if number % _IN_PIECES == 0:
                    _compare_pieces(case, came, broken.outcomes(case.pieces()))
                if number % _TOGETHER == 0 or number == count - 1:
                    whole.end_connections()
                    broken.end_connections()
                    watch.lines.clear()
                    if watch.errors:
                        raise Fault(f"{watch.errors}")

    def _compare(self, case: Case, came: list[Accepted | Refused]) -> None:
        data = case.data
        for outcome in came:
            h11, llhttp = by_h11(data), by_llhttp(data)
            if isinstance(outcome, Refused):
                self.refused += 1
                if h11.accepted is not None and h11.accepted == llhttp.accepted:
                    self._note_excess(outcome, data[: h11.length])
                agreeing = h11 if h11.accepted is not None else llhttp
            else:
                self.accepted += 1
                agreeing = _agreeing(outcome, h11, llhttp, data)
            if agreeing.accepted is None:
                if outcome is not came[-1]:
                    raise Fault(f"another answer after what both refuse: {case}\n{came}")
                return
            data = data[agreeing.length or length_by_llhttp(data) :]

    def _note_excess(self, refused: Refused, request: bytes) -> None:
        reason = reason_for(refused, request)
        if reason is None:
            raise Fault(f"{refused}, which both accept: {request!r}")
        self.excess[reason.name] += 1


def _agreeing(outcome: Accepted, h11: Reading, llhttp: Reading, data: bytes) -> Reading:
    for reading in (h11, llhttp):
        if reading.accepted == outcome or (outcome == _ASTERISK and _is_asterisk(reading)):
            return reading
    raise Fault(f"{outcome} was accepted; h11: {h11}, llhttp: {llhttp}, of\n{data!r}")


def _is_asterisk(reading: Reading) -> bool:
    accepted = reading.accepted
    if accepted is None:
        return False
    return (accepted.method, accepted.target.partition(b"?")[0]) == _ASTERISK[:2]


def _compare_pieces(
    case: Case, came: list[Accepted | Refused], other: list[Accepted | Refused]
) -> None:
    """In pieces it is the same, but that an early refusal may end it."""
    for one, another in zip(came, other, strict=False):
        if one != another:
            raise Fault(f"{one} and in pieces {another}: {case}")
    shorter, longer = sorted((came, other), key=len)
    if len(shorter) < len(longer) and not (shorter and isinstance(shorter[-1], Refused)):
        raise Fault(f"{came} and in pieces {other}: {case}")


class Bench:
    """A site that accepts all that is a request."""

    def __init__(self, engine: Engine) -> None:
        self._recorder = Recorder()
        self._clock = Clock()
        self._site = site_for(self._recorder, engine, self._clock)
        self._open: list[MemoryConnection] = []

    def outcomes(self, pieces: list[bytes]) -> list[Accepted | Refused]:
        """What becomes of the requests in *pieces*."""
        self._recorder.accepted.clear()
        connection = MemoryConnection(self._site)
        connection.send(pieces)
        self._open.append(connection)
        return list(self._outcomes(connection.received()))

    def _outcomes(self, received: bytes) -> Iterator[Accepted | Refused]:
        accepted = iter(self._recorder.accepted)
        for answer in answers(received):
            if answer.status == 200:
                yield next(accepted)
            elif answer.status == 204:
                yield _ASTERISK
            else:
                yield Refused(answer.status, _error(answer.body))

    def end_connections(self) -> None:
        """Have them all closed."""
        for connection in self._open:
            connection.lose()
        self._open.clear()


def _error(body: bytes) -> str:
    if not body:
        return ""
    told: dict[str, str] = json.loads(body)
    return told["error"]
