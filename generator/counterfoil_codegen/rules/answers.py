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
LINKS: Final = Rule(
    "CF418",
    Severity.WARNING,
    "The links of a response are not generated.",
)
