"""Our verdict on a body is JSON Schema's, or differs for a reason that is listed.

With --soak (`make truth`) on more than 100,000 pairs of a schema and a value, else on 10,000.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.truth.differences import REASONS, reason
from tests.truth.verdicts import Verdict, verdicts


def test_the_verdict_is_that_of_json_schema(tmp_path: Path, soak: bool) -> None:
    seeds, count = (range(10, 18), 300) if soak else (range(1, 3), 100)
    pairs = taken = 0
    explained: Counter[str] = Counter()
    for seed in seeds:
        found = list(verdicts(seed, count, tmp_path / str(seed)))
        differing = [each for each in found if each.ours is not each.referee]
        assert [each for each in differing if reason(each) is None][:3] == []
        pairs += len(found)
        taken += sum(verdict.referee for verdict in found)
        explained.update(filter(None, map(reason, differing)))
    assert pairs == len(seeds) * count * 50
    assert pairs // 4 < taken < pairs * 3 // 4
    assert explained.total() < pairs // 50
    if soak:
        assert explained.keys() == REASONS.keys()
    lines = [f"{pairs:,} pairs, {taken:,} of them taken by the referee; our verdict differs on"]
    lines += (f"{times:7,}: {why}" for why, times in explained.most_common())
    sys.stdout.write("\n".join([*lines, ""]))


def test_the_referee_is_contradicted_where_we_are_wrong() -> None:
    """What no reason explains would be seen."""
    assert reason(Verdict({"type": "string"}, "a", False, True, "body: wrong")) is None
    assert reason(Verdict({"type": "integer"}, 1.5, True, False, "")) is None
