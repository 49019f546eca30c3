"""The fields of heads, read once: clients send the same ones with one request after another."""

from __future__ import annotations

from typing import Final

from counterfoil._describe import printable
from counterfoil._server.targets import fault_of_host

__all__ = ["NO_FIELDS", "Fields", "KnownFields"]

_MAX_LENGTH_DIGITS: Final = 19
# What has to be decided for each request anew, or has more than one meaning.
_JSON: Final = [b"application/json"]
_UNUSUAL: Final = frozenset({b"Connection", b"Content-Encoding", b"Expect", b"Transfer-Encoding"})


class Fields:
    """What the fields of a head say, whatever its request line."""

    __slots__ = ("agent", "by_name", "is_json", "is_usual", "length")

    def __init__(self, by_name: dict[bytes, list[bytes]]) -> None:
        """*by_name* are the fields by their names, spelled; nobody changes them from now on."""
        self.by_name = by_name
        agents = by_name.get(b"User-Agent")
        self.agent = "-" if agents is None else printable(agents[-1])
        """Who asks, as a log may say it."""
        types = by_name.get(b"Content-Type", _JSON)
        self.is_json = types == _JSON and b"Content-Encoding" not in by_name
        """Whether the body, if there is one, is nothing but JSON."""
        lengths = by_name.get(b"Content-Length", [b"0"])
        is_sized = len(lengths) == 1 and lengths[0].isdigit()
        is_sized = is_sized and len(lengths[0]) <= _MAX_LENGTH_DIGITS
        self.length = int(lengths[0]) if is_sized else 0
        """How long the body is, in bytes, if this is usual."""
        self.is_usual = (
            is_sized
            and _UNUSUAL.isdisjoint(by_name)
            and fault_of_host(b"HTTP/1.1", by_name.get(b"Host")) is None
        )
        """Whether nothing stands in the way of a request of HTTP/1.1, and of another after it."""


NO_FIELDS: Final = Fields({})


class KnownFields:
    """Fields by the bytes that they were read from."""

    MOST: Final = 256 * 1024
    """How many of these bytes are kept."""

    LONGEST: Final = 4096
    """How many of one head."""

    def __init__(self) -> None:
        self._by_text: dict[bytes, Fields] = {}
        self._kept = 0
        self.get = self._by_text.get
        """The fields of a text that is known."""

    def keep(self, text: bytes, by_name: dict[bytes, list[bytes]]) -> Fields:
        """The fields *by_name*, which were read from *text*."""
        fields = Fields(by_name)
        if len(text) <= self.LONGEST:
            self._kept += len(text)
            if self._kept > self.MOST:
                self._by_text.clear()
                self._kept = len(text)
            self._by_text[text] = fields
        return fields
