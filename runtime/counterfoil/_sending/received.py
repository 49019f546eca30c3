"""What is answered to a request that was sent, as the spec has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import ValidationError

from counterfoil._errors import ErrorClass, StatusError
from counterfoil._input.branching import json_validator
from counterfoil._input.json_values import validated
from counterfoil._input.media_types import is_json
from counterfoil._input.wire import type_adapter
from counterfoil._json.decoding import JsonError, decode
from counterfoil._replies import AnyHeaders, Location, Redirected, Reply, Successful
from counterfoil._sending.outgoing import Outgoing

__all__ = ["Received", "UnexpectedAnswerError", "error_of", "replies_of", "reply_of"]


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""

    body: bytes = b""


class UnexpectedAnswerError(Exception):
    """An answer that the spec does not have, or with a body that it does not allow."""

    def __init__(self, why: str, received: Received) -> None:
        super().__init__(why)
        self.received = received


Replies = Mapping[type[Reply[object]], object]
"""The type of the body of each reply."""


def replies_of(message: type[object]) -> Replies:
    """What may be answered to *message*: the replies in the base `Outgoing[Ok[Receipt]]`."""
    bases = vars(message).get("__orig_bases__", ())
    declared = next((get_args(base)[0] for base in bases if get_origin(base) is Outgoing), None)
    if declared is None:
        raise TypeError(f"{message.__qualname__} does not say what is answered")
    is_union = get_origin(declared) in (Union, UnionType)
    return dict(map(_reply, get_args(declared) if is_union else (declared,)))


def _reply(declared: object) -> tuple[type[Reply[object]], object]:
    kind = get_origin(declared) or declared
    if not (isinstance(kind, type) and issubclass(kind, Reply)):
        raise TypeError(f"{declared!r:.80} is no reply")
    body: object = next(iter(get_args(declared)), None)
    return kind, type(None) if body is None else body


def reply_of(received: Received, replies: Replies) -> Reply[object] | None:
    """The reply that *received* is; None if it is none of *replies*.

    Raises `UnexpectedAnswerError` if it is one of them, with another body.
    """
    for kind, body in replies.items():
        if vars(kind).get("status") == received.status:
            return _made(kind, received, body)
    for open_kind in (Successful, Redirected):
        if open_kind in replies and received.status in open_kind.statuses:
            return _made(open_kind, received, replies[open_kind])
    return None


def error_of(received: Received, errors: Iterable[ErrorClass]) -> Exception | None:
    """The declared error that *received* is, the one of its own status first; None if none is."""
    open_errors: list[type[StatusError[object, AnyHeaders]]] = []
    for kind in errors:
        if issubclass(kind, StatusError):
            open_errors.append(kind)
        elif kind.status == received.status:
            return kind(_body(received, _body_type(kind)), headers=received.headers)
    for open_kind in sorted(open_errors, key=lambda kind: len(kind.statuses)):
        if received.status in open_kind.statuses:
            body = _body(received, _body_type(open_kind))
            return open_kind(received.status, body, headers=received.headers)
    return None


def _made(kind: type[Reply[object]], received: Received, of: object) -> Reply[object]:
    reply: Reply[object] = kind.__new__(kind)
    if "status" not in vars(kind):
        object.__setattr__(reply, "status", received.status)
    object.__setattr__(reply, "body", _body(received, of))
    object.__setattr__(reply, "headers", received.headers)
    object.__setattr__(reply, "has_content", of is not type(None))
    return reply


def _body(received: Received, of: object) -> object:
    if of is type(None):
        return None
    try:
        if of is Location:
            return Location(received.headers.get("location", ""))
        if of is bytes:
            return received.body
        media_type = received.headers.get("content-type", "application/json")
        if of is str and not is_json(media_type):
            return received.body.decode("utf-8")
        decode(received.body)
        return validated(received.body, json_validator(type_adapter(of)))
    except (JsonError, ValidationError, ValueError) as error:
        why = f"the body of the answer {received.status} is not what is declared"
        raise UnexpectedAnswerError(why, received) from error


def _body_type(error: ErrorClass) -> object:
    bases = (each for one in error.__mro__ for each in vars(one).get("__orig_bases__", ()))
    body: object = get_args(next(bases))[0]
    return body
