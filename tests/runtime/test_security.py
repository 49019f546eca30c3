"""Who may call an operation: credentials, alternatives, combinations, scopes, and refusals."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from typing import Annotated

import pytest
from counterfoil import (
    ApiKey,
    BasicCredentials,
    BearerToken,
    ClientCertificate,
    CodedError,
    ForbiddenError,
    Granted,
    HttpCredentials,
    HttpServer,
    JsonResource,
    Reply,
    Request,
    UnauthorizedError,
    Undeclared,
    cancellable,
    set_requester,
)
from counterfoil._servlets.guards import Combination
from counterfoil.stub import (
    ApiError,
    BasicScheme,
    BearerScheme,
    Body,
    ClientCertificateScheme,
    CookieKeyScheme,
    Guard,
    HeaderKeyScheme,
    HttpScheme,
    Input,
    Model,
    Ok,
    QueryKeyScheme,
    StatusError,
    UndeclaredScheme,
    all_of,
    answers,
    at_head,
    authorize,
    authorize_if_given,
    path,
    receive,
    takes_headers,
)
from counterfoil.testing import Response
from twisted.internet.defer import Deferred
from twisted.web import server as web
from twisted.web.resource import Resource

from tests.runtime.test_foreign_host import PlainHost
from tests.serving import DEADLINE, Serve, Server

REALM = 'The "Club" \\ Café\n'
QUOTED = '"The \\"Club\\" \\\\ Caf?"'


class Problem(Model):
    error: str


class Declared(ApiError[Problem]):
    """An API's own 401."""

    status = 401


class Ranged(StatusError[Problem]):
    """An API's own 4XX."""


class Stray(ApiError[Problem]):
    """A 401 that no operation declares."""

    status = 401


class Note(Model):
    text: str


class NoteInput(Input):
    body: Annotated[Note, Body()]


class Authenticator:
    """Principals are texts that say who was asked, and of what."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] = []
        self.cancelled = 0

    async def token(self, request: Request, credentials: BearerToken) -> str:
        match credentials.token:
            case "good":
                set_requester(request, "@ann:\u00e9xample\n\udc00")
            case "forbidden":
                raise ForbiddenError
            case "declared":
                raise Declared(Problem(error="declared"), headers={"Retry-After": "5"})
            case "ranged":
                raise Ranged(403, Problem(error="ranged"))
            case "stray":
                raise Stray(Problem(error="stray"))
            case "own":
                challenge = {"www-authenticate": "Own"}
                raise UnauthorizedError("gone", "M_GONE", headers=challenge)
            case "limited":
                raise CodedError(429, "slow down", "M_LIMIT_EXCEEDED")
            case "broken":
                raise RuntimeError("the store of s3cret is down")
            case "slow":
                await self._wait()
            case _:
                raise UnauthorizedError
        return f"token {credentials.token}"

    async def scoped(self, request: Request, credentials: BearerToken) -> Granted[str]:
        return Granted("scoped", set(credentials.token.split(".")))

    async def unscoped(self, request: Request, credentials: BearerToken) -> str:
        return "unscoped"

    async def basic(self, request: Request, credentials: BasicCredentials) -> str:
        if not credentials.matches("ann", "p\u00e4ss:word"):
            raise UnauthorizedError
        return f"basic {credentials.username}"

    async def key(self, request: Request, credentials: ApiKey) -> str:
        if not credentials.matches("k\u00e9y 1"):
            raise UnauthorizedError
        return "key"

    async def next_key(self, request: Request, credentials: ApiKey, previous: str | None) -> str:
        return f"key {credentials.key} after {previous}"

    async def signature(self, request: Request, credentials: HttpCredentials) -> str:
        return f"{credentials.scheme} {credentials.value}"

    async def certificate(self, request: Request, credentials: ClientCertificate) -> str:
        return f"certificate {credentials.certificate}"

    async def undeclared(self, request: Request, credentials: Undeclared) -> str:
        if request.getHeader(b"X-Odd") is None:
            raise UnauthorizedError("no X-Odd", "M_MISSING_TOKEN")
        return credentials.scheme

    async def _wait(self) -> None:
        waiting: Deferred[None] = Deferred(self._count)
        self.waiting.append(waiting)
        await waiting

    def _count(self, _: Deferred[None]) -> None:
        self.cancelled += 1


AUTHENTICATOR = Authenticator()
BEARER = BearerScheme(REALM)
TOKEN = BEARER.guard(AUTHENTICATOR.token)
SCOPED: Guard[str] = BearerScheme(REALM).guard(AUTHENTICATOR.scoped)
UNSCOPED = BEARER.guard(AUTHENTICATOR.unscoped)
BASIC = BasicScheme(REALM).guard(AUTHENTICATOR.basic)
HEADER_KEY = HeaderKeyScheme("Club", "X-Key").guard(AUTHENTICATOR.key)
QUERY_KEY = QueryKeyScheme("Club", "kéy").guard(AUTHENTICATOR.key)
COOKIE_KEY = CookieKeyScheme("Club", "session").guard(AUTHENTICATOR.key)
NEXT_KEY = HeaderKeyScheme("Club", "X-Next").guard_next(AUTHENTICATOR.next_key)
CERTIFIED = ClientCertificateScheme("Club").guard(AUTHENTICATOR.certificate)
UNDECLARED = UndeclaredScheme("Club", "odd").guard(AUTHENTICATOR.undeclared)
SIGNED = HttpScheme("Club", "X-Matrix").guard(AUTHENTICATOR.signature)


class Servlet:
    """One operation behind guards, which answers whom it was told."""

    def __init__(self, *alternatives: Guard[str] | Combination[str]) -> None:
        self._alternatives = alternatives

    def register(self, server: HttpServer) -> None:
        server.register_paths("GET", [path("/who")], self.who, "who")
        server.register_paths("GET", [path("/maybe")], self.maybe, "maybe")
        server.register_paths("POST", [path("/notes")], self.post, "post")

    @cancellable
    @takes_headers("Authorization", "X-Key")
    @answers(Ok, errors=[Declared, Ranged])
    async def who(self, request: Request, **_path: str) -> Reply[object]:
        return Ok(await authorize(request, *self._alternatives))

    @answers(Ok)
    async def maybe(self, request: Request, **_path: str) -> Reply[object]:
        return Ok(await authorize_if_given(request, *self._alternatives))

    @at_head
    @answers(Ok)
    async def post(self, request: Request, **path: str) -> Reply[object]:
        principal = await authorize(request, *self._alternatives)
        given = await receive(request, NoteInput, path)
        return Ok(f"{principal}: {given.body.text}")


class Serves:
    """What the fixture `behind` is: serves an operation behind guards."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    def __call__(self, *alternatives: Guard[str] | Combination[str]) -> Server:
        root = JsonResource()
        Servlet(*alternatives).register(root)
        return self._serve(root)


@pytest.fixture
def behind(serve: Serve) -> Serves:
    return Serves(serve)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def refused(answer: Response) -> tuple[int, object, str | None]:
    """The status, the errcode and the challenges of a refusal."""
    body = answer.json()
    assert isinstance(body, dict)
    return answer.status, body.get("errcode"), answer.headers.get("www-authenticate")


def test_a_token_names_the_principal(behind: Serves) -> None:
    server = behind(TOKEN)
    for value in ("Bearer good", "bearer good", "BEARER   good "):
        answer = server.get("/who", headers={"Authorization": value})
        assert (answer.status, answer.json()) == (200, "token good")


def test_a_request_without_credentials_is_challenged(behind: Serves) -> None:
    """A10: RFC 6750, section 3.1: without an error code, as nothing was shown."""
    server = behind(TOKEN)
    for headers in ({}, {"Authorization": ""}, {"Authorization": "Digest good"}):
        answer = server.get("/who", headers=headers)
        assert refused(answer) == (401, "M_MISSING_TOKEN", f"Bearer realm={QUOTED}")


def test_a_token_that_is_not_accepted_is_an_invalid_token(behind: Serves) -> None:
    server = behind(TOKEN)
    for token in ("bad", "two words", "a,b", "", "=", "caf\u00e9"):
        answer = server.get("/who", headers=bearer(token))
        challenge = f'Bearer realm={QUOTED}, error="invalid_token"'
        assert refused(answer) == (401, "M_UNKNOWN_TOKEN", challenge), token


def test_what_an_authenticator_raises(behind: Serves, caplog: pytest.LogCaptureFixture) -> None:
    server = behind(TOKEN)
    challenge = f'Bearer realm={QUOTED}, error="invalid_token"'
    assert refused(server.get("/who", headers=bearer("forbidden"))) == (403, "M_FORBIDDEN", None)
    assert refused(server.get("/who", headers=bearer("own"))) == (401, "M_GONE", "Own")
    assert refused(server.get("/who", headers=bearer("limited")))[0] == 429

    declared = server.get("/who", headers=bearer("declared"))
    assert (declared.status, declared.json()) == (401, {"error": "declared"})
    assert declared.headers["www-authenticate"] == challenge
    assert declared.headers["retry-after"] == "5"
    ranged = server.get("/who", headers=bearer("ranged"))
    assert (ranged.status, ranged.json()) == (403, {"error": "ranged"})

    for token in ("broken", "stray"):
        answer = server.get("/who", headers=bearer(token))
        assert refused(answer) == (500, "M_UNKNOWN", None)
        assert b"s3cret" not in answer.body
    assert "the store of s3cret is down" in caplog.text


def test_a_failing_authenticator_lets_nobody_in_by_another_way(behind: Serves) -> None:
    server = behind(TOKEN, HEADER_KEY)
    answer = server.get(
        "/who", headers={**bearer("broken"), "X-Key": "kéy 1".encode().decode("latin-1")}
    )
    assert answer.status == 500


def test_credentials_given_twice_are_a_400(behind: Serves) -> None:
    """RFC 9110, section 5.3, and RFC 6750, section 3.1: no telling which one counts."""
    server = behind(TOKEN, HEADER_KEY, QUERY_KEY)
    lines = {
        "Authorization": "Bearer good\r\nAuthorization: Bearer bad",
        "X-Key": "one\r\nX-Key: two",
    }
    for name, value in lines.items():
        assert server.get("/who", headers={name: value}).status == 400
    assert server.get("/who?k%C3%A9y=one&k%c3%a9y=two").status == 400


def test_name_and_password(behind: Serves) -> None:
    """RFC 7617: UTF-8, a colon in the password, and no control characters."""
    server = behind(BASIC)
    challenge = f'Basic realm={QUOTED}, charset="UTF-8"'
    answer = server.get("/who", headers=basic("ann:p\u00e4ss:word"))
    assert (answer.status, answer.json()) == (200, "basic ann")
    assert refused(server.get("/who")) == (401, "M_MISSING_TOKEN", challenge)
    for headers in (
        basic("ann:wrong"),
        basic("bob:p\u00e4ss:word"),
        basic("no colon"),
        basic("ann\n:x"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic YW5uOg"},
        {"Authorization": "Basic YW5u OnA="},
        {"Authorization": "Basic caf\u00e9"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
    ):
        answer = server.get("/who", headers=headers)
        assert refused(answer) == (401, "M_UNKNOWN_TOKEN", challenge), headers


def test_another_scheme_is_handed_on(behind: Serves) -> None:
    server = behind(SIGNED)
    answer = server.get("/who", headers={"Authorization": 'x-matrix origin="a",key="b"'})
    assert answer.json() == 'X-Matrix origin="a",key="b"'
    assert refused(server.get("/who")) == (401, "M_MISSING_TOKEN", 'X-Matrix realm="Club"')
    assert server.get("/who", headers={"Authorization": "X-Matrix caf\u00e9"}).status == 401


def test_a_key_in_a_header(behind: Serves) -> None:
    server = behind(HEADER_KEY)
    challenge = 'ApiKey realm="Club", in="header", name="X-Key"'
    right = "k\u00e9y 1".encode().decode("latin-1")
    assert server.get("/who", headers={"x-key": right}).json() == "key"
    for missing in ({}, {"X-Key": ""}):
        answer = server.get("/who", headers=missing)
        assert refused(answer) == (401, "M_MISSING_TOKEN", challenge)
    for wrong in ("key", "k\u00e9y 1"):
        answer = server.get("/who", headers={"X-Key": wrong})
        assert refused(answer) == (401, "M_UNKNOWN_TOKEN", challenge)


def test_a_key_in_the_query(behind: Serves, caplog: pytest.LogCaptureFixture) -> None:
    """A108: and no log tells it, however its name is spelled."""
    caplog.set_level(logging.DEBUG)
    server = behind(QUERY_KEY)
    assert server.get("/who?a=b&k%c3%a9y=k%C3%A9y+1").json() == "key"
    assert server.get("/who?a=b&%6b%c3%A9y=k%C3%A9y%201&%ff=x").json() == "key"
    for target in ("/who", "/who?k%c3%a9y=", "/who?x=k%C3%A9y+1"):
        assert refused(server.get(target))[1] == "M_MISSING_TOKEN"
    for key in ("wrong", "%zz", "%ff", "s%0as"):
        assert refused(server.get(f"/who?k%c3%a9y={key}"))[1] == "M_UNKNOWN_TOKEN"
    assert refused(server.get("/who?k%c3%a9y=s3;cr?et=1&a=b"))[1] == "M_UNKNOWN_TOKEN"
    assert server.get("/nowhere?K%C3%89Y=k%C3%A9y+1").status == 404
    assert "k%C3%A9y+1" not in caplog.text.replace("x=k%C3%A9y+1", "")
    assert "=<redacted>&a=b " in caplog.text
    assert "cr?et" not in caplog.text


def test_a_key_in_a_cookie(behind: Serves) -> None:
    """RFC 6265, section 5.4: of two cookies of a name, the first."""
    server = behind(COOKIE_KEY)
    right = "k\u00e9y 1".encode().decode("latin-1")
    answer = server.get("/who", headers={"Cookie": f"a=b; session={right}; session=other"})
    assert answer.json() == "key"
    assert refused(server.get("/who", headers={"Cookie": "a=b; Session=x"}))[1] == "M_MISSING_TOKEN"
    assert refused(server.get("/who", headers={"Cookie": "session=x"})) == (
        401,
        "M_UNKNOWN_TOKEN",
        'ApiKey realm="Club", in="cookie", name="session"',
    )


def test_a_query_with_too_many_parameters_is_a_400(serve: Serve) -> None:
    """On a host that does not count them, as twisted.web's own site."""
    root = JsonResource()
    Servlet(QUERY_KEY).register(root)
    server = serve(web.Site(root))
    assert server.get("/who?" + "&".join("a" * 300)).status == 400


class Certified(Resource):
    """Gives connections a certificate, as those over TLS have it."""

    isLeaf = True

    def __init__(self, root: JsonResource) -> None:
        Resource.__init__(self)
        self._root = root

    def render(self, request: Request) -> int:
        vars(request.transport)["getPeerCertificate"] = lambda: "of ann"
        return self._root.render(request)


def test_the_certificate_of_a_client(serve: Serve) -> None:
    root = JsonResource()
    Servlet(CERTIFIED).register(root)
    challenge = 'ClientCertificate realm="Club"'
    assert refused(serve(root).get("/who")) == (401, "M_MISSING_TOKEN", challenge)
    assert serve(Certified(root)).get("/who").json() == "certificate of ann"


def test_a_scheme_that_is_not_declared_is_left_to_the_authenticator(behind: Serves) -> None:
    server = behind(UNDECLARED)
    assert server.get("/who", headers={"X-Odd": "1"}).json() == "odd"
    challenge = 'Undeclared realm="Club", name="odd"'
    assert refused(server.get("/who")) == (401, "M_MISSING_TOKEN", challenge)


def test_alternatives_are_tried_in_order(behind: Serves) -> None:
    server = behind(TOKEN, BASIC, SIGNED, NEXT_KEY)
    assert server.get("/who", headers=basic("ann:p\u00e4ss:word")).json() == "basic ann"
    assert server.get("/who", headers={**bearer("good"), "X-Next": "n"}).json() == "token good"
    assert server.get("/who", headers={**bearer("bad"), "X-Next": "n"}).json() == "key n after None"
    assert server.get("/who", headers={**bearer("\u00e9"), "X-Next": "n"}).status == 200


def test_all_challenges_are_told(behind: Serves) -> None:
    server = behind(UNSCOPED, TOKEN, BASIC)
    both = f'Bearer realm={QUOTED}, Basic realm={QUOTED}, charset="UTF-8"'
    assert refused(server.get("/who"))[2] == both
    with_error = f'Basic realm={QUOTED}, charset="UTF-8"'
    assert str(refused(server.get("/who", headers=bearer("?")))[2]).endswith(with_error)


def test_a_403_says_more_than_a_401(behind: Serves) -> None:
    server = behind(HEADER_KEY, TOKEN, COOKIE_KEY)
    headers = {"X-Key": "wrong", **bearer("forbidden"), "Cookie": "session=wrong"}
    assert refused(server.get("/who", headers=headers)) == (403, "M_FORBIDDEN", None)


def test_a_combination_needs_all(behind: Serves) -> None:
    server = behind(all_of(TOKEN, NEXT_KEY))
    headers = {**bearer("good"), "X-Next": "n"}
    assert server.get("/who", headers=headers).json() == "key n after token good"
    challenges = f'Bearer realm={QUOTED}, ApiKey realm="Club", in="header", name="X-Next"'
    for given in ({}, bearer("good"), {"X-Next": "n"}):
        answer = server.get("/who", headers=given)
        assert refused(answer) == (401, "M_MISSING_TOKEN", challenges)
    wrong = server.get("/who", headers={**bearer("bad"), "X-Next": "n"})
    assert refused(wrong)[1] == "M_UNKNOWN_TOKEN"
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]


def test_scopes_are_held_against_those_granted(behind: Serves) -> None:
    """RFC 6750, section 3.1: insufficient_scope is a 403 that says which would do."""
    server = behind(SCOPED.requiring("notes:read", "notes:write"))
    answer = server.get("/who", headers=bearer("notes~read.other"))
    scope = 'scope="notes:read notes:write"'
    assert refused(server.get("/who"))[2] == f"Bearer realm={QUOTED}, {scope}"
    challenge = f'Bearer realm={QUOTED}, error="insufficient_scope", {scope}'
    assert refused(answer) == (403, "M_FORBIDDEN", challenge)


def test_scopes_that_suffice(behind: Serves) -> None:
    server = behind(SCOPED.requiring("read", "write"))
    for token in ("read.write", "a.write.read"):
        assert server.get("/who", headers=bearer(token)).json() == "scoped"
    assert server.get("/who", headers=bearer("read")).status == 403
    other = behind(SCOPED.requiring("write"), NEXT_KEY)
    answer = other.get("/who", headers={**bearer("read"), "X-Next": "n"})
    assert answer.json() == "key n after None"
    assert behind(SCOPED).get("/who", headers=bearer("any")).json() == "scoped"


def test_scopes_that_a_challenge_cannot_hold_are_left_out(behind: Serves) -> None:
    answer = behind(SCOPED.requiring('no "quotes"')).get("/who", headers=bearer("read"))
    challenge = f'Bearer realm={QUOTED}, error="insufficient_scope"'
    assert refused(answer) == (403, "M_FORBIDDEN", challenge)


def test_an_authenticator_that_says_nothing_of_scopes_lets_nobody_in(behind: Serves) -> None:
    server = behind(UNSCOPED.requiring("write"))
    assert server.get("/who", headers=bearer("any")).status == 500


def test_optional_credentials(behind: Serves) -> None:
    server = behind(TOKEN)
    assert server.get("/maybe").json() is None
    assert server.get("/maybe", headers=bearer("good")).json() == "token good"
    assert refused(server.get("/maybe", headers=bearer("bad")))[:2] == (401, "M_UNKNOWN_TOKEN")


def test_a_stranger_is_refused_before_the_body_is_there(behind: Serves) -> None:
    """Neither read nor waited for; one with credentials is told what is wrong with the body."""
    server = behind(TOKEN)
    with server.connect() as connection:
        connection.send(b"POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{")
        assert refused(connection.response("POST"))[:2] == (401, "M_MISSING_TOKEN")
    assert refused(server.request("POST", "/notes", body=b"no json"))[0] == 401
    assert server.request("POST", "/notes", body=b"{}", headers=bearer("good")).status == 400
    answer = server.request("POST", "/notes", json={"text": "tea"}, headers=bearer("good"))
    assert answer.json() == "token good: tea"


def test_another_host_refuses_alike(serve: Serve) -> None:
    """One that knows nothing of heads: with the whole body there."""
    root = PlainHost()
    Servlet(TOKEN, BASIC).register(root)
    server = serve(root)
    answer = server.request("POST", "/notes", body=b"no json", headers=bearer("bad"))
    assert refused(answer)[:2] == (401, "M_UNKNOWN_TOKEN")
    challenges = f'Bearer realm={QUOTED}, error="invalid_token", '
    assert answer.headers["www-authenticate"].startswith(challenges)
    answer = server.request("POST", "/notes", json={"text": "tea"}, headers=bearer("good"))
    assert answer.json() == "token good: tea"


def test_a_preflight_is_let_in_and_told_the_headers(behind: Serves) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = behind(TOKEN, HEADER_KEY).request("OPTIONS", "/who", headers=asked)
    assert answer.status == 204
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "X-Key"} <= set(allowed)


def test_the_access_log_says_who(behind: Serves, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert behind(TOKEN).get("/who", headers=bearer("good")).status == 200
    until(lambda: "@ann:" in caplog.text)
    assert "@ann:\\xc3\\xa9xample\\n?" in caplog.text
    assert "Bearer good" not in caplog.text


def test_a_client_that_leaves_cancels_its_authenticator(behind: Serves) -> None:
    server = behind(TOKEN, HEADER_KEY)
    with server.connect() as connection:
        connection.request("GET", "/who", headers={**bearer("slow"), "X-Key": "x"})
        until(lambda: len(AUTHENTICATOR.waiting) == 1)
    until(lambda: AUTHENTICATOR.cancelled == 1)


@pytest.mark.parametrize(
    "credentials",
    [
        ApiKey("s3cret"),
        BasicCredentials("ann", "s3cret"),
        BearerToken("s3cret"),
        HttpCredentials("Digest", "s3cret"),
    ],
)
def test_no_secret_is_shown(credentials: object) -> None:
    assert "s3cret" not in repr(credentials)


def test_secrets_are_compared_as_a_whole() -> None:
    assert BearerToken("a").matches("a")
    assert not BearerToken("a").matches("ab")
    assert not ApiKey("\u00e9").matches("e")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
