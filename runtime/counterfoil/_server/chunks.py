"""Bodies that come in chunks (RFC 9112, section 7.1)."""

from __future__ import annotations

import re
from typing import Final

from twisted.web.http import _ChunkedTransferDecoder, _MalformedChunkedDataError
from typing_extensions import override

from counterfoil._output.prepared import has_control_character, spelled

__all__ = ["StrictChunks"]

# What says where a message ends must not come after it (RFC 9110, section 6.5.1).
_OF_THE_HEAD: Final = frozenset({b"Content-Length", b"Transfer-Encoding"})

# More digits than 64 bits have, also zeros: others stop counting there, or begin anew.
_MANY_DIGITS: Final = re.compile(rb"[0-9A-Fa-f]{17}")


class StrictChunks(_ChunkedTransferDecoder):
    """Twisted's decoder, with trailers that are held to what headers are.

    Twisted takes any line for a trailer, and so a request that a proxy let through behind a body.
    """

    @override
    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        if _MANY_DIGITS.match(self._buffer):
            raise _MalformedChunkedDataError("The size of a chunk has too many digits.")
        return super()._dataReceived_CHUNK_LENGTH()

    @override
    def _dataReceived_TRAILER(self) -> bool:
        known = len(self._trailerHeaders)
        goes_on = super()._dataReceived_TRAILER()
        for line in self._trailerHeaders[known:]:
            _check_trailer(bytes(line))
        return goes_on


def _check_trailer(line: bytes) -> None:
    name, colon, value = line.partition(b":")
    known = spelled(name) if colon else None
    if known is None or known in _OF_THE_HEAD or has_control_character(value):
        raise _MalformedChunkedDataError("A trailer is malformed.")
