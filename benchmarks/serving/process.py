"""The servers' processes."""

from __future__ import annotations

import http.client
import json
import os
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving.launch import HEARTBEAT, REPORTS
from benchmarks.serving.workloads import WORKLOADS, Workload

ROOT: Final = Path(__file__).parent.parent.parent
WORK: Final = ROOT / "var" / "serving"
"""Generated code, and logs."""

ENVIRONMENT: Final = ROOT / "var" / f"venv-peers-{sys.version_info[0]}.{sys.version_info[1]}"
DEADLINE: Final = 20.0
"""How long to wait, in seconds, for a server to say something."""


@dataclass(frozen=True)
class Peer:
    """A server to measure: a module of `peers`. Ours run in the project's own environment."""

    module: str
    title: str
    ours: bool = False

    @property
    def python(self) -> Path:
        return Path(sys.executable) if self.ours else ENVIRONMENT / "bin" / "python"


class Server:
    """A peer that runs."""

    def __init__(
        self,
        peer: Peer,
        core: int,
        *,
        heartbeat: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.title = peer.title
        self._reports, reports = os.pipe()
        sources = [ROOT, ROOT / "runtime", WORK / "generated"]
        added = {REPORTS: str(reports), "PYTHONPATH": os.pathsep.join(map(str, sources))}
        with (WORK / f"{peer.module}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [peer.python, "-m", "benchmarks.serving.peers", peer.module, str(core)],
                cwd=ROOT,
                env=os.environ
                | added
                | dict(environment or {})
                | ({HEARTBEAT: "1"} if heartbeat else {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[reports],
            )
        os.close(reports)
        self._log = log.name
        self.port = int(self._report())

    def _report(self) -> str:
        with selectors.DefaultSelector() as selector:
            selector.register(self._reports, selectors.EVENT_READ)
            line = os.read(self._reports, 100) if selector.select(DEADLINE) else b""
        if not line:
            self.stop()
            raise SystemExit(f"{self.title} does not serve: see {self._log}")
        return line.decode("ascii")

    def gaps(self) -> tuple[float, float]:
        """The longest gap of its heartbeat, and the most CPU time in one, in seconds.

        Since this was last asked.
        """
        self._process.send_signal(signal.SIGUSR1)
        gap, cpu = self._report().split()
        return float(gap), float(cpu)

    def resident(self) -> int:
        """How much memory it has, in kB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        assert found is not None
        return int(found[1])

    def cpu_seconds(self) -> float:
        """The CPU time of its threads so far."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9

    def check(self) -> None:
        """Raise `AssertionError` unless every workload is answered as it has to be."""
        for workload in WORKLOADS:
            found = self._ask(workload, workload.target, workload.body)
            assert found == (200, workload.answer), (self.title, workload.name, found)
            if isinstance(workload.refused, str):
                status, _ = self._ask(workload, workload.refused, None)
                assert 400 <= status < 500, (self.title, workload.refused, status)
            elif workload.refused is not None:
                status, _ = self._ask(workload, workload.target, workload.refused)
                assert 400 <= status < 500, (self.title, workload.refused, status)

    def _ask(self, workload: Workload, target: str, body: bytes | None) -> tuple[int, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request("GET" if body is None else "POST", target, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        os.close(self._reports)


@contextmanager
def serving(peer: Peer, core: int, *, heartbeat: bool = False) -> Iterator[Server]:
    """The peer's server, for as long as it is needed; its answers have been checked."""
    server = Server(peer, core, heartbeat=heartbeat)
    try:
        server.check()
        yield server
    finally:
        server.stop()
