"""Servers side by side: requests per second, and how long small requests wait behind large answers.

    make bench-serving

makes the environment that the peers need, and runs `python -m benchmarks serving`. Every server is
a process of its own on one core, one at a time is asked, and the client has another core. What they
log goes to files: each has the log that it has by default in production, with a line for each
request.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from shutil import copy
from statistics import median
from typing import Final, TypeAlias

from benchmarks.serving.holding_up import measure
from benchmarks.serving.process import ENVIRONMENT, ROOT, WORK, Peer, Server, serving
from benchmarks.serving.workloads import WORKLOADS, Workload
from benchmarks.serving.wrk import CONNECTIONS, ask, find_wrk

PEERS: Final = (
    Peer("counterfoil", "counterfoil", ours=True),
    Peer("twisted_web", "twisted.web", ours=True),
    Peer("klein", "Klein"),
    Peer("synapse", "Synapse"),
    Peer("fastapi", "FastAPI"),
    Peer("litestar", "Litestar"),
    Peer("blacksheep", "BlackSheep"),
    Peer("falcon", "Falcon"),
    Peer("aiohttp", "aiohttp"),
    Peer("sanic", "Sanic"),
    Peer("robyn", "Robyn"),
    Peer("raw_uvicorn", "raw uvicorn"),
    Peer("raw_uvicorn_silent", "uvicorn, no log"),
    Peer("bare", "bare httptools"),
)
HELD_UP: Final = ("counterfoil", "twisted_web", "fastapi", "synapse")

ROUNDS: Final = 3
SECONDS: Final = 3.0
"""Of each measurement by wrk: a round is `len(PEERS) * len(WORKLOADS)` of them."""
HOLD_UP_SECONDS: Final = 5.0

PROJECT: Final = """\
[[tool.counterfoil.api]]
package = "measured"
spec = ["spec.yaml"]
output = "generated"
"""

CHART: Final = WORK / "chart.svg"

Key: TypeAlias = tuple[str, str]
"""The titles of a server and of a workload."""


@dataclass(frozen=True)
class Figures:
    """What was measured of a server and a workload."""

    per_second: float
    cpu: float
    """The server's CPU time for each request, in seconds."""


def main() -> None:
    """Measure, and print. It takes about eight minutes."""
    find_wrk()
    if not ENVIRONMENT.exists():
        raise SystemExit(f"{ENVIRONMENT.name} is not there: `make bench-serving` makes it")
    generate()
    server_core, client_core = cores()
    print(f"servers on core {server_core}, their client on core {client_core}; load {load()}")
    with on_core(client_core):
        found = rates(server_core)
        show_rates(found)
        draw(found)
        print()
        show_waits(server_core)


def generate() -> None:
    """Generate the package that the server of counterfoil mounts, as a user does."""
    WORK.mkdir(parents=True, exist_ok=True)
    copy(ROOT / "benchmarks" / "serving" / "spec.yaml", WORK)
    (WORK / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "counterfoil_codegen", "generate"],
        cwd=WORK,
        env=os.environ | {"PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise SystemExit(ran.stderr)


def cores() -> tuple[int, int]:
    """The core of the servers, and that of their client. They are one if there is only one."""
    given = sorted(os.sched_getaffinity(0))
    return given[-1], given[0]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run this process, and what it starts, on *core* alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def load() -> str:
    return " ".join(f"{number:.1f}" for number in os.getloadavg())


def rates(core: int) -> dict[Key, Figures]:
    """The medians of `ROUNDS` rounds, in each of which every server is asked in turn."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(peer, core)) for peer in PEERS]
        for server in servers:
            ask(server.port, WORKLOADS[0], 1.0, WORK)
        rounds = [one_round(servers) for _ in range(ROUNDS)]
    return {key: middle([each[key] for each in rounds]) for key in rounds[0]}


def middle(found: list[Figures]) -> Figures:
    return Figures(median(each.per_second for each in found), median(each.cpu for each in found))


def one_round(servers: list[Server]) -> dict[Key, Figures]:
    return {
        (server.title, workload.name): figures(server, workload)
        for workload in WORKLOADS
        for server in servers
    }


def figures(server: Server, workload: Workload) -> Figures:
    before = server.cpu_seconds()
    rate = ask(server.port, workload, SECONDS, WORK)
    return Figures(rate.per_second, (server.cpu_seconds() - before) / rate.requests)


def show_rates(found: dict[Key, Figures]) -> None:
    """The rates, by the clock and by CPU time. A ratio above 1 is counterfoil's lead."""
    print(f"\nof {ROUNDS} rounds the median; {CONNECTIONS} connections")
    for workload in WORKLOADS:
        print(f"  {workload.name}: {workload.about}")
    names = "".join(f"{workload.name:>10}" for workload in WORKLOADS)
    print(f"\n{'':<18}{names}   {names}   (counterfoil's / theirs)")
    print("requests per second")
    show_table({key: figures.per_second for key, figures in found.items()})
    print("requests per second of the server's CPU time, which a busy machine blurs less")
    show_table({key: 1 / figures.cpu for key, figures in found.items()})


def draw(found: dict[Key, Figures]) -> None:
    """Draw the rates in a chart, in the environment that has what draws."""
    given = {
        workload.about: {peer.title: found[peer.title, workload.name].per_second for peer in PEERS}
        for workload in WORKLOADS
    }
    subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-m", "benchmarks.serving.chart", CHART],
        cwd=ROOT,
        input=json.dumps(given),
        text=True,
        check=True,
    )
    print(f"\na chart of them is in {CHART.relative_to(ROOT)}")


def show_table(found: dict[Key, float]) -> None:
    """A row for each server, with what counterfoil has of each, divided by it."""
    for peer in PEERS:
        row = [found[peer.title, workload.name] for workload in WORKLOADS]
        own = [found[PEERS[0].title, workload.name] for workload in WORKLOADS]
        cells = "".join(f"{figure:>10,.0f}" for figure in row)
        ratios = "".join(f"{a / b:>10.2f}" for a, b in zip(own, row, strict=True))
        print(f"{peer.title:<18}{cells}   {ratios}")


def show_waits(core: int) -> None:
    print(
        "small GETs on one connection while another gets 1 MB of JSON again and again, milliseconds"
    )
    print("loop: the longest gap of a heartbeat in the server, and the most CPU time within one")
    columns = f"{'longest':>10}{'99.9 %':>10}{'loop':>10}{'loop CPU':>10}"
    print(f"{'':<18}{columns}{'large/s':>10}   without them:{columns}")
    for peer in PEERS:
        if peer.module in HELD_UP:
            with serving(peer, core, heartbeat=True) as server:
                show_wait(server)


def show_wait(server: Server) -> None:
    """One row: with large answers, and without any."""
    measure(server.port, 0.5, large=True)
    server.gaps()
    alone = measure(server.port, HOLD_UP_SECONDS / 2, large=False)
    alone_gaps = server.gaps()
    beside = measure(server.port, HOLD_UP_SECONDS, large=True)
    print(
        f"{server.title:<18}{milliseconds(beside.longest, beside.most, *server.gaps())}"
        f"{beside.large / HOLD_UP_SECONDS:>10.0f}{'':>16}"
        f"{milliseconds(alone.longest, alone.most, *alone_gaps)}"
    )


def milliseconds(*seconds: float) -> str:
    return "".join(f"{each * 1e3:>10.1f}" for each in seconds)
