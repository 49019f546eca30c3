"""What a site refuses, and h11 and llhttp accept: the reasons, as docs/wire.md gives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

__all__ = ["REASONS", "Refused", "reason_for"]


class Refused(NamedTuple):
    """A request that the site has refused."""

    status: int
    error: str
    """Empty where the request was a HEAD."""


class Reason(NamedTuple):
    """One row of the table."""

    status: int
    name: str
    holds: Callable[[bytes], bool]
    """Whether it holds for a request."""


_TARGET: Final = re.compile(rb"(?:\r\n)?[^ ]+ ([^ ]*) ")
_HOST: Final = re.compile(rb"\r\nhost:[ \t]*([^\r]*?)[ \t]*\r\n", re.IGNORECASE)
_ORDINARY_HOST: Final = re.compile(rb"[\w.~!$&'()*+;=%-]*(:[0-9]*)?|\[[0-9A-Fa-f:.]+\](:[0-9]*)?")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)", re.IGNORECASE)
_ENCODED: Final = re.compile(rb"\r\ncontent-encoding:(?![ \t]*identity[ \t]*\r)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_LONG_CHUNK_LINE: Final = re.compile(rb"\n[0-9A-Fa-f]+[^\r\n]{1000,}\r\n")
_EXTENSION: Final = re.compile(rb"\n[0-9A-Fa-f]+[ \t]*;[^\r\n]*[^\r\n\t\x20-\x5b\x5d-\x7e]")


def _head(request: bytes) -> bytes:
    return request.removeprefix(b"\r\n").partition(b"\r\n\r\n")[0] + b"\r\n"


def _target(request: bytes) -> bytes:
    found = _TARGET.match(request)
    return b"" if found is None else found[1]


def _has_other_target(request: bytes) -> bool:
    target = _target(request)
    return not target.startswith(b"/") and re.match(rb"(?i:https?)://", target) is None


def _has_strange_host(request: bytes) -> bool:
    hosts = _HOST.findall(_head(request))
    return len(hosts) != 1 or _ORDINARY_HOST.fullmatch(hosts[0]) is None


def _is_long(request: bytes) -> bool:
    found = _LENGTH.search(_head(request))
    return (found is not None and int(found[1]) > 2000) or len(request) > 2000


def _has_strange_chunk(request: bytes) -> bool:
    chunks = b"\n" + request.partition(b"\r\n\r\n")[2]
    return bool(_CHUNKED.search(_head(request))) and any(
        pattern.search(chunks) for pattern in (_LONG_CHUNK_LINE, _EXTENSION)
    )


REASONS: Final = (
    Reason(400, "a version that is not 1.0 or 1.1", lambda it: b" HTTP/1." not in _head(it)),
    Reason(400, "a host that is none", _has_strange_host),
    Reason(400, "a target that is no path", _has_other_target),
    Reason(400, "more than 256 parameters", lambda it: _target(it).count(b"&") > 255),
    Reason(400, "a chunk's extension that is long, or not plain text", _has_strange_chunk),
    Reason(413, "a body over the limit", _is_long),
    Reason(414, "a long first line", lambda it: len(_target(it)) > 16_000),
    Reason(415, "a body that is encoded", lambda it: bool(_ENCODED.search(_head(it)))),
    Reason(417, "an expectation that is none", lambda it: b"expect:" in _head(it).lower()),
    Reason(431, "a long head", lambda it: len(_head(it)) > 16_000),
    Reason(431, "many headers", lambda it: _head(it).count(b"\r\n") > 500),
    Reason(501, "`CONNECT`", lambda it: b"CONNECT " in it[:10]),
)


def reason_for(refused: Refused, request: bytes) -> Reason | None:
    """Why *request* was *refused*; None if it should not have been."""
    for reason in REASONS:
        if reason.status == refused.status and reason.holds(request):
            return reason
    return None
