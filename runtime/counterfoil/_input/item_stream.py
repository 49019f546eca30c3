"""Bodies that are a sequence of JSON values, read one after the other as they arrive."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, TypeAlias

from counterfoil._errors import CodedError, Codes
from counterfoil._input.body_stream import BodyStream
from counterfoil._input.json_values import JsonValidator, read_json
from counterfoil._input.markers import BodyCheck
from counterfoil._input.problems import Problem, refusal

__all__ = ["LONGEST", "Parts", "items_of", "lines_of", "records_of"]

LONGEST: Final = 1024 * 1024
"""How long one value may be, in bytes: it must be in memory as a whole."""

_RECORD: Final = b"\x1e"
_SPACE: Final = b" \t\r\n"

Parts: TypeAlias = Callable[[BodyStream], AsyncIterator[tuple[str, bytes]]]
"""What cuts a body into the texts of its values, each with its name for whom it is refused to."""


async def items_of(
    body: BodyStream, parts: Parts, validator: JsonValidator, check: BodyCheck | None = None
) -> AsyncGenerator[object, None]:
    """The values in *body*, each read when it is asked for, and held against *check* too.

    Raises `InvalidRequestError`, a 400 that names the place, for a value that is refused;
    `CodedError` with 413 for one of more than `LONGEST` bytes; and what reading a `BodyStream`
    does.
    """
    async for place, data in parts(body):
        problems: list[Problem] = []
        value = read_json(data, validator, f"body.{place}", problems, check)
        if problems:
            raise refusal(problems)
        yield value


async def lines_of(body: BodyStream) -> AsyncIterator[tuple[str, bytes]]:
    """The lines of *body* that are not blank."""
    number = 0
    async for line in _split(body, b"\n", "line"):
        number += 1
        if line.strip(_SPACE):
            yield f"line {number}", line


async def records_of(body: BodyStream) -> AsyncIterator[tuple[str, bytes]]:
    """The records of *body*: each begins with RS (RFC 7464, section 2.1).

    One that may have been cut short, as no white space comes after its number or name, is refused
    (section 2.4), and so is what comes before the first.
    """
    number = -1
    async for record in _split(body, _RECORD, "record"):
        number += 1
        place = f"record {number}"
        text = record.strip(_SPACE)
        if number == 0 and text:
            raise refusal([Problem("body.record 1", "not_json", "A record must begin with RS")])
        if text and record[-1:] not in b'"]} \t\r\n':
            raise refusal([Problem(f"body.{place}", "not_json", "The record is cut short")])
        if text:
            yield place, text


async def _split(body: BodyStream, mark: bytes, what: str) -> AsyncIterator[bytes]:
    """What stands between the *mark*s of *body*."""
    part = bytearray()
    number = 1
    async for piece in body:
        first, *others = piece.split(mark)
        part += first
        for other in others:
            _check_length(part, what, number)
            yield bytes(part)
            number += 1
            part = bytearray(other)
        _check_length(part, what, number)
    yield bytes(part)


def _check_length(part: bytearray, what: str, number: int) -> None:
    if len(part) > LONGEST:
        message = f"The body is too large: {what} {number} of it has more than {LONGEST} bytes"
        raise CodedError(413, message, Codes.TOO_LARGE)
