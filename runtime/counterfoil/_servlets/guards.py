"""What stands before an operation, and lets a request in or turns it away.

The requirements of an operation are alternatives (OpenAPI 3.1, section 4.8.30). A request is held
against those whose credentials it has, in order, and the first that it meets decides who sends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from counterfoil._describe import printable
from counterfoil._errors import ApiError, CodedError, Codes, DeclaredError, StatusError
from counterfoil._servlets.refusals import ForbiddenError, UnauthorizedError
from counterfoil._types import Request

__all__ = [
    "Ask",
    "Combination",
    "Granted",
    "Guard",
    "Said",
    "all_of",
    "authorize",
    "authorize_if_given",
    "set_requester",
]

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Granted(Generic[P_co]):
    """Who sends a request, and which scopes the credentials bear.

    An authenticator says this for a scheme from which operations require scopes; they are held
    against each other here.
    """

    principal: P_co
    scopes: AbstractSet[str]


Said: TypeAlias = Awaitable[P | Granted[P]]
"""What an authenticator says of credentials; what it does not accept, it raises for."""

Ask: TypeAlias = Callable[[P | None], Said[P]]
"""Asks an authenticator about credentials that were found; takes the principal found before."""

Refusal: TypeAlias = CodedError | DeclaredError
"""An error with the status 401 or 403: of the runtime, or one that the operation declares."""


class _Challenger(Protocol):
    """The part of a scheme that guards use."""

    def challenge(self, scopes: Sequence[str] = (), error: str | None = None) -> str: ...


class Guard(Generic[P]):
    """One scheme of an API, and the method of an authenticator that knows its credentials."""

    def __init__(
        self,
        scheme: _Challenger,
        find: Callable[[Request], Ask[P] | None],
        scopes: tuple[str, ...] = (),
    ) -> None:
        self.scheme = scheme
        self.find = find
        self.scopes = scopes

    @property
    def guards(self) -> tuple[Guard[P], ...]:
        """This alone."""
        return (self,)

    def requiring(self, *scopes: str) -> Guard[P]:
        """This guard, for those requests only whose credentials bear all *scopes*."""
        return Guard(self.scheme, self.find, scopes)

    async def admit(self, ask: Ask[P], previous: P | None) -> P:
        """The principal. Raises what the authenticator does, and `ForbiddenError`."""
        said = await ask(previous)
        if isinstance(said, Granted):
            self._hold_against(said.scopes)
            return said.principal
        if self.scopes:
            raise TypeError(f"an authenticator said nothing of scopes: {type(said).__name__}")
        return said

    def _hold_against(self, granted: AbstractSet[str]) -> None:
        if not granted >= set(self.scopes):
            challenge = self.scheme.challenge(self.scopes, "insufficient_scope")
            raise ForbiddenError(
                "The credentials do not reach this far", headers={"WWW-Authenticate": challenge}
            )


class Combination(Generic[P]):
    """Guards that must all let a request in, one after the other: the last one's word counts."""

    def __init__(self, guards: tuple[Guard[P], ...]) -> None:
        self.guards = guards


def all_of(*guards: Guard[P]) -> Combination[P]:
    """What lets a request in that each of *guards* lets in."""
    return Combination(guards)


async def authorize(request: Request, *alternatives: Guard[P] | Combination[P]) -> P:
    """Who sends *request*, by the first of *alternatives* that lets it in.

    An alternative counts if the request has all of its credentials. If none of those lets it in,
    the first 403 is raised, or else the first 401.

    Raises `UnauthorizedError` or another error of status 401, with a `WWW-Authenticate` for each
    scheme; an error of status 403; and whatever else an authenticator raises, which no other
    alternative makes good.
    """
    refusals: list[tuple[Guard[P], Refusal]] = []
    for alternative in alternatives:
        said = await _admitted(request, alternative, refusals)
        if said:
            return said[-1]
    refusal = _refusal(alternatives, refusals)
    try:
        raise refusal
    finally:
        # The error knows this frame, which must not know the error: only the garbage collector
        # would find them.
        del refusal
        refusals.clear()


async def authorize_if_given(
    request: Request, *alternatives: Guard[P] | Combination[P]
) -> P | None:
    """As `authorize`, but None for a request without credentials.

    Credentials that are not accepted are refused here too: an answer for strangers would hide from
    a client that its token has expired.
    """
    try:
        return await authorize(request, *alternatives)
    except _NoCredentialsError:
        return None


def set_requester(request: Request, name: str) -> None:
    """Say in the access log that *request* was sent by *name*. For an authenticator."""
    vars(request)["requester"] = printable(name.encode("utf-8", "replace"))


class _NoCredentialsError(UnauthorizedError):
    """Raised here alone."""

    def __init__(self) -> None:
        super().__init__("Credentials are missing", Codes.MISSING_TOKEN)


async def _admitted(
    request: Request,
    alternative: Guard[P] | Combination[P],
    refusals: list[tuple[Guard[P], Refusal]],
) -> list[P]:
    """What each guard said; nothing if one refused the request, or there was nothing to ask."""
    said: list[P] = []
    for guard, ask in _asks(request, alternative.guards, refusals):
        try:
            said.append(await guard.admit(ask, said[-1] if said else None))
        except (CodedError, ApiError, StatusError) as error:
            if _status(error) not in (401, 403):
                raise
            refusals.append((guard, error))
            return []
    return said


def _asks(
    request: Request, guards: Iterable[Guard[P]], refusals: list[tuple[Guard[P], Refusal]]
) -> list[tuple[Guard[P], Ask[P]]]:
    """The guards with the credentials to ask about; none if some are missing or malformed."""
    asks: list[tuple[Guard[P], Ask[P]]] = []
    for guard in guards:
        try:
            ask = guard.find(request)
        except UnauthorizedError as error:
            refusals.append((guard, error))
            return []
        if ask is None:
            return []
        asks.append((guard, ask))
    return asks


def _refusal(
    alternatives: Iterable[Guard[P] | Combination[P]],
    refusals: Iterable[tuple[Guard[P], Refusal]],
) -> Refusal:
    """The error to answer with."""
    errors = [error for _, error in refusals]
    for error in errors:
        if _status(error) == 403:
            return error
    refusal = errors[0] if errors else _NoCredentialsError()
    headers = dict(refusal.headers or {})
    if not any(name.lower() == "www-authenticate" for name in headers):
        refused = {guard.scheme for guard, _ in refusals}
        headers["WWW-Authenticate"] = list(_challenges(alternatives, refused))
        refusal.headers = headers
    return refusal


def _challenges(
    alternatives: Iterable[Guard[P] | Combination[P]], refused: Collection[_Challenger]
) -> dict[str, None]:
    """The challenge of each scheme; those whose credentials were *refused* say so."""
    return {
        guard.scheme.challenge(
            guard.scopes, "invalid_token" if guard.scheme in refused else None
        ): None
        for alternative in alternatives
        for guard in alternative.guards
    }


def _status(error: Refusal) -> int:
    return error.code if isinstance(error, CodedError) else error.status
