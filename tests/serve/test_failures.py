"""What `counterfoil serve` and `twist counterfoil` say of what cannot be served."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.serve.server import PATIENCE, Serving, measured, over_unix, until

TWIST: Final = Path(sys.executable).parent / "twist"

BROKEN: Final = """\
def make(reactor):
    return open_database()


def open_database():
    raise RuntimeError("no database")
"""

LATE: Final = """\
from twisted.internet.task import deferLater


async def make(reactor):
    await deferLater(reactor, 0.1, lambda: None)
    raise RuntimeError("no database")
"""

CASES: Final = [
    ("", "app has no function make"),
    ("make = 7", "app has no function make"),
    ("def make(reactor): return 7", "app:make has made what cannot be served (int): make a count"),
    (
        "from twisted.web import server\ndef make(reactor): return server.Site(None)",
        "(twisted.web.server.Site): make a counterfoil.Site, or a resource",
    ),
    ("def make(): pass", "app:make must take the reactor, and nothing else: too many positional"),
    ("import missing", "import missing\nModuleNotFoundError: No module named 'missing'"),
    ("def make(:", "def make(:\n             ^\nSyntaxError: invalid syntax"),
    (BROKEN, 'line 6, in open_database\n    raise RuntimeError("no database")'),
    (LATE, 'line 6, in make\n    raise RuntimeError("no database")'),
]


@pytest.mark.parametrize(("app", "says"), CASES)
def test_what_cannot_be_made_is_told(
    folder: Path, start: Callable[..., Serving], app: str, says: str
) -> None:
    """By a sentence, or by the program's own part of the traceback."""
    (folder / "app.py").write_text(app, encoding="utf-8")
    server = start(waits=False)
    assert server.process.wait(PATIENCE) == 1
    assert "app:make cannot be served: " in server.said()
    assert says in server.said()
    assert "_serving" not in server.said()
    assert "frozen importlib" not in server.said()


@pytest.mark.parametrize("app", [BROKEN, LATE])
def test_twist_ends_when_nothing_can_be_served(folder: Path, app: str) -> None:
    (folder / "app.py").write_text(app, encoding="utf-8")
    ended = twist(folder, "--listen", "tcp:0:interface=127.0.0.1", "app:make")
    assert ended.returncode == 1
    said = ended.stderr + ended.stdout  # the log of `twist`, once it runs
    assert "app:make cannot be served: " in said
    assert "no database" in said


def twist(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TWIST, "counterfoil", *arguments],
        cwd=folder,
        env=measured(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["other:make"], "there is no module other, in this folder or on the import path"),
        (["app.sub:make"], "there is no module app.sub, "),
    ],
)
def test_a_module_that_is_missing_is_told(folder: Path, arguments: list[str], says: str) -> None:
    ended = twist(folder, "--listen", "tcp:0:interface=127.0.0.1", *arguments)
    assert ended.returncode == 1
    assert f"{arguments[0]} cannot be served: {says}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--listen", "nothing"], "cannot listen on nothing: Unknown endpoint type: 'nothing'"),
        (
            ["--listen", "8080"],
            "cannot listen on 8080: it is no endpoint; for a port of TCP, write tcp:8080",
        ),
        (["--listen", "tcp:99999"], "cannot listen on tcp:99999: OverflowError("),
        (["--listen", "tcp:0:colour=red"], "cannot listen on tcp:0:colour=red: TypeError("),
        (
            ["--listen", "unix:missing/a"],
            "cannot listen on unix:missing/a: No such file or directory",
        ),
        (["--listen", "ssl:0:privateKey=none.pem"], "none.pem"),
        (["--listen", "ssl:0:privateKey=app.py"], "cannot listen on ssl:0:privateKey=app.py: "),
        (["--listen", "systemd:domain=INET:index=0"], "index=0: IndexError("),
        (["--reactor", "none"], "Twisted has no reactor 'none', but "),
        (["--workers", "0"], "write a number from 1 to 1024"),
        (["--grace", "-1"], "write a number of seconds, 0 or more"),
        (["--grace", "nan"], "write a number of seconds, 0 or more"),
        (["--grace", "soon"], "write a number of seconds, 0 or more"),
    ],
)
def test_what_is_said_wrongly_is_told(
    start: Callable[..., Serving], arguments: list[str], says: str
) -> None:
    server = start(*arguments, waits=False)
    assert server.process.wait(PATIENCE) == 2
    assert says in server.said()
    assert "Traceback" not in server.said()


def test_what_names_no_function_is_told(folder: Path) -> None:
    command = [sys.executable, "-m", "counterfoil", "app.make", "--listen", "tcp:0"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "'app.make' names no function: write it as PACKAGE:FUNCTION" in ended.stderr


def test_a_port_that_is_taken_is_told(start: Callable[..., Serving]) -> None:
    server = start()
    listen = f"tcp:{server.port}:interface=127.0.0.1"
    second = start(listen=listen, waits=False)
    assert second.process.wait(PATIENCE) == 2
    assert f"cannot listen on {listen}: Address already in use\n" in second.said()


def test_what_has_begun_is_answered_though_a_port_cannot_be_closed(folder: Path) -> None:
    """A UNIX socket whose file is gone, for one."""
    path = folder / "app.socket"
    command = [str(TWIST), "counterfoil", "--listen", f"unix:{path}", "app:make"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=measured(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        until(lambda: over_unix(path).startswith(b"HTTP/1.1 200 OK\r\n"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(PATIENCE)
            client.connect(str(path))
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            path.unlink()
            process.terminate()
            assert client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
        said, _ = process.communicate(timeout=PATIENCE)
    assert b"A port could not be closed in order" in said
