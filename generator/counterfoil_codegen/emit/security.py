"""What templates see of security: the schemes of an API, and how an operation is guarded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.emit import docs
from counterfoil_codegen.fragments import Constant, Expression, Identifier
from counterfoil_codegen.import_order import exported_order
from counterfoil_codegen.ir import SchemeKind

_CREDENTIALS: Final = {
    SchemeKind.BEARER: "BearerToken",
    SchemeKind.BASIC: "BasicCredentials",
    SchemeKind.HTTP: "HttpCredentials",
    SchemeKind.HEADER_KEY: "ApiKey",
    SchemeKind.QUERY_KEY: "ApiKey",
    SchemeKind.COOKIE_KEY: "ApiKey",
    SchemeKind.CERTIFICATE: "ClientCertificate",
    SchemeKind.UNDECLARED: "Undeclared",
}
_IN_AUTHORIZATION: Final = (SchemeKind.BEARER, SchemeKind.BASIC, SchemeKind.HTTP)
_LINE: Final = 88
_LONGEST_REALM: Final = 100
_PRINCIPAL: Final = Expression.name(Identifier("Principal"))
_PRINCIPAL_OF_HANDLERS: Final = Expression.name(Identifier("Principal_contra"))


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A scheme: `APP_KEY = HeaderKeyScheme("Noticeboard", "X-App-Key")`, and its method."""

    id: str
    name: Identifier
    constant: Identifier
    made: Expression
    guard: Identifier
    credentials: Identifier
    previous: Expression | None
    returns: Expression
    doc: str

    @property
    def guard_explodes(self) -> bool:
        """Whether its guard takes more than a line."""
        guarded = f"{self.constant}.{self.guard}(authenticator.{self.name})"
        return len(f"        self.{self.name}: Guard[Principal] = {guarded}") > _LINE


@dataclass(frozen=True, slots=True)
class AuthorizationView:
    """`authorize(request, self._guards.access_token)`."""

    function: Identifier
    alternatives: tuple[Expression, ...]

    @property
    def explodes(self) -> bool:
        """Whether it takes a line for each alternative: it is too long for one."""
        given = "".join(f", {one}" for one in self.alternatives)
        return len(f"        principal = await {self.function}(request{given})") > _LINE


@dataclass(frozen=True, slots=True)
class SecurityView:
    """The module `security`."""

    doc: str
    exported: tuple[Identifier, ...]
    principal: Identifier
    covariant: bool
    schemes: tuple[SchemeView, ...]


def security_view(api: ir.Api) -> SecurityView:
    """The security of *api*."""
    covariant = not any(scheme.follows for scheme in api.schemes)
    principal = Identifier("Principal_co" if covariant else "Principal")
    names = [Identifier(name) for name in ("Authenticator", "Guards", "Principal")]
    names += [Identifier("Principal_contra"), *(scheme.constant for scheme in api.schemes)]
    return SecurityView(
        docs.security(api),
        tuple(sorted(names, key=lambda name: exported_order(str(name)))),
        principal,
        covariant,
        tuple(_scheme(scheme, api, principal) for scheme in api.schemes),
    )


def _scheme(scheme: ir.SecurityScheme, api: ir.Api, principal: Identifier) -> SchemeView:
    realm = docs.title(api)[:_LONGEST_REALM]
    given = [realm] if scheme.argument is None else [realm, scheme.argument]
    made = Expression.name(Identifier(scheme.kind.value))
    said = Expression.name(principal)
    granted = Expression.subscript(Expression.name(Identifier("Granted")), said)
    return SchemeView(
        id=scheme.id,
        name=scheme.name,
        constant=scheme.constant,
        made=Expression.call(made, map(Constant, given)),
        guard=Identifier("guard_next" if scheme.follows else "guard"),
        credentials=Identifier(_CREDENTIALS[scheme.kind]),
        previous=Expression.optional(_PRINCIPAL) if scheme.follows else None,
        returns=granted if scheme.scoped else said,
        doc=docs.scheme(scheme),
    )


def principal(security: ir.Security | None) -> Expression | None:
    """What a handler gets, None if it is told nothing of who calls it."""
    if security is None:
        return None
    return (
        Expression.optional(_PRINCIPAL_OF_HANDLERS) if security.optional else _PRINCIPAL_OF_HANDLERS
    )


def authorization(security: ir.Security | None) -> AuthorizationView | None:
    """How a servlet asks who sends a request; None if it does not."""
    if security is None:
        return None
    function = Identifier("authorize_if_given" if security.optional else "authorize")
    return AuthorizationView(
        function, tuple(_alternative(schemes) for schemes in security.alternatives)
    )


def headers(security: ir.Security | None) -> tuple[str, ...]:
    """The request headers that credentials stand in, but for `Cookie`, which no page may set."""
    schemes = [one.scheme for each in (security.alternatives if security else ()) for one in each]
    names = [
        "Authorization" if scheme.kind in _IN_AUTHORIZATION else scheme.argument or ""
        for scheme in schemes
        if scheme.kind in (*_IN_AUTHORIZATION, SchemeKind.HEADER_KEY)
    ]
    return tuple(dict.fromkeys(names))


def _alternative(required: tuple[ir.RequiredScheme, ...]) -> Expression:
    guards = [_guard(one) for one in required]
    if len(guards) == 1:
        return guards[0]
    return Expression.call(Expression.name(Identifier("all_of")), guards)


def _guard(required: ir.RequiredScheme) -> Expression:
    parts = (Identifier("self"), Identifier("_guards"), required.scheme.name)
    if not required.scopes:
        return Expression.name(*parts)
    requiring = Expression.name(*parts, Identifier("requiring"))
    return Expression.call(requiring, map(Constant, required.scopes))
