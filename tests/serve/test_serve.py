"""`counterfoil serve`, with real processes, sockets and signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import cast

import pytest

from tests.serve.server import APP, PATIENCE, Serving, free_port, measured, until


def changed(folder: Path, version: int) -> None:
    code = APP.replace('"version": 1', f'"version": {version}')
    (folder / "app.py").write_text(code, encoding="utf-8")


def test_every_worker_serves(start: Callable[..., Serving]) -> None:
    server = start("--workers", "2")
    until(lambda: len(server.workers()) == 2, server)
    assert server.ends() == 0


def test_nothing_is_lost_as_new_workers_take_over(
    folder: Path, start: Callable[..., Serving]
) -> None:
    server = start("--workers", "2")
    failures: list[str] = []
    seen: list[int] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                seen.append(server.who()["version"])
            except (OSError, HTTPException) as error:
                failures.append(repr(error))

    before = server.workers()
    slow = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    slow.request("GET", "/slow")
    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    changed(folder, 2)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "the new workers serve" in server.said(), server)
    until(lambda: not before & server.workers(), server)
    over.set()
    for thread in asking:
        thread.join(PATIENCE)
    assert not failures
    assert {*seen} == {1, 2}
    assert json.load(slow.getresponse())["pid"] in before
    slow.close()
    assert server.who()["version"] == 2


def test_new_workers_that_cannot_serve_leave_it_to_the_old_ones(
    folder: Path, start: Callable[..., Serving]
) -> None:
    server = start()
    before = server.workers()
    (folder / "app.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "the old ones go on" in server.said(), server)
    assert server.workers() == before
    assert "RuntimeError: broken" in server.said()


@pytest.mark.parametrize(("name", "kind"), [("asyncio", "Asyncio"), ("poll", "PollReactor")])
def test_the_reactor_is_the_one_that_is_named(
    folder: Path, start: Callable[..., Serving], name: str, kind: str
) -> None:
    told = '"version": 1, "reactor": type(reactor).__name__'
    (folder / "app.py").write_text(APP.replace('"version": 1', told), encoding="utf-8")
    server = start("--reactor", name)
    before = server.who()["pid"]
    server.process.send_signal(signal.SIGHUP)
    until(lambda: server.who()["pid"] != before, server)
    assert str(server.who()["reactor"]).startswith(kind)
    assert server.ends() == 0


def test_a_worker_that_dies_is_replaced(start: Callable[..., Serving]) -> None:
    server = start()
    before = server.who()["pid"]
    os.kill(before, signal.SIGKILL)
    until(lambda: server.who()["pid"] != before, server)
    assert "signal SIGKILL" in server.said()


def test_what_has_begun_comes_to_its_end(start: Callable[..., Serving]) -> None:
    server = start()
    asking = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    asking.request("GET", "/slow")
    assert server.who()["pid"] > 0  # who asks first is heard first
    assert server.ends() == 0
    assert json.load(asking.getresponse())["pid"] > 0
    asking.close()


def test_the_second_signal_ends_it_at_once(start: Callable[..., Serving]) -> None:
    server = start("--grace", "600")
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
        until(lambda: server.who()["pid"] > 0, server)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(server.port), server)
        assert server.ends() == 0


def refuses(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return False
    except OSError:
        return True


def test_workers_do_not_outlive_who_watches_them(start: Callable[..., Serving]) -> None:
    server = start()
    worker = server.who()["pid"]
    server.process.kill()
    server.process.wait()

    def is_gone() -> bool:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{worker}/stat").read_text(encoding="utf-8").split()[2] == "Z"

    until(is_gone)


SPEC = """\
openapi: 3.1.0
info: {title: Case, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200": {description: All., content: {application/json: {schema: {type: integer}}}}
"""

GENERATED = """\
from counterfoil import JsonResource

from api import SpecHandler, register


class Things(SpecHandler):
    async def list_things(self, request):
        return 7


def make(reactor):
    root = JsonResource()
    register(root, spec=Things())
    return root
"""


def test_what_is_developed_is_generated_and_taken_over(
    folder: Path, start: Callable[..., Serving]
) -> None:
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    settings = '[[tool.counterfoil.api]]\npackage = "api"\nspec = ["spec.yaml"]\noutput = "."\n'
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "counterfoil_codegen", "generate"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (folder / "app.py").write_text(GENERATED, encoding="utf-8")
    server = start("--reload", waits=False)
    until(lambda: status_of(server, "/things") == 200, server)
    (folder / "spec.yaml").write_text(SPEC.replace("/things", "/others"), encoding="utf-8")
    until(lambda: status_of(server, "/others") == 200, server)
    assert status_of(server, "/things") == 404
    (folder / "spec.yaml").write_text("openapi: {", encoding="utf-8")
    until(lambda: "until the spec is mended" in server.said(), server)
    assert status_of(server, "/others") == 200
    assert server.ends(signal.SIGINT) == 0


def test_what_cannot_be_served_at_first_is_waited_for(
    folder: Path, start: Callable[..., Serving]
) -> None:
    (folder / "app.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    server = start("--reload", waits=False)
    until(lambda: "a worker could not serve (exit code 1): mend it" in server.said(), server)
    (folder / "app.py").write_text("raise RuntimeError('still broken')\n", encoding="utf-8")
    until(lambda: "a new worker could not serve (exit code 1): mend it" in server.said(), server)
    changed(folder, 3)
    until(lambda: server.who()["version"] == 3, server)
    assert server.ends() == 0


def status_of(server: Serving, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_twist_serves_the_same(folder: Path) -> None:
    port = free_port()
    twist = Path(sys.executable).parent / "twist"
    listen = f"tcp:{port}:interface=127.0.0.1"
    with subprocess.Popen(
        [twist, "counterfoil", "--listen", listen, "app:make"],
        cwd=folder,
        env=measured(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until(lambda: asked_of(port)["version"] == 1)
        finally:
            process.terminate()
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}  # it ends of what it was sent


def asked_of(port: int) -> dict[str, int]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/who")
        return cast("dict[str, int]", json.load(connection.getresponse()))
    finally:
        connection.close()
