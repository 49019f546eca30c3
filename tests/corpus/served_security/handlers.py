"""Answers with whom the authenticator named."""

from __future__ import annotations

from dataclasses import dataclass

import api
from api import errors, models
from counterfoil import (
    ApiKey,
    BasicCredentials,
    BearerToken,
    ClientCertificate,
    ForbiddenError,
    Granted,
    HttpCredentials,
    Request,
    UnauthorizedError,
    set_requester,
)


@dataclass(frozen=True)
class User:
    name: str


class Doorkeeper:
    """A plain class: mypy holds it against `api.Authenticator` where it is registered."""

    async def token(self, request: Request, credentials: BearerToken) -> User:
        match credentials.token:
            case "ann":
                set_requester(request, "ann")
                return User("ann")
            case "banned":
                raise ForbiddenError("ann is banned")
            case "declared":
                raise errors.Stranger(models.Problem(detail="never seen"))
            case "broken":
                raise RuntimeError("the store is down")
        raise UnauthorizedError

    async def login(
        self, request: Request, credentials: BasicCredentials, previous: User | None
    ) -> User:
        if not credentials.matches("bob", "s3cret"):
            raise UnauthorizedError
        return User(f"bob of {previous.name}" if previous else "bob")

    async def signed(self, request: Request, credentials: HttpCredentials) -> User:
        return User(credentials.value)

    async def header_key(self, request: Request, credentials: ApiKey) -> User:
        if not credentials.matches("k1"):
            raise UnauthorizedError
        return User("app")

    async def query_key(self, request: Request, credentials: ApiKey) -> User:
        return User(f"query {credentials.key}")

    async def cookie_key(self, request: Request, credentials: ApiKey) -> User:
        return User(f"cookie {credentials.key}")

    async def certificate(
        self, request: Request, credentials: ClientCertificate
    ) -> User:
        raise UnauthorizedError

    async def oauth(
        self, request: Request, credentials: BearerToken
    ) -> Granted[User]:
        return Granted(User("client"), set(credentials.token.split("+")))

    async def sso(self, request: Request, credentials: BearerToken) -> Granted[User]:
        if credentials.token != "root":
            raise UnauthorizedError
        return Granted(User("root"), {"admin"})


def said(user: User) -> models.Said:
    return models.Said(who=user.name)


class Vault(api.SpecHandler[User]):
    async def whoami(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def own(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def greet(self, request: Request, principal: User | None) -> models.Said:
        return said(principal or User("nobody"))

    async def wave(self, request: Request) -> None:
        return None

    async def by_header(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def by_query(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def by_cookie(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def by_password(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def by_signature(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def by_certificate(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def either(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def both(self, request: Request, principal: User) -> models.Said:
        return said(principal)

    async def read_note(
        self, request: Request, principal: User, principal_: str
    ) -> models.Said:
        return models.Said(who=f"{principal.name} reads {principal_}")

    async def write_note(
        self,
        request: Request,
        principal: User,
        principal_: str,
        body: models.Said,
        *,
        if_match: str | None,
    ) -> models.Said:
        return models.Said(who=f"{principal.name} writes {body.who} to {principal_}")


class Open:
    async def look(self, request: Request) -> None:
        return None


HANDLERS = {"authenticator": Doorkeeper(), "open_": Open(), "spec": Vault()}
