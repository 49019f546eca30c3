"""Sends mutated requests for long, and tells how many: `make fuzz-wire`."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser

from tests.wire.campaign import Campaign
from tests.wire.checks import Fault

SHARE = 100_000
"""How many of one seed."""


def main() -> int:
    """0 if all was as it must be."""
    parser = ArgumentParser(prog="python -m tests.wire", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1, help="the first of the seeds")
    arguments = parser.parse_args()
    began, done, seed = time.monotonic(), 0, arguments.seed
    while done < arguments.requests:
        campaign = Campaign(seed)
        count = min(SHARE, arguments.requests - done)
        try:
            campaign.run(count)
        except Fault as fault:
            print(f"seed {seed}: {fault}", file=sys.stderr)
            return 1
        done, seed = done + count, seed + 1
        rate = done / (time.monotonic() - began)
        found = ", ".join(
            f"{status}: {count}" for status, count in sorted(campaign.statuses.items())
        )
        print(
            f"seed {campaign.seed}: {done:,} requests in all, {rate:,.0f} a second;"
            f" {campaign.by_lines:,} by lines, {campaign.over_sockets:,} over sockets; {found}",
            flush=True,
        )
    return 0


sys.exit(main())
