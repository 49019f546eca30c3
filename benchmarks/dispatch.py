"""What a look-up of a route costs, by the number of routes.

    python -m benchmarks.dispatch

Beside the router stands what it replaces: one regular expression after the other. Microseconds a
look-up, the best of several rounds, for the route that was registered last.
"""

from __future__ import annotations

import platform
import re
import timeit
from collections.abc import Callable

from counterfoil._routing.router import Router
from counterfoil.stub import path

SIZES = (10, 1_000, 10_000)
ROUNDS = 5


def patterns(count: int) -> list[re.Pattern[str]]:
    return [path(f"/v1/area{number}/{{board}}/notices/{{notice}}") for number in range(count)]


def routed(routes: list[re.Pattern[str]]) -> Callable[[str], object]:
    """Looks up in the router."""
    router: Router[int] = Router()
    for number, pattern in enumerate(routes):
        router.add("GET", pattern, number)
    return lambda target: router.find("GET", target)


def scanned(routes: list[re.Pattern[str]]) -> Callable[[str], object]:
    """Tries each pattern in turn."""

    def scan(target: str) -> object:
        for number, pattern in enumerate(routes):
            match = pattern.match(target)
            if match is not None:
                return number, match.groupdict()
        return None

    return scan


def microseconds(look_up: Callable[[str], object], target: str) -> float:
    timer = timeit.Timer(lambda: look_up(target))
    number = max(1, timer.autorange()[0] // 4)
    return min(timer.repeat(ROUNDS, number)) / number * 1e6


def main() -> None:
    print(f"{platform.node()}: {platform.machine()}, Python {platform.python_version()}")
    print(f"{'routes':>8} {'hit':>8} {'miss':>8} {'scan, hit':>12}   microseconds a look-up")
    for size in SIZES:
        routes = patterns(size)
        target = f"/v1/area{size - 1}/lobby/notices/7"
        router, scan = routed(routes), scanned(routes)
        hit, miss = microseconds(router, target), microseconds(router, target + "/x")
        print(f"{size:>8} {hit:>8.2f} {miss:>8.2f} {microseconds(scan, target):>12.2f}")


if __name__ == "__main__":
    main()
