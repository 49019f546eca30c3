"""CF265 to CF269, and CF418: what belongs to an answer beside its body."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

BAD_HEADER: Final = Rule(
    "CF265",
    Severity.WARNING,
    "A header of a response is listed once, by a name that can be sent.",
)
HEADER_STYLE: Final = Rule(
    "CF266",
    Severity.WARNING,
    "A header of a response has the style 'simple', and nests no deeper than that can write.",
)
BODILESS: Final = Rule(
    "CF269",
    Severity.WARNING,
    "A response of 204, 205 or 304 has no content (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5).",
)
LINKS: Final = Rule(
    "CF418",
    Severity.WARNING,
    "The links of a response are not generated.",
)
