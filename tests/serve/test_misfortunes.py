"""What befalls an operator: reloads in a row, workers that die meanwhile, a lack of descriptors."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from tests.serve.server import APP, PATIENCE, Serving, until
from tests.serve.test_serve import changed

Start: TypeAlias = Callable[..., Serving]

HELD = """\
    async def held(request):
        while not os.path.exists("go"):
            await deferLater(reactor, 0.02, lambda: None)
        return 200, {"pid": os.getpid()}

    root = JsonResource()
    root.register_paths("GET", [re.compile("^/held$")], held, "Held")
"""

WAITING = """\
import pathlib, time
pathlib.Path("started").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.02)
"""

ONE_OF_TWO = """\
try:
    open("first", "x").close()
except FileExistsError:
    import failing
"""


@pytest.fixture(autouse=True)
def app(folder: Path) -> str:
    """What is served: an answer can be held until there is a file `go`."""
    text = APP.replace("    root = JsonResource()\n", HELD)
    (folder / "app.py").write_text(text, encoding="utf-8")
    return text


def asking(server: Serving, path: str) -> HTTPConnection:
    """A connection that has asked for *path*, which is being answered."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("GET", path)
    assert server.who()["pid"] > 0  # who asks first is heard first
    return connection


def answer_to(connection: HTTPConnection) -> dict[str, int]:
    answer = cast("dict[str, int]", json.load(connection.getresponse()))
    connection.close()
    return answer


def test_what_changes_during_a_reload_is_taken_over_too(folder: Path, start: Start) -> None:
    server = start()
    (folder / "app.py").write_text(WAITING + APP, encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    until((folder / "started").exists, server)
    changed(folder, 3)
    for _ in range(20):
        server.process.send_signal(signal.SIGHUP)
    (folder / "go").touch()
    until(lambda: server.who()["version"] == 3, server)
    assert server.ends() == 0


def test_a_worker_that_dies_during_a_reload_is_replaced_though_it_fails(
    folder: Path, start: Start
) -> None:
    server = start()
    (folder / "app.py").write_text(WAITING + "raise RuntimeError", encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    until((folder / "started").exists, server)
    changed(folder, 3)
    os.kill(server.who()["pid"], signal.SIGKILL)
    until(lambda: server.who()["version"] == 3, server)
    (folder / "go").touch()
    until(lambda: "the old ones go on" in server.said(), server)
    assert server.who()["version"] == 3
    assert server.ends() == 0


def test_a_worker_that_cannot_be_replaced_at_once_is_replaced_later(
    folder: Path, start: Start
) -> None:
    server = start()
    worker = server.who()["pid"]
    (folder / "app.py").write_text("raise RuntimeError", encoding="utf-8")
    os.kill(worker, signal.SIGKILL)
    until(lambda: "a worker has ended (exit code 1)" in server.said(), server)
    changed(folder, 2)
    until(lambda: server.who()["version"] == 2, server)
    assert server.ends() == 0


def test_a_server_out_of_descriptors_goes_on(folder: Path, start: Start) -> None:
    server = start()
    worker = server.who()["pid"]
    _, most = before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, most))
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "a new worker could not serve ([Errno 24]" in server.said(), server)
    assert server.who()["pid"] == worker
    os.kill(worker, signal.SIGKILL)
    until(lambda: "a worker has ended ([Errno 24]" in server.said(), server)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
    until(lambda: server.who()["pid"] != worker, server)
    assert server.ends() == 0


def test_a_new_worker_that_serves_already_ends_what_it_has_begun(
    folder: Path, start: Start, app: str
) -> None:
    server = start("--workers", "2")
    until(lambda: len(server.workers()) == 2, server)
    failing = WAITING.replace("go", "fail") + "raise RuntimeError\n"
    (folder / "failing.py").write_text(failing, encoding="utf-8")
    code = app.replace('"version": 1', '"version": 2')
    (folder / "app.py").write_text(ONE_OF_TWO + code, encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)

    def is_new() -> bool:
        connection.close()
        connection.request("GET", "/who")
        answer = cast("dict[str, int]", json.load(connection.getresponse()))
        return answer["version"] == 2

    until(is_new, server)
    connection.request("GET", "/held")
    (folder / "fail").touch()
    until(lambda: "the old ones go on" in server.said(), server)
    (folder / "go").touch()
    assert answer_to(connection)["pid"] > 0
    until(lambda: {server.who()["version"] for _ in range(30)} == {1}, server)
    assert server.ends() == 0


def test_an_old_worker_that_is_stuck_is_killed_in_the_end(
    folder: Path, start: Start, app: str
) -> None:
    stuck = app.replace("await deferLater(reactor, 0.02, lambda: None)", "pass")
    (folder / "app.py").write_text(stuck, encoding="utf-8")
    server = start("--grace", "0.1")
    worker = server.who()["pid"]
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("GET", "/held")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "the new workers serve" in server.said(), server)
    with pytest.raises(OSError, match=r"reset|closed"):
        connection.getresponse()
    connection.close()
    until(lambda: not Path(f"/proc/{worker}").exists(), server)
    assert server.who()["pid"] != worker
    assert server.ends() == 0


def test_what_an_old_worker_has_begun_comes_to_its_end_as_the_server_stops(
    folder: Path, start: Start
) -> None:
    server = start()
    connection = asking(server, "/held")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "the new workers serve" in server.said(), server)
    server.process.send_signal(signal.SIGTERM)
    until(lambda: "shutting down" in server.said(), server)
    server.process.send_signal(signal.SIGHUP)  # of no interest any more
    (folder / "go").touch()
    assert answer_to(connection)["pid"] > 0
    assert server.process.wait(PATIENCE) == 0
    assert server.said().count("new workers start") == 1


def test_a_terminal_that_interrupts_all_processes_cuts_nothing(folder: Path, start: Start) -> None:
    server = start()
    connection = asking(server, "/held")
    os.killpg(server.process.pid, signal.SIGINT)
    until(lambda: "shutting down" in server.said(), server)
    (folder / "go").touch()
    assert answer_to(connection)["pid"] > 0
    assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.said()
