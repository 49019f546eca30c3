"""What `counterfoil serve` listens on: UNIX sockets and TLS, shared by workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPSConnection
from pathlib import Path
from typing import Final

import pytest

from tests.mounts.certificate import write_certificate
from tests.serve.server import PATIENCE, Serving, free_port, measured, over_unix, until


def is_served(path: Path) -> bool:
    return over_unix(path).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_unix_socket_is_bound_and_removed(folder: Path, start: Callable[..., Serving]) -> None:
    path = folder / "app.socket"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(path))  # as a server leaves it that was killed
    left.close()
    server = start(listen=f"unix:{path}", waits=False)
    until(lambda: is_served(path), server)
    assert f"listens on {path}\n" in server.said()
    second = start(listen=f"unix:{path}", waits=False)
    assert second.process.wait(PATIENCE) == 2
    assert f"cannot listen on unix:{path}: somebody listens on" in second.said()
    assert server.ends() == 0
    assert not path.exists()


def test_a_unix_socket_outlives_its_workers(folder: Path, start: Callable[..., Serving]) -> None:
    """Neither those that retire nor one that dies takes it, or its mode, away from the others."""
    path = folder / "app.socket"
    server = start("--workers", "2", listen=f"unix:{path}:mode=600", waits=False)
    until(lambda: is_served(path), server)
    for times in (1, 2):
        renew(server, times)
        assert is_served(path)
    worker = json.loads(over_unix(path).partition(b"\r\n\r\n")[2])["pid"]
    os.kill(worker, signal.SIGKILL)
    until(lambda: "a worker has ended" in server.said(), server)
    until(lambda: server.said().count("Site starting on") == 7, server)
    assert is_served(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Traceback" not in server.said()


def renew(server: Serving, times: int) -> None:
    server.process.send_signal(signal.SIGHUP)
    until(lambda: server.said().count("the new workers serve") == times, server)


def test_what_a_unix_socket_has_begun_comes_to_its_end(
    folder: Path, start: Callable[..., Serving]
) -> None:
    path = folder / "app.socket"
    server = start("--workers", "2", listen=f"unix:{path}", waits=False)
    until(lambda: is_served(path), server)
    with ExitStack() as stack:
        asking = [stack.enter_context(asked(path)) for _ in range(4)]
        assert server.ends() == 0
        answers = [client.recv(4096).partition(b"\r\n")[0] for client in asking]
    assert answers == [b"HTTP/1.1 200 OK"] * 4
    assert "Traceback" not in server.said()


def asked(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(PATIENCE)
    client.connect(str(path))
    client.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    return client


def test_newcomers_are_refused_at_once_when_it_ends(
    folder: Path, start: Callable[..., Serving]
) -> None:
    path = folder / "app.socket"
    server = start(listen=f"unix:{path}", waits=False)
    until(lambda: is_served(path), server)
    with asked(path) as client:
        server.process.send_signal(signal.SIGTERM)
        until(lambda: not path.exists(), server)
        assert server.process.poll() is None
        assert client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
    assert server.process.wait(PATIENCE) == 0


HAND_OVER: Final = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What systemd does with a socket: see sd_listen_fds(3)."""


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-m", "counterfoil", "--workers", "2", "app:make"],
        ["twist", "counterfoil", "app:make"],
    ],
    ids=["serve", "twist"],
)
@pytest.mark.parametrize("prefix", ["", "haproxy:"])
def test_a_socket_that_was_handed_over_serves_the_next_server_too(
    folder: Path, command: list[str], prefix: str
) -> None:
    program = str(Path(sys.executable).parent / command[0])
    listen = ["--listen", f"{prefix}systemd:domain=INET:name=web"]
    line = b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n" if prefix else b""
    with socket.create_server(("127.0.0.1", 0)) as held:
        number = str(held.fileno())
        for _ in range(2):
            with subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    HAND_OVER,
                    number,
                    program,
                    *command[1:-1],
                    *listen,
                    command[-1],
                ],
                cwd=folder,
                env=measured(folder),
                pass_fds=[held.fileno()],
                stdout=subprocess.DEVNULL,
            ) as process:
                try:
                    assert tcp_answer(held, line).startswith(b"HTTP/1.1 200 OK\r\n")
                    if command[0] == "python":
                        process.send_signal(signal.SIGHUP)
                        assert tcp_answer(held, line).startswith(b"HTTP/1.1 200 OK\r\n")
                finally:
                    process.terminate()
                    process.wait(PATIENCE)


def tcp_answer(listening: socket.socket, line: bytes) -> bytes:
    with socket.create_connection(listening.getsockname(), timeout=PATIENCE) as client:
        client.sendall(line + b"GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_tls_is_shared_too(folder: Path, start: Callable[..., Serving]) -> None:
    certificate = folder / "certificate.pem"
    write_certificate(certificate)
    port = free_port()
    listen = f"ssl:{port}:interface=127.0.0.1:privateKey=certificate.pem"
    server = start("--workers", "2", listen=listen, waits=False)
    context = ssl.create_default_context(cafile=str(certificate))

    def status() -> int:
        connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
        try:
            connection.request("GET", "/who")
            return connection.getresponse().status
        finally:
            connection.close()

    until(lambda: status() == 200, server)
