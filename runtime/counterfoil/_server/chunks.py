"""Bodies that come in chunks (RFC 9112, section 7.1)."""

from __future__ import annotations

from twisted.web.http import _ChunkedTransferDecoder, _MalformedChunkedDataError
from typing_extensions import override

from counterfoil._output.prepared import spelled

__all__ = ["StrictChunks"]


class StrictChunks(_ChunkedTransferDecoder):
    """Twisted's decoder, with trailers that are held to what headers are.

    Twisted takes any line for a trailer, and so a request that a proxy let through behind a body.
    """

    @override
    def _dataReceived_TRAILER(self) -> bool:
        known = len(self._trailerHeaders)
        goes_on = super()._dataReceived_TRAILER()
        for line in self._trailerHeaders[known:]:
            _check_trailer(bytes(line))
        return goes_on


def _check_trailer(line: bytes) -> None:
    name, colon, value = line.partition(b":")
    if not colon or spelled(name) is None or any(byte in value for byte in b"\0\r\n"):
        raise _MalformedChunkedDataError("A trailer is malformed.")
