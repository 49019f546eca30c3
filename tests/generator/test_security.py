"""Security requirements: how they are read over documents, listed, and scaffolded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from counterfoil_codegen.cli import main

from tests.generator.tools import runs_clean

FIRST = """\
openapi: 3.1.0
info: {title: First, version: "1"}
security: [{token: []}, {appKey: [], sso: ["read", "write"]}, {}]
paths:
  /first:
    get: {operationId: first, responses: {"204": {description: Done.}}}
  /shared: {$ref: "shared.yaml#/item"}
  /open:
    get: {operationId: open, security: [{}], responses: {"204": {description: Done.}}}
components:
  securitySchemes:
    token: {$ref: "shared.yaml#/token"}
    sso: {type: openIdConnect, openIdConnectUrl: /oidc}
    appKey: {type: apiKey, in: header, name: X-App-Key}
"""
SECOND = """\
openapi: 3.0.3
info: {title: Second, version: "1"}
paths:
  /second:
    get:
      operationId: second
      security: [{token: []}]
      responses: {"204": {description: Done.}}
components:
  securitySchemes:
    token: {type: http, scheme: BEARER}
"""
SHARED = """\
token: {type: http, scheme: bearer, bearerFormat: JWT}
item:
  get: {operationId: shared, security: [{local: []}], responses: {"204": {description: Done.}}}
components:
  securitySchemes:
    local: {type: http, scheme: basic}
"""
APP = """\
from __future__ import annotations

import api
from counterfoil import JsonResource
from handlers.authenticator import Authenticator
from handlers.first import First
from handlers.second import Second

api.register(
    JsonResource(), authenticator=Authenticator(), first=First(), second=Second()
)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.yaml").write_text(FIRST)
    (tmp_path / "second.yaml").write_text(SECOND)
    (tmp_path / "shared.yaml").write_text(SHARED)
    return tmp_path


def generated() -> int:
    return main(["generate", "first.yaml", "second.yaml", "--package", "api", "--output", "."])


def test_schemes_are_those_of_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The same scheme in several documents is one; a path item of another file may have its own."""
    assert main(["routes", "first.yaml", "second.yaml", "--json"]) == 0
    routes = json.loads(capsys.readouterr().out)
    assert {route["operation"]: route["security"] for route in routes} == {
        "first": [{"token": []}, {"appKey": [], "sso": ["read", "write"]}, {}],
        "shared": [{"local": []}],
        "open": [],
        "second": [{"token": []}],
    }


def test_the_table_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "first.yaml", "second.yaml"]) == 0
    said = capsys.readouterr().out
    assert "token or appKey and sso(read write) or anybody" in said
    assert "SECURITY" in said


def test_a_table_without_security_has_no_column(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "second.yaml").write_text(SECOND.replace("[{token: []}]", "[]"))
    assert main(["routes", "second.yaml"]) == 0
    assert "SECURITY" not in capsys.readouterr().out


def test_a_scheme_that_differs_between_documents_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "second.yaml").write_text(SECOND.replace("BEARER", "basic"))
    assert generated() == 1
    said = capsys.readouterr().err
    assert "second.yaml:11:5: error: the security scheme 'token' is another one at shared" in said


@pytest.mark.parametrize(
    ("scopes", "said"),
    [("[1]", "must be a string, not a number"), ("read", "must be a list, not a string")],
)
def test_scopes_are_a_list_of_texts(
    scopes: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "first.yaml").write_text(FIRST.replace('["read", "write"]', scopes))
    assert generated() == 1
    assert said in capsys.readouterr().err


def test_a_scheme_without_declarations_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SECOND.partition("components:")[0]
    (project / "second.yaml").write_text(text.replace("{token: []}", "{token: [admin]}"))
    assert main(["generate", "second.yaml", "--package", "api", "--output", "."]) == 0
    assert "help: declare it in components/securitySchemes" in capsys.readouterr().err
    security = (project / "api" / "security.py").read_text()
    assert 'TOKEN = UndeclaredScheme("Second", "token")' in security
    assert "-> Granted[Principal_co]" in security


@pytest.mark.parametrize("name", ["UUID", "uuid", "class", "self", "principal", "2fa", "models"])
def test_any_name_of_a_scheme_becomes_a_method(name: str, project: Path) -> None:
    (project / "second.yaml").write_text(SECOND.replace("token:", f"{name}:"))
    assert main(["generate", "second.yaml", "--package", "api", "--output", "."]) == 0


def test_a_model_called_principal_is_left_alone(project: Path) -> None:
    """The skeletons take `object` for a principal, and no more than that."""
    answer = '{"200": {description: It., content: {application/json: {schema: {$ref: "#/x"}}}}}'
    text = SECOND.replace('{"204": {description: Done.}}', answer).replace(
        '"#/x"', '"#/components/schemas/Principal"'
    )
    schema = "  schemas: {Principal: {type: object, properties: {name: {type: string}}}}\n"
    (project / "second.yaml").write_text(text + schema)
    arguments = ["second.yaml", "--package", "api", "--output"]
    assert main(["generate", *arguments, "."]) == 0
    assert main(["scaffold", *arguments, "handlers"]) == 0
    written = (project / "handlers" / "second.py").read_text()
    assert "principal: object" in written
    assert "-> models.Principal:" in written


def test_scaffolded_handlers_and_their_authenticator_are_typed(project: Path) -> None:
    assert generated() == 0
    arguments = ["first.yaml", "second.yaml", "--package", "api", "--output", "handlers"]
    assert main(["scaffold", *arguments]) == 0
    (project / "app.py").write_text(APP)
    runs_clean("mypy", "--strict", "app.py", "handlers", "api")
    runs_clean("ruff", "check", "handlers", "api")


def test_a_handler_is_not_taken_for_the_authenticator(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where an operation has the name of one of the schemes."""
    (project / "handlers").mkdir()
    (project / "handlers" / "own.py").write_text(
        "class Tokens:\n    async def token(self): ...\n    async def first(self): ...\n"
    )
    arguments = ["first.yaml", "second.yaml", "--package", "api", "--output", "handlers"]
    assert main(["scaffold", *arguments]) == 0
    said = capsys.readouterr().out
    assert "wrote handlers/authenticator.py" in said
    assert "left alone handlers/own.py (Tokens), which lacks 2" in said


def test_a_scaffolded_authenticator_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["scaffold", "second.yaml", "--package", "api", "--output", "handlers"]
    assert main(arguments) == 0
    assert "wrote handlers/authenticator.py" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "left alone handlers/authenticator.py (Authenticator)" in capsys.readouterr().out
