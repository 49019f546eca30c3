"""The client behind proxies (the `X-Forwarded-For` field, as RFC 7239 tells of it)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

__all__ = ["TrustedProxies"]

_Address: TypeAlias = IPv4Address | IPv6Address

UNIX = "unix"
"""Stands for every peer on a UNIX socket."""


class TrustedProxies:
    """The peers that are believed when they say whom they speak for."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """*trusted* are addresses, networks such as `10.0.0.0/8`, and `unix`.

        Raises `ValueError` for anything else.
        """
        if isinstance(trusted, str):
            raise ValueError(f"trusted proxies are a list: [{trusted!r}]")
        named = list(trusted)
        self._unix = UNIX in named
        self._networks = [_network(each) for each in named if each != UNIX]

    def trusts(self, peer: str | None) -> bool:
        """Whether *peer* is believed; None is one on a UNIX socket."""
        if peer is None:
            return self._unix
        address = _parsed(peer)
        return address is not None and self._trusts(address)

    def client(self, lines: Sequence[bytes]) -> str | None:
        """The nearest address that no trusted proxy has, in what a trusted peer has sent.

        Each proxy adds its own peer at the right end, so what stands further left than the first
        address that is not trusted may be forged. None if that address is none at all.
        """
        found: _Address | None = None
        for text in reversed(b",".join(lines).decode("latin-1").split(",")):
            found = _parsed(text.strip())
            if found is None or not self._trusts(found):
                break
        return None if found is None else str(found)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no trusted proxy: {error}") from None


def _parsed(text: str) -> _Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address
