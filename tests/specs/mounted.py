"""The stubs of a real API, mounted: who may call them, with what, and over which connection."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from typing import Protocol

from counterfoil import JsonResource
from counterfoil_codegen import ir

from tests.specs.generation import Generated
from tests.specs.wellformed import Built

AUTHORIZATION = {
    ir.SchemeKind.BASIC: "Basic YTpi",
    ir.SchemeKind.BEARER: "Bearer token",
    ir.SchemeKind.HTTP: "X-Matrix origin=example.org",
}


class Register(Protocol):
    """The `register` of a generated package."""

    def __call__(self, server: JsonResource, **handlers: object) -> None: ...


class Anybody:
    """An authenticator that takes whatever it is shown."""

    def __init__(self, schemes: Iterable[ir.SecurityScheme]) -> None:
        for scheme in schemes:
            vars(self)[str(scheme.name)] = self._accept

    async def _accept(self, request: object, credentials: object) -> str:
        return "anybody"


class Client:
    """One connection that is kept, to send many requests over."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=10)

    def send(self, method: str, built: Built) -> tuple[int, dict[str, str], bytes]:
        self._connection.request(method, built.target, built.body, dict(built.headers))
        response = self._connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, response.read()

    def close(self) -> None:
        self._connection.close()


def mounted(generated: Generated) -> JsonResource:
    """A resource with every stub of the API, none implemented."""
    package = importlib.import_module(generated.real.package)
    register: Register = package.register
    handlers: dict[str, object] = {}
    if generated.api.schemes:
        handlers["authenticator"] = Anybody(generated.api.schemes)
    for group in generated.api.groups:
        protocol = getattr(package, str(group.handler))
        handlers[str(group.module)] = type(f"Bare{group.handler}", (protocol,), {})()
    root = JsonResource()
    register(root, **handlers)
    return root


def credentials_for(operation: ir.Operation) -> Mapping[str, str]:
    """Well-formed credentials for the first alternative, of a kind that these specs use."""
    if operation.security is None:
        return {}
    ((required,), *_) = operation.security.alternatives
    given = AUTHORIZATION.get(required.scheme.kind)
    return {} if given is None else {"Authorization": given}
