"""CF425, and CF490 to CF499: sequences of items, and what an API sends by itself."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

ITEM_SCHEMA: Final = Rule(
    "CF425",
    Severity.WARNING,
    "A sequence whose items have a schema is of lines or records of JSON, or of events.",
)
EVENT_FIELD: Final = Rule(
    "CF490",
    Severity.WARNING,
    "An event of a stream has no fields but data, event, id and retry.",
)
TEXT_AS_JSON: Final = Rule(
    "CF492",
    Severity.WARNING,
    "Data of an event that is JSON is no string.",
)
MANY_EVENTS: Final = Rule(
    "CF491",
    Severity.WARNING,
    "The events of a stream are of no more kinds than can be told apart.",
)
