"""Answers that come before the body was sent, as real clients read them.

`make clients` makes the environment with requests and aiohttp. curl and Chromium are those of the
system; where one is not installed, its tests are skipped, and the summary of the run says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from counterfoil import (
    CodedError,
    JsonResource,
    Request,
    stream_of,
)
from counterfoil.stub import at_head, path

from tests.serving import Serve, Server

ROOT: Final = Path(__file__).parent.parent.parent
PYTHON: Final = (
    ROOT / "var" / f"venv-clients-{sys.version_info[0]}.{sys.version_info[1]}" / "bin" / "python"
)
CURL: Final = shutil.which("curl")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM: Final = next(filter(None, map(shutil.which, BROWSERS)), None)

UNTRIED: Final = "not installed: how it reads an early answer is not tried here"

LIMIT: Final = 100_000
LARGE: Final = 20_000_000
CONTINUE: Final = "Expect: 100-continue"

ASKED: Final = {
    "a body over the limit": ("/upload", LARGE, (), 413, "The body is too large"),
    "and it waits": ("/upload", LARGE, (CONTINUE,), 413, "The body is too large"),
    "another expectation": ("/upload", LARGE, ("Expect: tea",), 417, "Only 100-continue"),
    "an encoded body": ("/upload", LARGE, ("Content-Encoding: br",), 415, "must not be encoded"),
    "a handler that refuses": ("/closed", LIMIT, (), 401, "Who are you?"),
    "and the client waits": ("/closed", LIMIT, (CONTINUE,), 401, "Who are you?"),
    "a body that is taken": ("/upload", LIMIT, (), 200, str(LIMIT)),
    "and told to come": ("/upload", LIMIT, (CONTINUE,), 200, str(LIMIT)),
}

PAGE: Final = """<!doctype html><title>Uploads</title><pre id="told">...</pre><script>
async function upload(target, size) {
  try {
    const answer = await fetch(target, { method: "POST", body: new Uint8Array(size) });
    return `${answer.status} ${await answer.text()}`;
  } catch (error) { return `none: ${error}`; }
}
(async () => {
  const told = [];
  for (const [target, size] of [%s]) told.push(await upload(target, size));
  document.getElementById("told").textContent = told.join("\\n");
})();
</script>"""


def resource() -> JsonResource:
    @at_head
    async def upload(request: Request) -> tuple[int, object]:
        return 200, len(await stream_of(request).read())

    @at_head
    async def closed(request: Request) -> tuple[int, object]:
        raise CodedError(401, "Who are you?")

    root = JsonResource()
    root.register_paths("POST", [path("/upload")], upload, "Upload")
    root.register_paths("POST", [path("/closed")], closed, "Closed")
    return root


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(resource(), max_request_body_size=LIMIT)


@pytest.mark.parametrize("client", ["requests", "aiohttp"])
@pytest.mark.parametrize("name", ASKED)
def test_a112_b23_b24_b28_b29_b38_a_client_reads_it(client: str, name: str, server: Server) -> None:
    assert PYTHON.exists(), "the clients are not installed: make clients"
    target, size, fields, status, text = ASKED[name]
    url = f"http://127.0.0.1:{server.port}{target}"
    script = Path(__file__).parent / "ask.py"
    ran = run(str(PYTHON), str(script), client, url, str(size), *fields)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"{status} ")
    assert text in ran.stdout


@pytest.mark.skipif(CURL is None, reason=f"curl is {UNTRIED}")
@pytest.mark.parametrize("name", ASKED)
def test_a112_b23_b24_b28_b29_b38_curl_reads_it(name: str, server: Server, tmp_path: Path) -> None:
    assert CURL is not None
    target, size, fields, status, text = ASKED[name]
    body = tmp_path / "body"
    body.write_bytes(b"x" * size)
    options = [part for field in fields or ("Expect:",) for part in ("-H", field)]
    url = f"http://127.0.0.1:{server.port}{target}"
    ran = run(CURL, "-sS", "-w", " %{http_code}", *options, "--data-binary", f"@{body}", url)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(f" {status}")
    assert text in ran.stdout


@pytest.mark.skipif(CHROMIUM is None, reason=f"Chromium ({', '.join(BROWSERS)}) is {UNTRIED}")
def test_a112_b28_b29_a_browser_reads_it(serve: Serve, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    uploads = (("/upload", LARGE), ("/closed", LARGE), ("/upload", LIMIT), ("/upload", LARGE))
    shown = PAGE % ", ".join(f'["{target}", {size}]' for target, size in uploads)

    def page(request: Request) -> None:
        request.setHeader("Content-Type", "text/html")
        request.write(shown.encode())
        request.finish()

    root = resource()
    root.register_paths("GET", [path("/page")], page, "Page")
    server = serve(root, max_request_body_size=LIMIT)
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}")
    url = f"http://127.0.0.1:{server.port}/page"
    ran = run(CHROMIUM, *options, "--virtual-time-budget=20000", "--dump-dom", url)
    told = ran.stdout.partition('<pre id="told">')[2].partition("</pre>")[0].splitlines()
    assert [line[:3] for line in told] == ["413", "413", "200", "413"], ran.stderr


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
