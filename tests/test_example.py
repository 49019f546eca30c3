"""The worked example, as a user runs it: a process of its own, a real socket, a file on disk."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [str(ROOT / name) for name in ("runtime", "generated", ".")]
DEADLINE = 20.0  # seconds

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json

    def __getitem__(self, key: str) -> Json:
        assert isinstance(self.body, Mapping), self
        return self.body[key]

    def ids(self) -> list[Json]:
        notices = self["notices"]
        assert isinstance(notices, list)
        return [notice["id"] for notice in notices if isinstance(notice, Mapping)]


class Noticeboard:
    """A running example."""

    def __init__(self, database: Path) -> None:
        self.log = database.with_suffix(".log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "examples.noticeboard",
                    *("--listen", "tcp:0:interface=127.0.0.1"),
                    *("--database", str(database)),
                ],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.port = self._read_port()

    def _read_port(self) -> int:
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", first)
        assert found, first + self.log.read_text()
        return int(found[1])

    def ask(
        self, method: str, path: str, body: Json = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, dict(headers or {}))
            response = connection.getresponse()
            text = response.read()
            return Answer(response.status, json.loads(text) if text else None)
        finally:
            connection.close()

    def post(
        self, key: str, text: str = "Tea at four", board: str = "lobby", **more: str
    ) -> Answer:
        headers = {"Idempotency-Key": key}
        return self.ask("POST", f"/boards/{board}/notices", {"text": text, **more}, headers)

    def wait_for_log(self, text: str) -> None:
        until = time.monotonic() + DEADLINE
        while text not in self.log.read_text():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)


@contextmanager
def running(database: Path) -> Iterator[Noticeboard]:
    board = Noticeboard(database)
    try:
        yield board
    finally:
        board.process.kill()
        board.process.wait()
        assert board.process.stdout is not None
        board.process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Noticeboard]:
    with running(tmp_path_factory.mktemp("example") / "notices.sqlite3") as board:
        yield board


@pytest.fixture
def lobby(server: Noticeboard) -> str:
    """A board for this test alone."""
    name = f"lobby-{uuid4().hex}"[:40]
    assert server.ask("PUT", f"/boards/{name}", {"title": "Lobby"}).status == 201
    return name


def test_a_board_is_put_up_once_and_then_changed(server: Noticeboard, lobby: str) -> None:
    again = server.ask("PUT", f"/boards/{lobby}", {"title": "Hall"})
    assert (again.status, again["title"]) == (200, "Hall")
    assert server.ask("GET", f"/boards/{lobby}").body == {
        "id": lobby,
        "notices": 0,
        "title": "Hall",
    }


def test_what_is_not_there_is_a_declared_404(server: Noticeboard, lobby: str) -> None:
    for method, path in [
        ("GET", "/boards/nowhere"),
        ("GET", "/boards/nowhere/notices"),
        ("GET", "/boards/nowhere/next?timeout=0"),
        ("GET", f"/boards/{lobby}/notices/999999"),
        ("DELETE", f"/boards/{lobby}/notices/999999"),
    ]:
        answer = server.ask(method, path)
        assert (answer.status, answer["errcode"]) == (404, "M_NOT_FOUND"), (method, path, answer)
    assert server.post("1", board="nowhere").status == 404


def test_a_notice_is_pinned_once_for_each_transaction_id(server: Noticeboard, lobby: str) -> None:
    first = server.post("1", "Tea", board=lobby, author="Ann")
    replay = server.post("1", "Tea", board=lobby, author="Ann")
    assert (first.status, replay.status) == (201, 200)
    assert first.body == replay.body

    conflict = server.post("1", "Coffee", board=lobby)
    assert (conflict.status, conflict["errcode"]) == (409, "M_DUPLICATE")
    assert conflict["noticeId"] == first["id"]
    assert server.ask("GET", f"/boards/{lobby}/notices/{first['id']}").body == first.body


def test_requests_at_the_same_time_pin_one_notice(server: Noticeboard, lobby: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: server.post("same", board=lobby), range(24)))
    assert sorted(answer.status for answer in answers) == [200] * 23 + [201]
    assert len({str(answer["id"]) for answer in answers}) == 1


def test_writers_at_the_same_time_all_succeed(server: Noticeboard, lobby: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda key: server.post(str(key), board=lobby), range(40)))
    assert {answer.status for answer in answers} == {201}
    assert server.ask("GET", f"/boards/{lobby}")["notices"] == 40


def test_a_notice_that_is_taken_down_is_gone(server: Noticeboard, lobby: str) -> None:
    path = f"/boards/{lobby}/notices/{server.post('1', board=lobby)['id']}"
    assert server.ask("DELETE", path) == Answer(204, None)
    assert server.ask("GET", path).status == 404
    assert server.ask("DELETE", path).status == 404


def test_pages_hold_every_notice_once_newest_first(server: Noticeboard, lobby: str) -> None:
    posted = [server.post(str(key), board=lobby)["id"] for key in range(5)]
    seen: list[Json] = []
    path = f"/boards/{lobby}/notices?limit=2"
    page = server.ask("GET", path)
    while True:
        seen += page.ids()
        assert isinstance(page.body, Mapping)
        if "next" not in page.body:
            break
        page = server.ask("GET", f"{path}&from={page['next']}")
    assert seen == posted[::-1]


def test_a_page_goes_on_where_the_last_ended_though_notices_came_and_went(
    server: Noticeboard, lobby: str
) -> None:
    a, b, c = (server.post(str(key), board=lobby)["id"] for key in range(3))
    page = server.ask("GET", f"/boards/{lobby}/notices?limit=2")
    assert page.ids() == [c, b]
    server.post("new", board=lobby)
    server.ask("DELETE", f"/boards/{lobby}/notices/{b}")
    assert server.ask("GET", f"/boards/{lobby}/notices?from={page['next']}").ids() == [a]


@pytest.mark.parametrize("cursor", ["", "nonsense", "%C3%A9", "YmFyOjE", "bG9iYnk6MQ==", "===="])
def test_an_unknown_cursor_is_a_declared_400(server: Noticeboard, lobby: str, cursor: str) -> None:
    answer = server.ask("GET", f"/boards/{lobby}/notices?from={cursor}")
    assert (answer.status, answer["errcode"]) == (400, "M_INVALID_PARAM")


def test_every_mistake_is_reported_at_once(server: Noticeboard, lobby: str) -> None:
    """B59: with its place, and without what was sent."""
    answer = server.ask("POST", "/boards/NO!/notices", {"text": "x" * 281, "colour": "secret"})
    assert answer.status == 400
    for place in ("path.boardId", "header.Idempotency-Key", "body.text", "body.colour"):
        assert place in str(answer["error"]), answer
    assert "xxx" not in str(answer["error"])


def test_search_takes_lists_and_an_order(server: Noticeboard, lobby: str) -> None:
    word = lobby.replace("-", "")
    pink, _, blue = (
        server.post(colour, f"{word} ÉTÉ {colour}", board=lobby, colour=colour)["id"]
        for colour in ("pink", "green", "blue")
    )
    path = f"/search?text={word.upper()}%20%C3%A9t&colour=pink&colour=blue&board={lobby}&board=no"
    assert server.ask("GET", path).ids() == [blue, pink]
    assert server.ask("GET", f"{path}&order=oldest").ids() == [pink, blue]
    some = server.ask("GET", f"{path}&limit=1")
    assert (some.ids(), some["more"]) == ([blue], True)
    assert server.ask("GET", f"/search?text={word}&board=no").ids() == []
    assert server.ask("GET", "/search?text=x&order=best").status == 400


def test_a_long_poll_is_answered_when_a_notice_is_pinned(server: Noticeboard, lobby: str) -> None:
    with ThreadPoolExecutor(1) as thread:
        started = time.monotonic()
        waiting = thread.submit(server.ask, "GET", f"/boards/{lobby}/next?timeout=15000")
        time.sleep(0.3)
        assert not waiting.done()
        posted = server.post("1", board=lobby)
        assert waiting.result(DEADLINE) == Answer(200, posted.body)
        assert time.monotonic() - started < 10


def test_a_long_poll_ends_at_once_or_in_time(server: Noticeboard, lobby: str) -> None:
    first, second = (server.post(str(key), board=lobby) for key in range(2))
    path = f"/boards/{lobby}/next"
    assert server.ask("GET", path).body == first.body
    assert server.ask("GET", f"{path}?after={first['id']}").body == second.body
    for timeout in (0, 50):
        end = server.ask("GET", f"{path}?after={second['id']}&timeout={timeout}")
        assert end == Answer(204, None)


def test_a_client_that_leaves_cancels_its_long_poll(server: Noticeboard, lobby: str) -> None:
    """B78: the handler is cancelled, and the log says 499."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    connection.request("GET", f"/boards/{lobby}/next")
    time.sleep(0.2)
    connection.close()
    server.wait_for_log("499")
    assert server.post("1", board=lobby).status == 201


def test_notices_survive_a_restart(tmp_path: Path) -> None:
    """B88: SIGTERM ends it with code 0."""
    database = tmp_path / "new" / "notices.sqlite3"
    database.parent.mkdir()
    with running(database) as before:
        before.ask("PUT", "/boards/lobby", {"title": "Lobby"})
        posted = before.post("1")
        assert posted.status == 201
        assert before.stop() == 0
    with running(database) as after:
        assert after.ask("GET", "/boards/lobby/notices")["notices"] == [posted.body]
        assert after.post("1").status == 200
        assert after.post("2")["id"] != posted["id"]
        assert after.stop() == 0


def test_it_stops_while_a_client_waits(tmp_path: Path) -> None:
    with running(tmp_path / "notices.sqlite3") as board:
        board.ask("PUT", "/boards/lobby", {"title": "Lobby"})
        connection = http.client.HTTPConnection("127.0.0.1", board.port, timeout=DEADLINE)
        try:
            connection.request("GET", "/boards/lobby/next?timeout=60000")
            time.sleep(0.2)
            assert board.stop() == 0
        finally:
            connection.close()
        assert "Traceback" not in board.log.read_text()


def test_a_port_that_is_taken_is_said_in_a_line(server: Noticeboard, tmp_path: Path) -> None:
    listen = ("--listen", f"tcp:{server.port}:interface=127.0.0.1")
    database = ("--database", str(tmp_path / "second.sqlite3"))
    refused = subprocess.run(
        [sys.executable, "-m", "examples.noticeboard", *listen, *database],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert refused.returncode == 1
    assert "Address already in use" in refused.stderr
    assert "Traceback" not in refused.stderr
