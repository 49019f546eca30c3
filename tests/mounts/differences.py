"""Where a host answers otherwise than counterfoil's own, and why that is its own affair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

Seen: TypeAlias = Mapping[str, str]
"""An answer as text: `status`, `body`, and each header by its name."""

FOREIGN: Final = "plain klein_routes synapse_resource"
KLEIN: Final = "klein_routes klein_tree"
OPTIONS: Final = ("options", "preflight")
WRONG_METHOD: Final = ("unknown method", "delete a board", "post to a notice")
UNKNOWN_PATH: Final = ("unknown path", "literal slash twice", "head of no operation")
NO_CONTENT: Final = ("next in vain", "next in a while", "delete")


@dataclass(frozen=True)
class Difference:
    """Each of *hosts* gives, for *parts* of its answers to *asks*, what matches *gives*."""

    hosts: str
    """Their names, with blanks between."""
    parts: str
    """`status`, `body`, or names of headers, with `*` and with blanks between."""
    asks: tuple[str, ...]
    """Names of the transcript; none for all of them."""
    gives: str
    """A regular expression for the whole; empty for a header, or a body, that is not there."""
    reason: str

    def covers(self, host: str, ask: str, part: str, given: str) -> bool:
        """Whether this row tells of that difference."""
        return (
            host in self.hosts.split()
            and (not self.asks or ask in self.asks)
            and any(fnmatchcase(part, pattern) for pattern in self.parts.split())
            and re.fullmatch(self.gives, given, re.DOTALL) is not None
        )


DIFFERENCES: Final = [
    Difference(
        "plain klein_routes",
        "access-control-* cache-control x-content-type-options",
        (),
        "",
        "The host sets no headers of its own but the content type.",
    ),
    Difference("synapse_resource", "x-content-type-options", (), "", "Synapse does not set it."),
    Difference(
        "synapse_resource",
        "access-control-allow-methods",
        (),
        "GET, HEAD, POST, PUT, DELETE, OPTIONS",
        "Synapse names one list of methods for every path.",
    ),
    Difference(
        "synapse_resource",
        "access-control-allow-headers",
        (),
        "X-Requested-With, Content-Type, Authorization, Date",
        "And one list of headers: it does not look at what a route reads.",
    ),
    Difference(
        "synapse_resource",
        "access-control-expose-headers",
        (),
        "Synapse-Trace-Id, Server",
        "Synapse lets scripts read its trace id.",
    ),
    Difference(
        "synapse_resource",
        "access-control-*",
        NO_CONTENT,
        "",
        "Synapse sets CORS where it encodes JSON; an answer without content is written by the "
        "servlet, as by Synapse's own servlets that write.",
    ),
    Difference(
        "plain synapse_resource",
        "status",
        OPTIONS,
        "405",
        "OPTIONS is no route, and these hosts leave it to a resource above them.",
    ),
    Difference(
        "plain synapse_resource",
        "content-type",
        OPTIONS,
        "application/json",
        "So it is an error like another.",
    ),
    Difference(
        "plain synapse_resource",
        "body",
        OPTIONS,
        r'\{"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"\}',
        "So it is an error like another.",
    ),
    Difference(
        "synapse_resource",
        "cache-control",
        OPTIONS,
        "no-cache, no-store, must-revalidate",
        "So it is an error like another.",
    ),
    Difference(
        FOREIGN,
        "access-control-max-age",
        ("options", "preflight"),
        "",
        "Preflights are not answered.",
    ),
    Difference(
        "plain synapse_resource",
        "allow",
        (*OPTIONS, *WRONG_METHOD),
        "",
        "These hosts answer 405 without Allow, against RFC 9110, section 15.5.6.",
    ),
    Difference(
        "klein_routes",
        "allow",
        (*OPTIONS, *WRONG_METHOD),
        r"(?:(?:GET|HEAD|POST|PUT|DELETE)(?:, |\Z))+",
        "Werkzeug orders the methods by chance, and knows no OPTIONS of its own.",
    ),
    Difference("klein_routes", "status", OPTIONS, "405", "As above."),
    Difference(
        "klein_routes",
        "body content-type",
        (*OPTIONS, *WRONG_METHOD, *UNKNOWN_PATH, "notice empty"),
        r"<!doctype html>.*|text/html; charset=utf-8",
        "Klein's own errors are pages.",
    ),
    Difference(
        "klein_routes",
        "status",
        ("notice empty",),
        "404",
        "Werkzeug lets no parameter of a path be empty, so there is no such path.",
    ),
    Difference(
        "klein_routes",
        "status body",
        ("escaped slash",),
        r'200|\{"notices": .*',
        "Werkzeug routes by the decoded path: %2F ends a segment like a slash.",
    ),
    Difference(
        KLEIN,
        "status body content-type location",
        ("literal slash twice",),
        r"308|<!doctype html>.*|text/html; charset=utf-8|https?://localhost.*/boards/lobby",
        "Werkzeug redirects a path with two slashes in a row to one with one.",
    ),
    Difference(
        "klein_tree",
        "access-control-* cache-control x-content-type-options",
        ("literal slash twice",),
        "",
        "So it does not come to the resource.",
    ),
]
"""Nothing else differs, and each row is seen."""


def differing(host: str, answers: Mapping[str, Seen], reference: Mapping[str, Seen]) -> list[str]:
    """What differs though no row tells of it, and the rows that tell of what does not differ."""
    differences = [
        (ask, part, seen.get(part, ""), reference[ask].get(part, ""))
        for ask, seen in answers.items()
        for part in sorted(seen.keys() | reference[ask].keys())
        if seen.get(part) != reference[ask].get(part)
    ]
    rows = [row for row in DIFFERENCES if host in row.hosts.split()]
    stale = [
        row.reason
        for row in rows
        if not any(row.covers(host, ask, part, given) for ask, part, given, _ in differences)
    ]
    return stale + [
        f"{ask}: {part} is {given!r}, not {wanted!r}"
        for ask, part, given, wanted in differences
        if not any(row.covers(host, ask, part, given) for row in rows)
    ]
