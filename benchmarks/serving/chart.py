"""Draws what was measured: `python -m benchmarks.serving.chart FILE`, with the figures on stdin.

Each server's requests a second, as multiples of those of uvicorn without a log. It runs where
matplotlib is, which is the environment of the peers.
"""

from __future__ import annotations

import json
import sys
from typing import Final

import matplotlib as mpl
from matplotlib import pyplot as plt

REFERENCE: Final = "uvicorn, no log"
OURS: Final = "counterfoil"


def draw(found: dict[str, dict[str, float]], path: str) -> None:
    """Write a chart of *found*, by the names of workloads, then of servers, to *path*."""
    mpl.rcParams["svg.hashsalt"] = "counterfoil"  # the same figures make the same file
    figure, all_axes = plt.subplots(1, len(found), figsize=(4 * len(found), 4.5), squeeze=False)
    for axes, (workload, rates) in zip(all_axes[0], found.items(), strict=True):
        ordered = sorted(rates, key=rates.__getitem__)
        ratios = [rates[each] / rates[REFERENCE] for each in ordered]
        colours = ["tab:orange" if each == OURS else "tab:blue" for each in ordered]
        axes.bar_label(axes.barh(ordered, ratios, color=colours), fmt="%.2f", padding=2)
        axes.axvline(1.0, color="gray", linewidth=0.8)
        axes.set_title(workload)
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel(f"requests per second, as multiples of those of {REFERENCE}")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.argv[1])
