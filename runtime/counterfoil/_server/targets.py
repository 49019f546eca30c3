"""What a request is made to: its target, its host, its query (RFC 9112, section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from counterfoil._errors import CodedError, Codes
from counterfoil._input.query import MAX_PARAMETERS, TooManyParametersError, split_query

__all__ = ["arguments_of", "fault_of_host", "fault_of_target", "origin_form"]

_HTTP = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)
# A name, or an address in brackets, and a port (RFC 3986, section 3.2.2).
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")


def origin_form(target: bytes) -> bytes:
    """*target* as a path and a query; one that names its server loses that part.

    It is for the server to know its own names (RFC 9112, section 3.2.2).
    """
    named = _HTTP.match(target)
    if named is None:
        return target
    rest = target[named.end() :]
    return rest if rest.startswith(b"/") else b"/" + rest


def fault_of_target(method: bytes, path: bytes, query: bytes) -> CodedError | None:
    """Why a request with this method, path and query is refused, if it is."""
    if query.count(b"&") >= MAX_PARAMETERS:
        return CodedError(400, str(TooManyParametersError()), Codes.INVALID_PARAM)
    if path.startswith(b"/") or (path == b"*" and method == b"OPTIONS"):
        return None
    if method == b"CONNECT":
        return CodedError(501, "This server is no proxy", Codes.UNRECOGNIZED)
    if path == b"*":
        return CodedError(400, "Only OPTIONS takes *", Codes.UNRECOGNIZED)
    return CodedError(400, "The target must start with /", Codes.INVALID_PARAM)


def fault_of_host(protocol: bytes, hosts: Sequence[bytes] | None) -> CodedError | None:
    """Why a request with these `Host` fields is refused, if it is (RFC 9112, section 3.2)."""
    if hosts is None:
        hosts = () if protocol == b"HTTP/1.1" else (b"",)
    if len(hosts) == 1 and _is_host(hosts[0]):
        return None
    return CodedError(400, "There must be one valid Host header", Codes.INVALID_PARAM)


@lru_cache(maxsize=256)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None


def arguments_of(query: bytes) -> dict[bytes, list[bytes]]:
    """The parameters of a query, for resources that read `request.args`.

    Raises `TooManyParametersError`.
    """
    arguments: dict[bytes, list[bytes]] = {}
    if query:
        for name, value in split_query(query):
            key = unquote_to_bytes(name.encode("latin-1"))
            arguments.setdefault(key, []).append(unquote_to_bytes(value.encode("latin-1")))
    return arguments
