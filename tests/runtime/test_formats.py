"""One shape for every error, whoever refuses the request; and the shape can be replaced."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from counterfoil import (
    CodedError,
    Cors,
    ErrorFormat,
    InvalidRequestError,
    JsonResource,
    ProblemDetails,
    Request,
    return_json_error,
)
from counterfoil.stub import path
from counterfoil.testing import Response
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.runtime.kiosk import Kiosk, KioskServlet
from tests.serving import Serve


class Terse:
    """A shape of a user's own."""

    media_type = "application/vnd.terse+json"

    def body(self, error: CodedError) -> object:
        return [error.code, error.msg]


class Unspeakable:
    """A shape that cannot be sent."""

    media_type = "application/json"

    def body(self, error: CodedError) -> object:
        raise ValueError("not today")


def resource(errors: ErrorFormat) -> JsonResource:
    made = JsonResource(errors=errors)
    KioskServlet(Kiosk()).register(made)

    def fail(request: Request) -> tuple[int, object]:
        raise RuntimeError("secret")

    def limited(request: Request) -> tuple[int, object]:
        raise CodedError(429, "Slow down", "M_LIMIT_EXCEEDED", headers={"Retry-After": "1"})

    def unknown_status(request: Request) -> tuple[int, object]:
        raise CodedError(599, "Odd")

    made.register_paths("GET", [path("/fail")], fail, "fail")
    made.register_paths("GET", [path("/limited")], limited, "limited")
    made.register_paths("GET", [path("/odd")], unknown_status, "odd")
    return made


def problem(response: Response) -> object:
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


def test_problem_details(serve: Serve) -> None:
    """A1, A5, A10, A45, A46: RFC 9457, from every source."""
    server = serve(resource(ProblemDetails()))
    assert problem(server.get("/nowhere")) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Unrecognized request",
        "errcode": "M_UNRECOGNIZED",
    }
    refused = server.request("DELETE", "/fail")
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"
    assert problem(refused) == {
        "type": "about:blank",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "Unrecognized request",
        "errcode": "M_UNRECOGNIZED",
    }
    assert problem(server.get("/fail")) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Internal server error",
        "errcode": "M_UNKNOWN",
    }
    limited = server.get("/limited")
    assert limited.headers["retry-after"] == "1"
    assert problem(limited) == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Slow down",
        "errcode": "M_LIMIT_EXCEEDED",
    }
    odd = problem(server.get("/odd"))
    assert isinstance(odd, dict)
    assert odd["title"] == "Unknown status"


def test_a_shape_of_ones_own(serve: Serve) -> None:
    """A1, A5."""
    server = serve(resource(Terse()))
    answer = server.get("/nowhere")
    assert answer.headers["content-type"] == "application/vnd.terse+json"
    assert answer.json() == [404, "Unrecognized request"]
    assert server.get("/fail").json() == [500, "Internal server error"]


def test_a_shape_that_fails_is_a_500(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A72."""
    answer = serve(resource(Unspeakable())).get("/limited")
    assert answer.status == 500
    assert answer.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}
    assert "retry-after" not in answer.headers
    assert "not today" in caplog.text


def test_a1_a5_hand_written_resources_answer_errors_alike(serve: Serve) -> None:
    class Mine(Resource):
        def __init__(self) -> None:
            Resource.__init__(self)
            self.isLeaf = True

        @override
        def render(self, request: Request) -> int:
            error = CodedError(418, "Tea only", "M_TEAPOT")
            return_json_error(Failure(error), request, ProblemDetails())
            return NOT_DONE_YET

    answer = serve(Mine()).get("/")
    assert answer.status == 418
    assert answer.json() == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "Tea only",
        "errcode": "M_TEAPOT",
    }


class Detailed(CodedError):
    """An error with more to say, some of it under the names of other members."""

    @override
    def error_dict(self) -> dict[str, object]:
        return {**super().error_dict(), "status": "mine", "limit": 3}


def test_the_members_of_a_problem_are_not_overwritten() -> None:
    """A5: what an error adds are extension members (RFC 9457, section 3.2)."""
    assert ProblemDetails().body(Detailed(409, "Full", "M_FULL")) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Full",
        "errcode": "M_FULL",
        "limit": 3,
    }


def test_the_faults_of_a_request_are_listed_in_its_problem() -> None:
    """A1, A5."""
    problem = ProblemDetails().body(InvalidRequestError("M_BAD_JSON", ["a: odd", "b: odd"]))
    assert problem == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "a: odd; b: odd",
        "errcode": "M_BAD_JSON",
        "errors": ["a: odd", "b: odd"],
    }


def test_a7_a43_a_bad_parameter_of_a_path_has_the_shape_of_its_resource(serve: Serve) -> None:
    answer = serve(resource(ProblemDetails())).get("/boards/%FF/notices/7")
    assert answer.status == 400
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "path.board_id: Input is not UTF-8",
        "errcode": "M_INVALID_PARAM",
    }


@pytest.mark.parametrize("target", ["/fail", "/nowhere"])
def test_what_the_site_refuses_has_the_shape_and_the_policy_of_the_resource(
    serve: Serve, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A7, A112: on a path that is known, and on one that is not."""
    made = JsonResource(errors=ProblemDetails(), cors=Cors(exposed_headers=("X-Mine",)))
    made.register_paths("POST", [path("/fail")], lambda _: (200, {}), "fail")
    server = serve(made, max_request_body_size=10)
    answer = server.request("POST", target, body=b"x" * 11)
    assert answer.status == 413
    assert problem(answer) == {
        "type": "about:blank",
        "title": HTTPStatus(413).phrase,
        "status": 413,
        "detail": "The body is too large",
        "errcode": "M_TOO_LARGE",
    }
    assert answer.headers["access-control-expose-headers"] == "X-Mine"
    assert "failed" not in caplog.text


def test_an_error_that_cannot_be_sent_leaves_nothing_of_itself(serve: Serve) -> None:
    """A7, A72: neither its status nor its headers are on the 500 in its place."""
    made = JsonResource()

    def odd(request: Request) -> tuple[int, object]:
        raise CodedError(999, "Odd", headers={"Retry-After": "1"})

    made.register_paths("GET", [path("/odd")], odd, "odd")
    answer = serve(made).get("/odd")
    assert answer.status == 500
    assert answer.json() == {"errcode": "M_UNKNOWN", "error": "Internal server error"}
    assert "retry-after" not in answer.headers


def test_a_header_that_cannot_be_sent_leaves_none_that_lets_the_error_be_kept(
    serve: Serve,
) -> None:
    """A7, A72."""
    made = JsonResource()

    def odd(request: Request) -> tuple[int, object]:
        headers = {"Cache-Control": "max-age=60", "X-Name": "\ud800"}
        raise CodedError(404, "No such board", headers=headers)

    made.register_paths("GET", [path("/odd")], odd, "odd")
    answer = serve(made).get("/odd")
    assert answer.status == 500
    assert answer.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    assert "x-name" not in answer.headers


@pytest.mark.parametrize(
    ("canonical", "sent"),
    [
        (None, b'{"errcode":"M_FULL","error":"Full","limit":3,"status":"mine"}'),
        (False, b'{"errcode":"M_FULL","error":"Full","status":"mine","limit":3}'),
    ],
)
def test_a7_an_error_is_canonical_json_unless_it_is_asked_not_to_be(
    serve: Serve, canonical: bool | None, sent: bytes
) -> None:
    class Refusing(Resource):
        def __init__(self) -> None:
            Resource.__init__(self)
            self.isLeaf = True

        @override
        def render(self, request: Request) -> int:
            failure = Failure(Detailed(409, "Full", "M_FULL"))
            if canonical is None:
                return_json_error(failure, request)
            else:
                return_json_error(failure, request, canonical_json=canonical)
            return NOT_DONE_YET

    answer = serve(Refusing()).get("/")
    assert (answer.status, answer.body) == (409, sent)
