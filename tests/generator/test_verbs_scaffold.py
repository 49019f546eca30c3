"""scaffold writes what is not there, and never changes a byte of what is."""

from __future__ import annotations

from pathlib import Path

import pytest
from counterfoil_codegen.cli import main

from tests.generator.tools import runs_clean

CONFIG = """\
[[tool.counterfoil.api]]
package = "noticeboard"
spec = ["spec.yaml"]
output = "."
handlers = "handlers"
"""
SPEC = """\
openapi: 3.1.0
info: {title: Noticeboard, version: 1.0.0}
paths:
  /boards/{boardId}:
    parameters: [{name: boardId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getBoard
      tags: [boards]
      description: |-
        Look at a board.

        It may be empty.
      parameters:
        - {name: since, in: query, schema: {type: string, format: date-time}}
        - {name: any, in: query, schema: {}}
      responses:
        "200": {$ref: "#/components/responses/Board"}
        "404": {description: None such.}
    put:
      operationId: putBoard
      tags: [boards]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Board"}}}}
      responses:
        "200": {$ref: "#/components/responses/Board"}
        "201": {$ref: "#/components/responses/Board"}
  /models:
    delete:
      operationId: deleteModel
      tags: [Request]
      responses: {"204": {description: Gone.}}
components:
  responses:
    Board:
      description: A board.
      content: {application/json: {schema: {$ref: "#/components/schemas/Board"}}}
  schemas:
    Board: {type: object, required: [title], properties: {title: {type: string}}}
"""
APP = """\
import noticeboard
from counterfoil.stub import HttpServer
from handlers.boards import Boards
from handlers.request import RequestOperations


def mount(server: HttpServer) -> None:
    noticeboard.register(server, boards=Boards(), request=RequestOperations())
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path


def test_the_skeletons_match_the_protocols(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate"]) == 0
    capsys.readouterr()
    assert main(["scaffold"]) == 0
    assert capsys.readouterr().out == "wrote handlers/boards.py\nwrote handlers/request.py\n"
    (project / "app.py").write_text(APP)
    runs_clean("mypy", "--strict", "app.py", "handlers", "noticeboard")
    runs_clean("ruff", "check", "handlers")
    runs_clean("ruff", "format", "--check", "--line-length=100", "handlers")
    text = (project / "handlers" / "boards.py").read_text()
    assert 'raise unimplemented("getBoard")' in text
    assert "import datetime" not in text or "datetime." in text


def test_the_output_can_be_named(project: Path) -> None:
    arguments = ["spec.yaml", "--package", "noticeboard", "--output", "deep/er"]
    assert main(["scaffold", *arguments]) == 0
    assert (project / "deep" / "er" / "boards.py").exists()
    assert (project / "deep" / "er" / "__init__.py").read_bytes() == b""


def test_nothing_says_where(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(CONFIG.replace('handlers = "handlers"', ""))
    assert main(["scaffold"]) == 2
    assert "nothing says where the handlers of noticeboard go" in capsys.readouterr().err


def test_what_exists_is_left_alone_and_what_it_lacks_is_printed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scaffold"]) == 0
    before = {path: path.stat().st_mtime_ns for path in (project / "handlers").iterdir()}
    capsys.readouterr()
    assert main(["scaffold"]) == 0
    said = capsys.readouterr().out
    assert said.count("no operation is missing") == 2
    mine = "import nowhere\nraise SystemExit\nclass My:\n    async def get_board(self): ...\n"
    (project / "handlers" / "boards.py").write_text(mine)
    assert main(["scaffold"]) == 0
    said = capsys.readouterr().out
    assert "left alone handlers/boards.py (My), which lacks 1; paste into the class:" in said
    assert "    async def put_board(\n" in said
    assert "get_board" not in said
    assert (project / "handlers" / "boards.py").read_text() == mine
    after = {path: path.stat().st_mtime_ns for path in (project / "handlers").iterdir()}
    assert after.keys() == before.keys()


def test_what_no_operation_asks_for_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operation that is renamed or removed leaves its method behind, which types allow."""
    (project / "handlers").mkdir()
    mine = """class Boards:
    async def get_board(self, request, board_id): ...
    async def put_board(self, request, board_id, body): ...
    async def drop_board(self, request, board_id): ...
    async def _helped(self, request): ...
    async def close(self): ...
    def of(self, request): ...
"""
    (project / "handlers" / "boards.py").write_text(mine)
    assert main(["scaffold"]) == 0
    said = capsys.readouterr().out
    surplus = [line for line in said.splitlines() if line.startswith("no operation asks for")]
    named = "drop_board of handlers/boards.py (Boards)"
    assert surplus == [f"no operation asks for {named}: rename or remove it"]


def test_a_handler_may_stand_in_a_file_of_any_name(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "handlers").mkdir()
    both = "class A:\n    async def get_board(self): ...\n    async def put_board(self): ...\n"
    (project / "handlers" / "all.py").write_text(both + both.replace("A", "Request", 1))
    assert main(["scaffold"]) == 0
    said = capsys.readouterr().out
    assert "left alone handlers/all.py (A): no operation is missing" in said
    assert "wrote handlers/request.py" in said


def test_a_file_without_a_handler_is_not_replaced(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "handlers").mkdir()
    (project / "handlers" / "boards.py").symlink_to(project / "nowhere")
    (project / "handlers" / "request.py").write_text("")
    assert main(["scaffold"]) == 0
    assert capsys.readouterr().out.count("left alone, though no handler is in it") == 2
    assert not (project / "nowhere").exists()


def test_a_file_that_is_not_python_stops_everything(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "handlers").mkdir()
    (project / "handlers" / "x.py").write_text("class\n")
    assert main(["scaffold"]) == 2
    assert "x.py, line 1, is not Python" in capsys.readouterr().err
    assert [path.name for path in (project / "handlers").iterdir()] == ["x.py"]
