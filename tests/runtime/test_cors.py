"""Pages of other origins: policies for an API and for a route, preflight requests, errors."""

from __future__ import annotations

from inspect import signature

import pytest
from counterfoil import CodedError, Cors, JsonResource, Request, set_headers
from counterfoil.stub import cross_origin, exposes_headers, path, takes_headers
from counterfoil.testing import TestClient

from tests.serving import Serve

HOME = "https://home.example"
AWAY = "https://away.example"

ALLOWED = "access-control-allow-origin"


class Shop:
    """Routes with policies of their own, and without."""

    def open(self, request: Request) -> tuple[int, object]:
        return 200, {}

    @takes_headers("Idempotency-Key", "date")
    def order(self, request: Request) -> tuple[int, object]:
        return 200, {}

    @cross_origin(Cors(origins=(HOME,), credentials=True))
    def till(self, request: Request) -> tuple[int, object]:
        raise CodedError(402, "Pay first")

    @exposes_headers("X-Total", "server")
    @cross_origin(Cors(origins=(HOME,), exposed_headers=("x-total", "ETag")))
    @exposes_headers("Link")
    def cashbook(self, request: Request) -> tuple[int, object]:
        set_headers(request, {"Vary": "Accept-Language"})
        set_headers(request, {"Vary": ["Cookie, accept-language"]})
        return 200, {}

    @cross_origin(Cors(origins=()))
    def cellar(self, request: Request) -> tuple[int, object]:
        return 200, {}


def shop(cors: Cors | None = None) -> JsonResource:
    resource, made = JsonResource(cors=cors), Shop()
    resource.register_paths("GET", [path("/open")], made.open, "open")
    resource.register_paths("POST", [path("/open")], made.order, "order")
    resource.register_paths("GET", [path("/till")], made.till, "till")
    resource.register_paths("GET", [path("/cashbook")], made.cashbook, "cashbook")
    resource.register_paths("GET", [path("/cellar")], made.cellar, "cellar")
    return resource


def test_a70_a87_any_origin_may_read_answers_and_errors(serve: Serve) -> None:
    server = serve(shop())
    for target in ("/open", "/nowhere"):
        headers = server.get(target, headers={"Origin": AWAY}).headers
        assert headers[ALLOWED] == "*"
        assert headers["access-control-expose-headers"] == "Server"
        assert "access-control-allow-credentials" not in headers
        assert "vary" not in headers


def test_a87_b68_a_preflight_request_is_told_of_the_true_methods_and_headers(serve: Serve) -> None:
    server = serve(shop())
    asking = {"Origin": HOME, "Access-Control-Request-Method": "POST"}
    answer = server.request("OPTIONS", "/open", headers=asking)
    assert answer.status == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["access-control-allow-headers"] == (
        "X-Requested-With, Content-Type, Authorization, Date, Idempotency-Key"
    )
    assert answer.headers["access-control-max-age"] == "86400"
    asking["Access-Control-Request-Method"] = "GET"
    answer = server.request("OPTIONS", "/open", headers=asking)
    assert "Idempotency-Key" not in answer.headers["access-control-allow-headers"]


def test_b68_a_list_lets_in_whom_it_names(serve: Serve) -> None:
    server = serve(shop(Cors(origins=(HOME, "http://localhost:8000"))))
    for origin in (HOME, "http://localhost:8000"):
        headers = server.get("/open", headers={"Origin": origin}).headers
        assert headers[ALLOWED] == origin
        assert headers["vary"] == "Origin"
    for origin in (AWAY, "null", HOME.upper(), f"{HOME}.evil.example"):
        headers = server.get("/open", headers={"Origin": origin}).headers
        assert not [name for name in headers if name.startswith("access-control")]
        assert headers["vary"] == "Origin"
    assert ALLOWED not in server.get("/open").headers


def test_b68_a_route_may_have_a_policy_of_its_own_and_its_errors_too(serve: Serve) -> None:
    server = serve(shop())
    answer = server.get("/till", headers={"Origin": HOME})
    assert answer.status == 402
    assert answer.headers[ALLOWED] == HOME
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert ALLOWED not in server.get("/till", headers={"Origin": AWAY}).headers
    asking = {"Origin": HOME, "Access-Control-Request-Method": "GET"}
    preflight = server.request("OPTIONS", "/till", headers=asking)
    assert preflight.headers["access-control-allow-credentials"] == "true"


def test_a_page_may_read_the_headers_that_a_route_exposes(serve: Serve) -> None:
    server = serve(shop())
    answer = server.get("/cashbook", headers={"Origin": HOME})
    assert answer.headers["access-control-expose-headers"] == "x-total, ETag, Link, server"
    answer = server.get("/cashbook", headers={"Origin": AWAY})
    assert "access-control-expose-headers" not in answer.headers


def test_b68_a_handler_cannot_undo_that_an_answer_varies_by_origin(serve: Serve) -> None:
    server = serve(shop())
    for origin in (HOME, AWAY):
        answer = server.get("/cashbook", headers={"Origin": origin})
        assert answer.headers["vary"] == "Cookie, accept-language, Origin"


def test_no_origin_at_all(serve: Serve) -> None:
    headers = serve(shop()).get("/cellar", headers={"Origin": HOME}).headers
    assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("origins", "credentials"),
    [
        ("*", True),
        (("null",), False),
        (("home.example",), False),
        (("https://*.example",), False),
        (("https://home.example/",), False),
        (("https://höme.example",), False),
        (("",), False),
        (("://home.example",), False),
        (("https://",), False),
        (("https://home example",), False),
        (("https://home.example,https://away.example",), False),
    ],
)
def test_b68_a_policy_that_lets_in_more_than_it_says_is_refused(
    origins: tuple[str, ...], credentials: bool
) -> None:
    with pytest.raises(ValueError, match="origin"):
        Cors(origins=origins, credentials=credentials)


def test_a87_a_path_that_is_unknown_answers_the_methods_of_the_policy(serve: Serve) -> None:
    answer = serve(shop()).request("OPTIONS", "/nowhere", headers={"Origin": AWAY})
    assert answer.headers["access-control-allow-methods"] == (
        "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"
    )
    cors = Cors(methods=("GET", "LINK"), exposed_headers=("ETag", "Link"), max_age=5)
    answer = serve(shop(cors)).request("OPTIONS", "/nowhere", headers={"Origin": AWAY})
    assert answer.headers["access-control-allow-methods"] == "GET, LINK"
    assert answer.headers["access-control-expose-headers"] == "ETag, Link"
    assert answer.headers["access-control-max-age"] == "5"


@pytest.mark.parametrize("origin", [HOME, AWAY])
def test_b68_the_last_policy_holds_and_nothing_of_one_before_it(serve: Serve, origin: str) -> None:
    wide = Cors(origins=(HOME, AWAY), credentials=True, exposed_headers=("ETag",))
    narrow = Cors(origins=(HOME,), exposed_headers=())

    def answer(request: Request) -> tuple[int, object]:
        wide.set_headers(request, "GET", ("X-Key",))
        narrow.set_headers(request, "PUT")
        return 200, {}

    resource = JsonResource()
    resource.register_paths("GET", [path("/")], answer, "answer")
    headers = serve(resource).get("/", headers={"Origin": origin}).headers
    said = {name: text for name, text in headers.items() if name.startswith("access-control")}
    if origin == AWAY:
        assert said == {}
    else:
        assert said == {
            ALLOWED: HOME,
            "access-control-allow-methods": "PUT",
            "access-control-allow-headers": "X-Requested-With, Content-Type, Authorization, Date",
        }


def test_a_policy_is_a_value_before_and_after_its_use() -> None:
    """A87."""
    used, fresh = Cors(max_age=5), Cors(max_age=5)
    resource = JsonResource(cors=used)
    assert TestClient(resource).get("/nowhere").status == 404
    assert (used, hash(used), repr(used)) == (fresh, hash(fresh), repr(fresh))
    assert used != Cors()
    assert "_prepared" not in repr(used)
    assert "_allowed" not in repr(used)


def test_a_policy_is_made_of_what_is_documented_of_it() -> None:
    """A87: and what it keeps for its use is nothing to be handed to it."""
    assert [*signature(Cors).parameters] == [
        "origins",
        "methods",
        "request_headers",
        "exposed_headers",
        "max_age",
        "credentials",
    ]
