"""What a server tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

__all__ = ["State"]


@dataclass(frozen=True, kw_only=True)
class State:
    """What is there, beside the request that asks for it and its connection."""

    descriptors: int
    resident: int
    """In bytes."""

    in_flight: float
    """By the metrics."""

    running: int
    connections: int
    phases: Mapping[str, int]
    timers: int
    unfinished: int
    waiting: int
    called: int
    cancelled: int
    lines: Mapping[str, int]
    """How many lines the access log has of each status."""

    errors: int
    """How many lines the log has at ERROR."""

    def to_json(self) -> dict[str, object]:
        return asdict(self)
