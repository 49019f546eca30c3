"""One measurement by wrk: one thread, 64 connections that are kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving.workloads import Workload

CONNECTIONS: Final = 64

MISSING: Final = """\
wrk is not there: it is the client that the servers are measured with.
On Debian and Ubuntu: apt install wrk"""


def find_wrk() -> str:
    """The program. Raises `SystemExit`, with how to get it, if there is none."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(MISSING)
    return found


@dataclass(frozen=True)
class Rate:
    """How many requests were answered, and how many that is in a second."""

    requests: int
    per_second: float


def ask(
    port: int, workload: Workload, seconds: float, folder: Path, *, is_error: bool = False
) -> Rate:
    """How often a server on *port* answers *workload*.

    Raises `AssertionError` if it answers one with an error, unless that is what *is_error* says,
    or not at all.
    """
    options = ["--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s"]
    if workload.body is not None:
        options += ["--script", str(script(workload, folder))]
    # wrk takes whole seconds.
    ran = subprocess.run(
        [find_wrk(), *options, "--duration", f"{round(seconds)}s", url(port, workload)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ("Non-2xx" in ran.stdout) == is_error, ran.stdout
    assert "Socket errors" not in ran.stdout, ran.stdout
    requests = re.search(r"^\s+(\d+) requests in", ran.stdout, re.MULTILINE)
    per_second = re.search(r"^Requests/sec:\s+([\d.]+)", ran.stdout, re.MULTILINE)
    assert requests is not None, ran.stdout
    assert per_second is not None, ran.stdout
    return Rate(int(requests[1]), float(per_second[1]))


def url(port: int, workload: Workload) -> str:
    return f"http://127.0.0.1:{port}{workload.target}"


def script(workload: Workload, folder: Path) -> Path:
    """What makes wrk send a body."""
    path = folder / f"{workload.name}.lua"
    body = json.dumps((workload.body or b"").decode("ascii"))
    path.write_text(
        'wrk.method = "POST"\n'
        f"wrk.body = {body}\n"
        'wrk.headers["Content-Type"] = "application/json"\n',
        encoding="ascii",
    )
    return path
