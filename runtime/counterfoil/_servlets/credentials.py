"""What a client shows of itself. None of these says its secret in its `repr`.

Compare secrets with `matches`, which takes as long for a wrong one as for the right one (`==` is
the faster the sooner two texts differ); or better, look up a digest of them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

__all__ = [
    "ApiKey",
    "BasicCredentials",
    "BearerToken",
    "ClientCertificate",
    "HttpCredentials",
    "Undeclared",
]


@dataclass(frozen=True, slots=True)
class BearerToken:
    """The token of `Authorization: Bearer` (RFC 6750, section 2.1)."""

    token: str = field(repr=False)

    def matches(self, token: str) -> bool:
        """Whether it is *token*."""
        return _same(self.token, token)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The value of a header, query parameter or cookie that a spec names for it."""

    key: str = field(repr=False)

    def matches(self, key: str) -> bool:
        """Whether it is *key*."""
        return _same(self.key, key)


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """Name and password of `Authorization: Basic` (RFC 7617), without control characters."""

    username: str
    password: str = field(repr=False)

    def matches(self, username: str, password: str) -> bool:
        """Whether they are *username* and *password*."""
        return _same(self.username, username) & _same(self.password, password)


@dataclass(frozen=True, slots=True)
class HttpCredentials:
    """What stands in `Authorization` for a scheme that is not taken apart (RFC 9110, 11.4)."""

    scheme: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The certificate of a TLS connection's client, which TLS itself has held against its roots.

    It is pyOpenSSL's `X509`; what it must say of the sender, the authenticator decides.
    """

    certificate: object


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Nothing yet: the spec requires *scheme*, and nowhere says where its credentials are.

    An authenticator has to look for them itself.
    """

    scheme: str


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8"))
