"""What tests of `counterfoil serve` share: a folder with a program, and servers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serve.server import APP, Serving, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Serving]]:
    started: list[Serving] = []

    def begin(*arguments: str, listen: str | None = None, waits: bool = True) -> Serving:
        server = Serving(folder, *arguments, listen=listen)
        started.append(server)
        if waits:
            until(lambda: server.who()["pid"] > 0, server)
        return server

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
