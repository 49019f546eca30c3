"""Security schemes (OpenAPI 3.1, section 4.8.27): where credentials stand, and how to ask for them.

A scheme finds credentials in a request and says what is wrong with their form; whether they are
good, an authenticator says.
"""

from __future__ import annotations

import base64
import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from typing_extensions import override

from counterfoil._describe import redact_parameter
from counterfoil._errors import CodedError, Codes
from counterfoil._input.query import TooManyParametersError, percent_decode, split_query
from counterfoil._servlets.credentials import (
    ApiKey,
    BasicCredentials,
    BearerToken,
    ClientCertificate,
    HttpCredentials,
    Undeclared,
)
from counterfoil._servlets.guards import Ask, Guard, Said
from counterfoil._servlets.refusals import UnauthorizedError
from counterfoil._types import Request

__all__ = [
    "BasicScheme",
    "BearerScheme",
    "ClientCertificateScheme",
    "CookieKeyScheme",
    "HeaderKeyScheme",
    "HttpScheme",
    "QueryKeyScheme",
    "Scheme",
    "UndeclaredScheme",
]

C = TypeVar("C")
P = TypeVar("P")

# RFC 6750, section 2.1, and RFC 9110, section 11.2.
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
# RFC 6749, section 3.3.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_QUOTABLE = re.compile(r"[^\x20-\x7e]+")


class Scheme(ABC, Generic[C]):
    """One security scheme of an API; *realm* is what challenges call the API (RFC 9110, 11.5)."""

    def __init__(self, realm: str) -> None:
        self._realm = realm

    @abstractmethod
    def find(self, request: Request) -> C | None:
        """The credentials of *request*, None if it has none of this scheme.

        Raises `UnauthorizedError` for what cannot be credentials, and `CodedError`, a 400, for what
        is given more than once.
        """

    @abstractmethod
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        """A value of `WWW-Authenticate`; *scopes* and *error* are those of RFC 6750, section 3."""

    def guard(self, ask: Callable[[Request, C], Said[P]]) -> Guard[P]:
        """What lets those requests pass of whose credentials *ask* names the principal."""

        def find(request: Request) -> Ask[P] | None:
            credentials = self.find(request)
            return None if credentials is None else lambda _: ask(request, credentials)

        return Guard(self, find)

    def guard_next(self, ask: Callable[[Request, C, P | None], Said[P]]) -> Guard[P]:
        """As `guard`, where *ask* is told too whom the scheme before it, if any, has named."""

        def find(request: Request) -> Ask[P] | None:
            credentials = self.find(request)
            if credentials is None:
                return None
            return lambda previous: ask(request, credentials, previous)

        return Guard(self, find)

    def _challenge(self, scheme: str, **parameters: str) -> str:
        given = {"realm": self._realm, **parameters}
        return f"{scheme} {', '.join(f'{name}={_quoted(text)}' for name, text in given.items())}"


class BearerScheme(Scheme[BearerToken]):
    """`Authorization: Bearer` (RFC 6750, section 2.1), which OAuth 2 and OpenID Connect use too."""

    @override
    def find(self, request: Request) -> BearerToken | None:
        value = _authorization(request, "bearer")
        if value is None:
            return None
        if not _TOKEN68.fullmatch(value):
            raise UnauthorizedError("The token is malformed")
        return BearerToken(value)

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        parameters = {} if error is None else {"error": error}
        if scopes and all(map(_SCOPE.fullmatch, scopes)):
            parameters["scope"] = " ".join(scopes)
        return self._challenge("Bearer", **parameters)


class BasicScheme(Scheme[BasicCredentials]):
    """`Authorization: Basic` (RFC 7617), in UTF-8."""

    @override
    def find(self, request: Request) -> BasicCredentials | None:
        value = _authorization(request, "basic")
        if value is None:
            return None
        try:
            text = base64.b64decode(value.encode("ascii"), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeError):
            raise UnauthorizedError("The credentials are malformed") from None
        username, colon, password = text.partition(":")
        if not colon or _CONTROL.search(text):
            raise UnauthorizedError("The credentials are malformed")
        return BasicCredentials(username, password)

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        return self._challenge("Basic", charset="UTF-8")


class HttpScheme(Scheme[HttpCredentials]):
    """`Authorization` with another scheme of RFC 9110, section 11.1, called *name*."""

    def __init__(self, realm: str, name: str) -> None:
        super().__init__(realm)
        self._name = name

    @override
    def find(self, request: Request) -> HttpCredentials | None:
        value = _authorization(request, self._name.lower())
        return None if value is None else HttpCredentials(self._name, value)

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        return self._challenge(self._name)


class _KeyScheme(Scheme[ApiKey]):
    """A key called *name*. An empty one counts as none."""

    place: str

    def __init__(self, realm: str, name: str) -> None:
        super().__init__(realm)
        self._name = name

    @override
    def find(self, request: Request) -> ApiKey | None:
        values = self._values(request)
        if len(values) > 1:
            raise _given_twice(f"{self.place}.{self._name}")
        if not values or not values[0]:
            return None
        try:
            key = self._decoded(values[0])
        except ValueError:
            raise UnauthorizedError("The key is malformed") from None
        if _CONTROL.search(key):
            raise UnauthorizedError("The key is malformed")
        return ApiKey(key)

    @abstractmethod
    def _values(self, request: Request) -> Sequence[bytes]:
        """What is given, in every place of the request."""

    def _decoded(self, value: bytes) -> str:
        """The text of a value. Raises `ValueError`."""
        return value.decode("utf-8")

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        # No registered scheme stands for keys, and a 401 must name one (RFC 9110, 15.5.2).
        return self._challenge("ApiKey", **{"in": self.place, "name": self._name})


class HeaderKeyScheme(_KeyScheme):
    """A key in the header *name*."""

    place = "header"

    @override
    def _values(self, request: Request) -> Sequence[bytes]:
        return request.requestHeaders.getRawHeaders(self._name.encode("ascii")) or ()


class QueryKeyScheme(_KeyScheme):
    """A key in the query parameter *name*, whose values the logs leave out from now on."""

    place = "query"

    def __init__(self, realm: str, name: str) -> None:
        super().__init__(realm, name)
        redact_parameter(name)

    @override
    def _values(self, request: Request) -> Sequence[bytes]:
        _, _, query = request.uri.partition(b"?")
        try:
            pairs = split_query(query)
        except TooManyParametersError as error:
            raise CodedError(400, f"query: {error}", Codes.INVALID_PARAM) from None
        return [value.encode("latin-1") for name, value in pairs if self._is_named(name)]

    def _is_named(self, encoded: str) -> bool:
        try:
            return percent_decode(encoded) == self._name
        except ValueError:
            return False

    @override
    def _decoded(self, value: bytes) -> str:
        return percent_decode(value.decode("latin-1"))


class CookieKeyScheme(_KeyScheme):
    """A key in the cookie *name*; of several, the first is that of the longer path (RFC 6265)."""

    place = "cookie"

    @override
    def _values(self, request: Request) -> Sequence[bytes]:
        wanted = self._name.encode("utf-8")
        for line in request.requestHeaders.getRawHeaders(b"Cookie", ()):
            for pair in line.split(b";"):
                name, _, value = pair.partition(b"=")
                if name.strip(b" \t") == wanted:
                    return [value.strip(b" \t")]
        return ()


class ClientCertificateScheme(Scheme[ClientCertificate]):
    """The certificate of the connection's client (`mutualTLS`), where TLS ends in this process."""

    @override
    def find(self, request: Request) -> ClientCertificate | None:
        certificate_of = getattr(request.transport, "getPeerCertificate", None)
        certificate: object = None if certificate_of is None else certificate_of()
        return None if certificate is None else ClientCertificate(certificate)

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        return self._challenge("ClientCertificate")


class UndeclaredScheme(Scheme[Undeclared]):
    """A scheme that is required by its *name* alone: every request is an authenticator's to see."""

    def __init__(self, realm: str, name: str) -> None:
        super().__init__(realm)
        self._name = name

    @override
    def find(self, request: Request) -> Undeclared:
        return Undeclared(self._name)

    @override
    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str:
        return self._challenge("Undeclared", name=self._name)


def _authorization(request: Request, scheme: str) -> str | None:
    """What `Authorization` says after *scheme*, in lower case; None if it is of another scheme."""
    lines = request.requestHeaders.getRawHeaders(b"Authorization") or ()
    if len(lines) > 1:
        raise _given_twice("header.Authorization")
    for line in lines:
        name, _, value = line.decode("latin-1").partition(" ")
        if name.lower() == scheme:
            return _printable(value.strip(" \t"))
    return None


def _printable(value: str) -> str:
    if not value.isascii() or _CONTROL.search(value):
        raise UnauthorizedError("The credentials are malformed")
    return value


def _given_twice(place: str) -> CodedError:
    return CodedError(400, f"{place}: Input is given more than once", Codes.INVALID_PARAM)


def _quoted(text: str) -> str:
    """A quoted string (RFC 9110, section 5.6.4)."""
    plain = _NOT_QUOTABLE.sub("?", " ".join(text.split()))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
