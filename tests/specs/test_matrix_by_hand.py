"""Five real Matrix operations, implemented by hand on the generated stubs, and driven over HTTP.

The spec's owner would mark `sync` as cancellable; here the copy that is generated from is marked.
"""

from __future__ import annotations

import importlib
import logging
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType

import counterfoil
import pytest
from counterfoil import JsonResource
from counterfoil_codegen.cli import main

from tests.serving import DEADLINE, Serve, Server
from tests.specs.catalogue import MISSING, SPECS
from tests.tracing import untraced

PACKAGE = "matrix_by_hand"
ALICE = {"Authorization": "Bearer alices"}
HANDLERS = '''
"""What an implementer writes, for five operations of the Matrix client-server API."""

from __future__ import annotations

from counterfoil import BearerToken, Request, UnauthorizedError
from matrix_by_hand import Authenticator, errors, models
from matrix_by_hand.room_participation import RoomParticipationHandler
from matrix_by_hand.server_administration import ServerAdministrationHandler
from matrix_by_hand.user_data import UserDataHandler
from twisted.internet.defer import Deferred


class Tokens(Authenticator[str]):
    """Names a user by the token; the other schemes answer 501."""

    async def access_token_bearer(self, request: Request, credentials: BearerToken) -> str:
        if not credentials.matches("alices"):
            raise UnauthorizedError("Unrecognised access token")
        return "@alice:example.org"


class Administration(ServerAdministrationHandler[str]):
    async def get_versions(
        self, request: Request, principal: str | None
    ) -> models.GetVersionsResponse200:
        return models.GetVersionsResponse200(versions=["v1.15", "v1.16"])


class Profiles(UserDataHandler[str]):
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def get_user_profile(
        self, request: Request, user_id: str
    ) -> models.GetUserProfileResponse200:
        if user_id not in self.names:
            raise errors.NotFoundError(
                models.Error(errcode="M_NOT_FOUND", error=f"no profile of {user_id}")
            )
        return models.GetUserProfileResponse200(displayname=self.names[user_id])

    async def set_profile_field(
        self,
        request: Request,
        principal: str,
        user_id: str,
        key_name: str,
        body: models.SetProfileFieldRequest,
    ) -> dict[str, object]:
        if user_id != principal:
            raise errors.ForbiddenError(
                models.Error(errcode="M_FORBIDDEN", error=f"not the profile of {principal}")
            )
        value = body.get(key_name)
        if not isinstance(value, str):
            raise errors.BadRequestError(
                models.Error(errcode="M_MISSING_PARAM", error=f"no {key_name}")
            )
        self.names[user_id] = value
        return {}


class Sync(RoomParticipationHandler[str]):
    def __init__(self) -> None:
        self.waiting = 0
        self.cancelled = 0

    async def sync(
        self,
        request: Request,
        principal: str,
        *,
        filter_: str | None,
        since: str | None,
        full_state: bool | None,
        set_presence: models.SyncSetPresence | None,
        timeout: int | None,
        use_state_after: bool | None,
    ) -> models.SyncResponse200:
        if since is None:
            return models.SyncResponse200(next_batch="s1")
        self.waiting += 1
        try:
            await Deferred[None](lambda _: self._count())
        finally:
            self.waiting -= 1
        return models.SyncResponse200(next_batch=since)

    def _count(self) -> None:
        self.cancelled += 1
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with the generated package and the handlers."""
    if not SPECS.is_dir():
        pytest.skip(MISSING)
    project = tmp_path_factory.mktemp("by_hand")
    shutil.copytree(SPECS / "matrix", project / "matrix", copy_function=shutil.copyfile)
    marked(project / "matrix/api/client-server/sync.yaml")
    given = [str(project / "matrix/api/client-server"), "--package", PACKAGE]
    with untraced():
        assert main(["generate", *given, "--output", str(project)]) == 0
    (project / "handlers_by_hand.py").write_text(textwrap.dedent(HANDLERS).lstrip())
    sys.path.insert(0, str(project))
    yield project
    sys.path.remove(str(project))


def marked(spec: Path) -> None:
    """Mark `sync` as cancellable, as the owner of the spec would."""
    before = "      operationId: sync\n"
    text = spec.read_text()
    assert before in text
    spec.chmod(0o644)
    spec.write_text(text.replace(before, f"{before}      x-counterfoil: {{cancellable: true}}\n"))


def test_the_handlers_are_typed(folder: Path) -> None:
    runtime = Path(str(resources.files(counterfoil))).parent
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental"]
    done = subprocess.run(
        [*command, "handlers_by_hand.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"MYPYPATH": f"{folder}:{runtime}", "PATH": ""},
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def handlers(folder: Path) -> ModuleType:
    return importlib.import_module("handlers_by_hand")


@pytest.fixture
def server(serve: Serve, folder: Path, handlers: ModuleType) -> Server:
    root = JsonResource()
    package = f"{PACKAGE}."
    for module, servlet, handler in (
        ("server_administration", "ServerAdministrationServlet", handlers.Administration()),
        ("user_data", "UserDataServlet", handlers.Profiles()),
        ("room_participation", "RoomParticipationServlet", handlers.Sync()),
    ):
        made = getattr(importlib.import_module(package + module), servlet)
        made(handler, handlers.Tokens()).register(root)
    return serve(root)


def test_versions(server: Server) -> None:
    answer = server.get("/_matrix/client/versions")
    assert (answer.status, answer.json()) == (200, {"versions": ["v1.15", "v1.16"]})


def test_a_profile_is_put_and_got(server: Server) -> None:
    profile = "/_matrix/client/v3/profile/%40alice%3Aexample.org"

    name = {"displayname": "Alice"}
    put = server.request("PUT", f"{profile}/displayname", json=name, headers=ALICE)
    assert (put.status, put.json()) == (200, {})

    got = server.get(profile)
    assert (got.status, got.json()) == (200, {"displayname": "Alice"})


def test_who_asks_is_known(server: Server) -> None:
    """Optional credentials are refused too, if they are wrong."""
    profile = "/_matrix/client/v3/profile/%40bob%3Aexample.org/displayname"
    eve = {"Authorization": "Bearer eves"}
    assert server.request("PUT", profile, json={"displayname": "Bob"}, headers=ALICE).status == 403
    for path in ("/_matrix/client/v3/sync", "/_matrix/client/versions"):
        refused = server.get(path, headers=eve)
        assert (refused.status, refused.json()) == (
            401,
            {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token"},
        )
    assert server.get("/_matrix/client/v3/sync").status == 401


def test_a_declared_error_is_typed(server: Server) -> None:
    answer = server.get("/_matrix/client/v3/profile/%40bob%3Aexample.org")
    assert answer.status == 404
    assert answer.json() == {"errcode": "M_NOT_FOUND", "error": "no profile of @bob:example.org"}


def test_what_does_not_fit_is_refused_with_its_place(server: Server) -> None:
    target = "/_matrix/client/v3/sync?timeout=soon&set_presence=away"
    answer = server.get(target, headers=ALICE)
    assert answer.status == 400
    assert "query.timeout" in answer.body.decode()
    assert "query.set_presence" in answer.body.decode()


def test_sync_is_cancelled_when_the_client_leaves(
    serve: Serve,
    folder: Path,
    handlers: ModuleType,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A109, B78: the handler sees the cancellation, and the log a 499."""
    caplog.set_level(logging.INFO)
    module = importlib.import_module(f"{PACKAGE}.room_participation")
    sync = handlers.Sync()
    root = JsonResource()
    module.RoomParticipationServlet(sync, handlers.Tokens()).register(root)
    server = serve(root)
    assert server.get("/_matrix/client/v3/sync", headers=ALICE).json() == {"next_batch": "s1"}

    with server.connect() as connection:
        target = "/_matrix/client/v3/sync?since=s1&timeout=30000"
        connection.request("GET", target, headers=ALICE)
        until(lambda: sync.waiting == 1)
    until(lambda: sync.waiting == 0)
    until(lambda: any("499" in record.getMessage() for record in caplog.records))
    assert sync.cancelled == 1


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
