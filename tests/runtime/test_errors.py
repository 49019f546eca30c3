"""What the errors themselves say: codes, statuses, messages, headers."""

from __future__ import annotations

import copy

import pytest
from counterfoil import (
    CodedError,
    CodeMessageException,
    Codes,
    InvalidRequestError,
    RedirectException,
    Request,
    Site,
    UnrecognizedRequestError,
    return_json_error,
)
from counterfoil._errors import UnimplementedError, error_object
from counterfoil.stub import ApiError, ClientStatusError, ServerStatusError, StatusError
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from typing_extensions import override

from tests.serving import Serve


def test_a1_every_code_is_spelled_as_matrix_spells_it() -> None:
    assert {code.name: str(code) for code in Codes} == {
        code.name: f"M_{code.name}" for code in Codes
    }


@pytest.mark.parametrize(
    ("status", "errcode", "message"),
    [
        (400, "M_UNKNOWN", "Bad Request"),
        (402, "M_UNKNOWN", "Payment Required"),
        (403, "M_FORBIDDEN", "Forbidden"),
        (404, "M_NOT_FOUND", "Not Found"),
        (405, "M_UNKNOWN", "Method Not Allowed"),
        (413, "M_TOO_LARGE", "Request Entity Too Large"),
        (429, "M_LIMIT_EXCEEDED", "Too Many Requests"),
        (499, "M_UNKNOWN", "Unknown status"),
    ],
)
def test_a_status_has_a_body_of_its_own(status: int, errcode: str, message: str) -> None:
    """A1."""
    said = error_object(status)
    assert said["errcode"] == errcode
    # Python 3.13 has the phrase of RFC 9110.
    assert said["error"] in {message, message.replace("Request Entity", "Content")}
    assert error_object(status, "mine") == {"errcode": errcode, "error": "mine"}


@pytest.mark.parametrize("kind", [CodeMessageException, CodedError])
def test_a2_an_error_reads_as_its_status_and_its_message(kind: type[CodeMessageException]) -> None:
    error = kind(409, "Full", headers={"Retry-After": "1"})
    assert str(error) == "409: Full"
    assert (error.code, error.msg, error.headers) == (409, "Full", {"Retry-After": "1"})


def test_a_coded_error_is_of_no_code_in_particular() -> None:
    """A1."""
    assert CodedError(409, "Full").error_dict() == {"errcode": "M_UNKNOWN", "error": "Full"}
    assert CodedError(409, "Full").debug_context is None


def test_a45_a46_an_unrecognized_request_is_a_404_unless_it_says_so() -> None:
    error = UnrecognizedRequestError()
    assert (error.code, error.msg, error.errcode) == (
        404,
        "Unrecognized request",
        "M_UNRECOGNIZED",
    )
    error = UnrecognizedRequestError(405, "Not so", headers={"Allow": "GET"})
    assert (error.code, error.msg, error.headers) == (405, "Not so", {"Allow": "GET"})


def test_an_operation_that_is_not_implemented_is_a_501() -> None:
    error = UnimplementedError("getBoard")
    assert (error.code, error.errcode) == (501, "M_UNRECOGNIZED")
    assert error.msg == "getBoard is not implemented"


def test_a_refused_request_is_a_400_that_names_its_faults() -> None:
    error = InvalidRequestError("M_BAD_JSON", ["a: odd", "b: odd"])
    assert (error.code, error.errcode, error.msg) == (400, "M_BAD_JSON", "a: odd; b: odd")
    assert error.problems == ("a: odd", "b: odd")
    assert InvalidRequestError("M_BAD_JSON", ["a: odd"], "short").msg == "short"


def test_a14_a_redirect_is_a_302_unless_it_says_so() -> None:
    error = RedirectException(b"/there/\xff")
    assert (error.code, error.location, error.cookies) == (302, b"/there/\xff", [])
    assert str(error) == r"302: Redirect to /there/\xff"
    for status in (300, 399):
        assert RedirectException(b"/", status).code == status
    for status in (299, 400):
        with pytest.raises(ValueError, match=f"^{status} is not the status of a redirect"):
            RedirectException(b"/", status)


class Fault(StatusError[str]):
    """Of any status of an error."""


class ClientFault(ClientStatusError[str]):
    """Of the client."""


class ServerFault(ServerStatusError[str]):
    """Of the server."""


class Bodiless(ApiError[None]):
    """Without content."""

    status = 409


class Declared(ApiError[str]):
    """With content."""

    status = 410


@pytest.mark.parametrize(
    ("kind", "first", "last"), [(Fault, 400, 599), (ClientFault, 400, 499), (ServerFault, 500, 599)]
)
def test_a_range_of_statuses_holds_both_its_ends(
    kind: type[StatusError[str]], first: int, last: int
) -> None:
    for status in (first, last):
        error = kind(status, "odd", headers={"Retry-After": "1"})
        assert (error.status, error.body, error.headers) == (status, "odd", {"Retry-After": "1"})
        assert str(error) == f"{status}: 'odd'"
    for status in (first - 1, last + 1):
        said = f"^{kind.__name__} is declared for {first} to {last}, not for {status}$"
        with pytest.raises(ValueError, match=said):
            kind(status, "odd")


def test_a_declared_error_has_the_body_that_it_is_declared_with() -> None:
    """A49."""
    assert Bodiless(headers={"Retry-After": "1"}).body is None
    error = Declared("gone", headers={"Retry-After": "1"})
    assert (str(error), error.headers) == ("410: 'gone'", {"Retry-After": "1"})
    with pytest.raises(TypeError, match="Declared needs the body that is declared for it"):
        Declared()
    assert (error.media_type, Fault.media_type) == ("application/json", "application/json")


def test_a_declared_error_can_be_copied_and_shows_what_it_holds() -> None:
    for error in (Declared("gone", headers={"Retry-After": "1"}), Fault(500, "odd")):
        copied = copy.copy(error)
        assert (type(copied), copied.args) == (type(error), error.args)
        assert vars(copied) == vars(error)
        assert repr(error.body) in repr(error)


class Empty(CodedError):
    """An error with a length."""

    def __len__(self) -> int:
        return 0


def test_a4_an_error_of_no_length_is_answered_as_it_is(serve: Serve) -> None:
    class Failing(Resource):
        isLeaf = True

        def __init__(self) -> None:
            Resource.__init__(self)

        @override
        def render(self, request: Request) -> int:
            if request.path == b"/given":
                return_json_error(Failure(Empty(409, "Taken")), request)
                return NOT_DONE_YET
            raise Empty(409, "Taken")

    server = serve(Site(Failing()))
    assert [server.get(target).status for target in ("/given", "/raised")] == [409, 409]
