"""What counterfoil's own bounds are: routes, large answers, connections, processes.

    python -m benchmarks bounds

Each is measured beside what it is to be held against: the last of 1,000 routes beside the first of
10, two workers beside one. The client of the workers has no core to itself, so their requests are
ones that take the server a millisecond of the processor, where the client needs a hundredth of it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Final

from benchmarks.serving import cores, generate, on_core
from benchmarks.serving.process import ENVIRONMENT, ROOT, WORK, Peer, Server
from benchmarks.serving.workloads import Workload
from benchmarks.serving.wrk import ask, find_wrk

ROUNDS: Final = 3
SECONDS: Final = 3.0
FEW: Final = 1000
MANY: Final = 4000

ROUTED: Final = Peer("counterfoil_routes", "counterfoil", ours=True)
HOLDING: Final = (
    (ROUTED, "/group/1/items", "counterfoil, idle"),
    (ROUTED, "/park", "counterfoil, waiting"),
    (Peer("twisted_web", "twisted.web", ours=True), "/hello", "twisted.web, idle"),
    (Peer("raw_uvicorn_silent", "uvicorn"), "/hello", "raw uvicorn, idle"),
)
LARGE: Final = Workload("large", "1 MB of JSON", "/large", None)
MAKING: Final = (
    Peer("counterfoil", "counterfoil", ours=True),
    Peer("fastapi", "FastAPI"),
    Peer("litestar", "Litestar"),
)


def main() -> None:
    """Measure, and print. It takes about two minutes."""
    find_wrk()
    if not ENVIRONMENT.exists():
        raise SystemExit(f"{ENVIRONMENT.name} is not there: `make bench-serving` makes it")
    generate()
    server_core, client_core = cores()
    with on_core(client_core):
        show_routes(server_core)
        show_large(server_core)
        show_memory(server_core)
    show_workers()


@contextmanager
def started(peer: Peer, core: int, **environment: str) -> Iterator[Server]:
    server = Server(peer, core, environment=environment)
    try:
        yield server
    finally:
        server.stop()


def show_routes(core: int) -> None:
    """The rates of the first of ten routes, the last of a thousand, and of none."""
    asked = (
        ("first of 10 routes", "10", "/group/0/items"),
        ("last of 1,000", "1000", "/group/999/items"),
        ("an unknown path", "1000", "/group/1000/items"),
    )
    with ExitStack() as stack:
        servers = {
            routes: stack.enter_context(started(ROUTED, core, ROUTES=routes))
            for routes in ("10", "1000")
        }
        rates: dict[str, list[float]] = {name: [] for name, _, _ in asked}
        for _ in range(ROUNDS):
            for name, routes, target in asked:
                workload = Workload(name, name, target, None)
                unknown = target.endswith("/1000/items")
                rate = ask(servers[routes].port, workload, SECONDS, WORK, is_error=unknown)
                rates[name].append(rate.per_second)
    first = median(rates["first of 10 routes"])
    print("requests per second, and as multiples of the first of 10 routes")
    for name, found in rates.items():
        print(f"{name:<24}{median(found):>10,.0f}{median(found) / first:>10.2f}")


def show_large(core: int) -> None:
    """The rates of answers of a megabyte."""
    print("\nanswers of 1 MB of JSON per second")
    with ExitStack() as stack:
        servers = [stack.enter_context(started(peer, core)) for peer in MAKING]
        found: dict[str, list[float]] = {server.title: [] for server in servers}
        for _ in range(ROUNDS):
            for server in servers:
                found[server.title].append(ask(server.port, LARGE, SECONDS, WORK).per_second)
                time.sleep(0.5)  # it makes the answers that nobody waits for any more
    for title, rates in found.items():
        print(f"{title:<24}{median(rates):>10,.0f}")


def show_memory(core: int) -> None:
    """How much more memory a server has with 3,000 more connections."""
    print(f"\nkB of memory for each connection, between {FEW:,} and {MANY:,} of them")
    for peer, target, name in HOLDING:
        with started(peer, core) as server, ExitStack() as stack:
            sizes: list[int] = []
            request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            for count in (FEW, MANY - FEW):
                for _ in range(count):
                    client = stack.enter_context(
                        socket.create_connection(("127.0.0.1", server.port))
                    )
                    client.sendall(request)
                    if target != "/park":
                        client.recv(4096)
                time.sleep(1)
                sizes.append(server.resident())
            print(f"{name:<24}{(sizes[1] - sizes[0]) / (MANY - FEW):>10.1f}")


def show_workers() -> None:
    """The rates of one process, and of two, at work that is the processor's."""
    work = Workload("work", "a millisecond of the processor", "/work", None)
    found: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for workers, rates in found.items():
            with served(workers) as port:
                rates.append(ask(port, work, SECONDS, WORK).per_second)
    one, two = median(found[1]), median(found[2])
    print("\nrequests per second that take a millisecond of the processor each")
    print(f"{'1 worker':<24}{one:>10,.0f}")
    print(f"{'2 workers':<24}{two:>10,.0f}{two / one:>10.2f}")


@contextmanager
def served(workers: int) -> Iterator[int]:
    """`counterfoil serve` with so many *workers*; the port that it listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    target = "benchmarks.serving.peers.counterfoil_routes:site"
    listen = f"tcp:{port}:interface=127.0.0.1"
    command = [sys.executable, "-m", "counterfoil", target, "--listen", listen]
    with (WORK / "workers.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            time.sleep(1)  # for the other workers
            return
    raise SystemExit("the workers do not serve: see var/serving/workers.log")
