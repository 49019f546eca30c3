"""Sends mutated requests for long, and tells how many: `make fuzz-wire`, `make fuzz-referees`."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping

from tests.wire.campaign import Campaign
from tests.wire.checks import Fault
from tests.wire.differential import Differential

SHARES = {"alone": 100_000, "referees": 20_000}
"""How many of one seed."""


def main() -> int:
    """0 if all was as it must be."""
    parser = ArgumentParser(prog="python -m tests.wire", description=__doc__)
    parser.add_argument("how", choices=SHARES)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1, help="the first of the seeds")
    arguments = parser.parse_args()
    run = alone if arguments.how == "alone" else beside_referees
    began, done, seed = time.monotonic(), 0, arguments.seed
    while done < arguments.requests:
        count = min(SHARES[arguments.how], arguments.requests - done)
        try:
            found = run(seed, count)
        except Fault as fault:
            print(f"seed {seed}: {fault}", file=sys.stderr)
            return 1
        done += count
        rate = done / (time.monotonic() - began)
        print(f"seed {seed}: {done:,} in all, {rate:,.0f} a second; {found}", flush=True)
        seed += 1
    return 0


def alone(seed: int, count: int) -> str:
    """What came of requests that are sent to a site."""
    campaign = Campaign(seed)
    campaign.run(count)
    also = f"{campaign.by_lines:,} by lines, {campaign.over_sockets:,} over sockets"
    return f"{also}; answers: {listed(dict(sorted(campaign.statuses.items())))}"


def beside_referees(seed: int, count: int) -> str:
    """What came of requests that were shown to h11 and llhttp too."""
    differential = Differential(seed)
    differential.run(count)
    said = f"{differential.accepted:,} accepted, {differential.refused:,} refused"
    return f"{said}, of which both accept: {listed(dict(differential.excess.most_common()))}"


def listed(counts: Mapping[str, int] | Mapping[int, int]) -> str:
    """`a: 1, b: 2`."""

    def parts() -> Iterator[str]:
        for name, count in counts.items():
            yield f"{name}: {count}"

    return ", ".join(parts())


if __name__ == "__main__":
    sys.exit(main())
