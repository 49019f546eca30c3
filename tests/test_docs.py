"""docs/server.md: its Python is type-checked and run, and its requests get the answers it shows.

The Python blocks of a section make one module. In the other blocks each line with an arrow is a
request to the module's `root`, or to the resource that stands before it, and its answer:

    GET /greetings/Ada -> 200 {"greeting":"Hello, Ada!"}
    tree: GET /account (Cookie: session=1) -> 302, Location: /login
"""

from __future__ import annotations

import importlib
import inspect
import io
import logging
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from counterfoil import Deadlines, Site
from counterfoil.testing import Response
from counterfoil_codegen.cli import main
from twisted.internet.task import Clock

from tests.serving import DEADLINE, Serve, Server, in_reactor

PAGE: Final = (Path(__file__).parent.parent / "docs" / "server.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXCHANGE = re.compile(
    r"(?:(?P<resource>\w+): )?(?P<method>[A-Z]+) (?P<target>/\S*)"
    r"(?: \((?P<headers>[^)]*)\))?(?: (?P<sent>.+?))?"
    r" -> (?P<status>\d{3})(?:, (?P<name>[\w-]+): (?P<value>.*)| (?P<body>.*))?"
)


@dataclass(frozen=True)
class Exchange:
    """A request, and what is shown of its answer."""

    line: str
    resource: str
    method: str
    target: str
    headers: Mapping[str, str]
    sent: bytes
    status: int
    header: tuple[str, str] | None
    body: str | None

    @classmethod
    def of(cls, line: str) -> Exchange:
        found = _EXCHANGE.fullmatch(line)
        assert found is not None, f"this is no request with its answer: {line}"
        parts = found.groupdict()
        given = parts["headers"].split("; ") if parts["headers"] else []
        return cls(
            line=line,
            resource=parts["resource"] or "root",
            method=parts["method"],
            target=parts["target"],
            headers=dict(each.split(": ", 1) for each in given),
            sent=(parts["sent"] or "").encode(),
            status=int(parts["status"]),
            header=None if parts["name"] is None else (parts["name"].lower(), parts["value"]),
            body=parts["body"],
        )

    def ask(self, server: Server) -> Response:
        return server.request(self.method, self.target, body=self.sent, headers=self.headers)

    def check(self, answer: Response) -> None:
        assert answer.status == self.status, (self.line, answer)
        if self.header is not None:
            name, value = self.header
            assert answer.headers.get(name) == value, (self.line, answer)
        if self.body is not None:
            assert answer.body.decode().strip() == self.body, self.line


@dataclass(frozen=True)
class Section:
    """A section of the page that has Python."""

    title: str
    python: str
    exchanges: tuple[Exchange, ...]

    @property
    def module(self) -> str:
        return "guide_" + re.sub(r"\W+", "_", self.title.lower())


def sections() -> Iterator[Section]:
    for title, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S):
        blocks = _BLOCK.findall(text)
        python = "\n\n".join(block for language, block in blocks if language == "python")
        shown = [block for language, block in blocks if language == "text"]
        lines = [line for block in shown for line in block.splitlines() if " -> " in line]
        if python:
            yield Section(title, python, tuple(map(Exchange.of, lines)))


SECTIONS: Final = {section.title: section for section in sections()}
SPECS: Final = dict(re.findall(r"<!-- (\w+)\.yaml -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the sections as modules, and with what they import and read."""
    folder = tmp_path_factory.mktemp("guide")
    for section in SECTIONS.values():
        (folder / f"{section.module}.py").write_text(section.python, encoding="utf-8")
    for name, spec in SPECS.items():
        (folder / f"{name}.yaml").write_text(spec, encoding="utf-8")
    (folder / "files").mkdir()
    (folder / "static").mkdir()
    (folder / "static" / "hello.txt").write_text("Hello!")
    (folder / "secret.txt").write_text("secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        for name in SPECS:
            assert main(["generate", f"{name}.yaml", "--package", name, "--output", "."]) == 0
        yield folder
    for module in [*sys.modules]:
        if module.partition(".")[0] in {*SPECS, *(each.module for each in SECTIONS.values())}:
            del sys.modules[module]


@pytest.fixture
def module_of(guide: Path) -> Callable[[str], ModuleType]:
    """The module of the section with a title."""
    return lambda title: importlib.import_module(SECTIONS[title].module)


def serve_as_shown(serve: Serve, module: ModuleType, name: str) -> Server:
    """Serve a resource of *module*, by its site if it has one."""
    resource = getattr(module, name)
    site = getattr(module, "site", None)
    return serve(site if site is not None and site.resource is resource else resource)


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not in_reactor(happened):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_python_is_typed(guide: Path) -> None:
    modules = [part for section in SECTIONS.values() for part in ("-m", section.module)]
    options = ["--strict", "--untyped-calls-exclude", "twisted"]
    run(guide, "mypy", *options, "--cache-dir", ".cache", *modules)


def test_the_python_is_formatted(guide: Path) -> None:
    generated = ",".join(SPECS)
    options = ["--isolated", "--no-cache", "--line-length", "100", "--exclude", generated, "."]
    run(guide, "ruff", "format", "--check", *options)
    run(guide, "ruff", "check", "--select", "E,F,I,UP", *options)


def run(folder: Path, module: str, *arguments: str) -> None:
    """Run a tool of this environment, which must find nothing."""
    checked = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("title", [each.title for each in SECTIONS.values() if each.exchanges])
def test_the_answers(title: str, module_of: Callable[[str], ModuleType], serve: Serve) -> None:
    module = module_of(title)
    servers: dict[str, Server] = {}
    for exchange in SECTIONS[title].exchanges:
        if exchange.resource not in servers:
            servers[exchange.resource] = serve_as_shown(serve, module, exchange.resource)
        exchange.check(exchange.ask(servers[exchange.resource]))


def ask_when_it_listens(address: Path) -> bytes:
    """The answer of a server that is coming up; the socket is there before it listens."""
    end = time.monotonic() + 3 * DEADLINE
    while True:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(DEADLINE)
            try:
                client.connect(str(address))
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.01)
                continue
            client.sendall(b"GET /greetings/Ada HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return client.makefile("rb").read()


def test_the_server_starts_and_stops(guide: Path) -> None:
    address = guide / "socket"
    program = [sys.executable, "-W", "error", f"{SECTIONS['A server'].module}.py"]
    with subprocess.Popen(
        [*program, f"unix:{address}"], cwd=guide, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            answer = ask_when_it_listens(address)
            started.send_signal(signal.SIGTERM)
            _, logged = started.communicate(timeout=DEADLINE)
        except BaseException:
            started.kill()  # or else nothing would end it
            raise
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'{"greeting":"Hello, Ada!"}' in answer
    assert started.returncode == 0, logged
    assert "GET-1 - {Greet}" in logged


def test_a_site_that_drains_is_not_ready(
    module_of: Callable[[str], ModuleType], serve: Serve
) -> None:
    module = module_of("Its end, and its health")
    server = serve(module.site)
    assert server.get("/ready").status == 200
    module.leave_on(signal.SIGUSR1)
    assert server.get("/welcome").status == 200
    signal.raise_signal(signal.SIGUSR1)
    assert server.get("/welcome").status == 503
    assert server.get("/ready").status == 200
    in_reactor(lambda: module.site.drain(DEADLINE))
    assert server.get("/ready").status == 503


def test_a_client_that_leaves(module_of: Callable[[str], ModuleType], serve: Serve) -> None:
    module = module_of("Clients that leave, and time")
    server = serve(module.root)
    with server.connect() as staying, server.connect() as leaving:
        staying.request("GET", "/next")
        wait_until(lambda: len(module.waiting) == 1)
        leaving.request("GET", "/next")
        wait_until(lambda: len(module.waiting) == 2)
        leaving.close()
        wait_until(lambda: len(module.waiting) == 1)
        in_reactor(lambda: module.waiting[0].callback("tea"))
        assert staying.response().json() == {"next": "tea"}


def test_log_lines_name_the_request(module_of: Callable[[str], ModuleType], serve: Serve) -> None:
    module = module_of("Threads, work in the background, and the log")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    module.log_to(handler)
    module.logger.setLevel(logging.INFO)
    try:
        assert serve(module.root).request("PUT", "/users/ada").status == 200
    finally:
        logging.getLogger().removeHandler(handler)
    lines = written.getvalue().splitlines()
    [hashing, telling] = [line for line in lines if re.search("INFO (hashing|telling)", line)]
    assert re.fullmatch(r"PUT-\d+ INFO hashing", hashing)
    assert telling == hashing.replace("hashing", "telling ada")


def test_the_access_line_is_as_shown(
    module_of: Callable[[str], ModuleType], serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    [shown] = re.findall(r'^192\.0\.2\.1 - .*"curl/8\.5\.0"$', PAGE, re.MULTILINE)
    times = r"\d+\.\d{3}s"
    pattern = (
        rf'\S+ - \S+ - GET-\S+ - {{\S+}} \S+ {times}/{times} \({times}, {times}\) \d+B \d{{3}} "'
        r'GET \S+ HTTP/1\.1" ".*"'
    )
    caplog.set_level(logging.INFO, "counterfoil.access")
    server = serve(module_of("A server").root)
    assert server.get("/greetings/Ada").status == 200
    wait_until(lambda: bool(caplog.messages))
    assert re.fullmatch(pattern, shown)
    assert re.fullmatch(pattern, caplog.messages[-1])


def test_the_watchdog_watches(module_of: Callable[[str], ModuleType]) -> None:
    watchdog = module_of("A reactor that is held up").watch(Clock())
    with pytest.raises(RuntimeError):
        watchdog.start()
    watchdog.stop()


@pytest.mark.parametrize(
    ("title", "count"), [("Security", 2), ("Clients that leave, and time", 1), ("Tests", 6)]
)
def test_the_tests_pass(title: str, count: int, module_of: Callable[[str], ModuleType]) -> None:
    functions = inspect.getmembers(module_of(title), inspect.isfunction)
    tests = [function for name, function in functions if name.startswith("test_")]
    assert len(tests) == count
    for test in tests:
        test()


def test_the_page_links_to_its_sections() -> None:
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = [re.sub(r"[^\w ]", "", title.lower()).replace(" ", "-") for title in titles]
    listed = PAGE[: PAGE.index("\n## ")]
    assert re.findall(r"\]\(#([^)]+)\)", listed) == anchors
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) == set(anchors)


def test_each_option_of_the_site_is_told() -> None:
    [table] = re.findall(r"^\| option of `Site` .*?(?=^$)", PAGE, re.MULTILINE | re.DOTALL)
    cells = " ".join(row.split("|")[1] for row in table.splitlines())
    options = set(inspect.signature(Site).parameters) - {"resource", "reactor", "deadlines"}
    deadlines = {f".{field.name}" for field in fields(Deadlines)}
    told = {name.removeprefix("deadlines") for name in re.findall(r"`([^`]+)`", cells)}
    assert told - {"Site"} == options | deadlines
