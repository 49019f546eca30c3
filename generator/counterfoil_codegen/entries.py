"""JSON that stands in generated code, so that a change shows where it was made."""

from __future__ import annotations

import json
from collections.abc import Mapping


def json_entries(entries: Mapping[str, object]) -> str:
    """*entries* as an object of JSON, sorted, each on lines of its own: those of others stay."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(entries[name], sort_keys=True)}"
        for name in sorted(entries)
    )
    return "{" + ",\n".join(lines) + "}"
