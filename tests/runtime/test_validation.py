"""What handlers answer is held against the spec: in tests by itself, at run time on demand."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path
from typing import Protocol

import noticeboard
import pytest
from counterfoil import HttpServer, InvalidResponseError, JsonResource, Request, path
from counterfoil._servlets.boundary import operation_of
from counterfoil._validation.described import described
from counterfoil.stub import NoContent, Ok, Reply, Successful, answers
from counterfoil.testing import TestClient
from counterfoil.validation import ResponseValidation
from noticeboard import models

from tests.runtime.test_foreign_host import PlainHost
from tests.serving import Serve

CASE = Path(__file__).parent.parent / "corpus" / "served_checked_answers"
INTERNAL = {"errcode": "M_UNKNOWN", "error": "Internal server error"}


class Mount(Protocol):
    """Registers the package of the case."""

    def __call__(self, host: HttpServer) -> None: ...


@pytest.fixture
def mount(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mount]:
    """The package of the case, with its handlers that break the spec."""
    monkeypatch.syspath_prepend(CASE / "want")
    monkeypatch.syspath_prepend(CASE)

    def register(host: HttpServer) -> None:
        handlers = importlib.import_module("handlers")
        importlib.import_module("api").register(host, **handlers.HANDLERS)

    yield register
    for name in [name for name in sys.modules if name.partition(".")[0] in {"api", "handlers"}]:
        del sys.modules[name]


@pytest.fixture
def client(mount: Mount) -> TestClient:
    root = JsonResource()
    mount(root)
    return TestClient(root)


def test_a_breach_fails_the_test(client: TestClient) -> None:
    assert client.get("/boards/fine").status == 200
    with pytest.raises(InvalidResponseError) as caught:
        client.get("/boards/unique")
    error = caught.value
    assert isinstance(error, AssertionError)
    assert (error.operation, error.status) == ("getBoard", 200)
    assert str(error) == (
        "getBoard answered 200, but $.tags: uniqueItems: expected items that differ, "
        "found an array of 2 items with two alike"
    )


def test_a_test_may_be_after_a_breach(mount: Mount) -> None:
    root = JsonResource()
    mount(root)
    broken = TestClient(root, validate_responses=False).get("/boards/title")
    assert broken.status == 200


def test_nothing_of_the_value_is_told(client: TestClient) -> None:
    for fault in ("secret", "value", "enum", "pattern", "uuid"):
        with pytest.raises(InvalidResponseError) as caught:
            client.get(f"/boards/{fault}")
        for value in ("hunter2", "many", "mauve", "lobby", "no uuid"):
            assert value not in str(caught.value)


def test_what_is_declared_for_another_operation_fails(client: TestClient) -> None:
    with pytest.raises(InvalidResponseError, match="does not declare DefaultProblem") as caught:
        client.get("/boards/undeclared")
    assert type(caught.value.__cause__).__name__ == "DefaultProblem"


def test_an_error_of_all_operations_need_not_be_declared(client: TestClient) -> None:
    assert client.get("/boards/of-all").status == 429


def test_an_item_ends_its_stream(client: TestClient) -> None:
    pending = client.start("GET", "/ticks/unique")
    assert pending.aborted
    assert b'{"at":[1,2]}' in pending.sent
    assert b'{"at":[1,1]}' not in pending.sent
    with pytest.raises(InvalidResponseError, match=r"item 1: \$\.at: uniqueItems"):
        assert pending.body_so_far
    with pytest.raises(InvalidResponseError, match=r"item 1: \$\.at: uniqueItems"):
        pending.response()


@pytest.mark.parametrize("path", ["/boards/title", "/boards/no-header", "/pictures/text.html"])
def test_a_breach_is_a_500(
    path: str, mount: Mount, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[InvalidResponseError] = []
    root = JsonResource(validation=ResponseValidation(report=found.append))
    mount(root)
    answer = serve(root).get(path)
    assert (answer.status, answer.json()) == (500, INTERNAL)
    assert answer.headers["content-type"] == "application/json"
    assert "x-total" not in answer.headers
    (error,) = found
    (record,) = (each for each in caplog.records if each.levelname == "ERROR")
    assert record.getMessage() == f"GET {path}: {error}"
    assert record.exc_info is None


def test_a_stream_is_cut(mount: Mount, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    root = JsonResource(validation=ResponseValidation())
    mount(root)
    server = serve(root)
    with pytest.raises((IncompleteRead, ConnectionError)):
        server.get("/events/data")
    assert "getEvents answered 200, but item 2: $.data.at: uniqueItems" in caplog.text
    assert server.get("/events/fine").status == 200


def test_a_breach_may_be_logged_alone(
    mount: Mount, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    root = JsonResource(validation=ResponseValidation(refuse=False))
    mount(root)
    server = serve(root)
    assert server.get("/boards/unique").status == 200
    assert server.get("/ticks/unique").body.endswith(b'{"at":[1,1]}\n')
    assert "$.tags: uniqueItems" in caplog.text
    assert "item 1: $.at: uniqueItems" in caplog.text


def test_nothing_is_held_unless_it_is_asked_for(mount: Mount, serve: Serve) -> None:
    root = JsonResource()
    mount(root)
    server = serve(root)
    assert server.get("/boards/title").status == 200
    assert "api._responses" not in sys.modules


def test_other_hosts_are_held_to_it_in_tests(mount: Mount) -> None:
    host = PlainHost()
    mount(host)
    client = TestClient(host)
    assert client.get("/boards/fine").status == 200
    assert client.get("/boards/of-all").status == 429
    for fault in ("title", "404-few", "undeclared"):
        with pytest.raises(InvalidResponseError, match="getBoard answered"):
            client.get(f"/boards/{fault}")


def test_other_hosts_are_held_to_it_on_demand(
    mount: Mount, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    for host in (PlainHost(), JsonResource()):
        mount(ResponseValidation().on(host))
        server = serve(host)
        assert server.get("/boards/fine").status == 200
        assert server.get("/boards/title").status == 500
        assert "$.title: minLength: expected 1" in caplog.text
        assert server.get("/ticks/fine").body == b'{"at":[1,2]}\n{"at":[3]}\n'
        caplog.clear()


class ByHand:
    """A servlet that no spec describes."""

    @answers(Ok, Successful, NoContent)
    async def anything(self, request: Request, **_: str) -> Reply[object]:
        return Ok({"any": "thing"})


def test_what_no_spec_describes_is_not_held() -> None:
    root = JsonResource()
    root.register_paths("GET", [path("/any")], ByHand().anything, "anything")
    assert TestClient(root).get("/any").json() == {"any": "thing"}
    with pytest.MonkeyPatch.context() as patch:  # as one beside the generated ones
        found = operation_of(ByHand.anything)
        assert found is not None
        patch.setattr(found.method, "__module__", "noticeboard.by_hand")
        assert described(found) is None


class Boards(noticeboard.BoardsHandler):
    """Answers what its types let pass."""

    async def get_board(self, request: Request, board_id: models.BoardId) -> models.Board:
        return models.Board.model_construct(id=board_id, title="", notices=-1)


def test_a_model_that_was_not_validated_is() -> None:
    root = JsonResource()
    noticeboard.BoardsServlet(Boards()).register(root)
    with pytest.raises(InvalidResponseError) as caught:
        TestClient(root).get("/boards/lobby")
    assert caught.value.operation == "getBoard"
    assert any("minimum" in breach for breach in caught.value.breaches)


def test_who_does_not_validate_loads_nothing_for_it() -> None:
    program = (
        "import sys, counterfoil, noticeboard\n"
        "noticeboard.register\n"
        "large = {'counterfoil._validation', 'jsonschema_rs', 'noticeboard._responses'}\n"
        "sys.exit(bool(large & sys.modules.keys()))\n"
    )
    path = ":".join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
