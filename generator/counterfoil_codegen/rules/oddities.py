"""CF260 to CF279: what real documents write though OpenAPI has no such thing, and can be read."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

SPELLED_VALUE: Final = Rule(
    "CF260",
    Severity.WARNING,
    "A string is not written as a number, nor a boolean as a string; it is read as what it spells.",
)
BROKEN_MAPPING: Final = Rule(
    "CF267",
    Severity.WARNING,
    "The mapping of a discriminator names schemas that there are.",
)
BROKEN_UNUSED: Final = Rule(
    "CF261",
    Severity.WARNING,
    "A $ref that no operation depends on, of an unused schema or an example, leads somewhere.",
)
NEIGHBOURS: Final = Rule(
    "CF262",
    Severity.WARNING,
    "Text stands between two parameters of a path; or else the second begins at the last dot.",
)
NO_SLASH: Final = Rule(
    "CF270",
    Severity.WARNING,
    "A path begins with a slash.",
)
MISPLACED_REFERENCE: Final = Rule(
    "CF271",
    Severity.WARNING,
    "A $ref stands only where OpenAPI has one; elsewhere it is read as what it leads to.",
)
FOREIGN_POINTER: Final = Rule(
    "CF272",
    Severity.WARNING,
    "A $ref without a file leads into its own; or else into the OpenAPI document it is a part of.",
)
SHORT_VERSION: Final = Rule(
    "CF263",
    Severity.WARNING,
    "The version of OpenAPI is a string with three numbers.",
)
REPLACED_CONTROL: Final = Rule(
    "CF264",
    Severity.WARNING,
    "No control character is escaped, nor of U+0080 to U+009F; it is read as U+FFFD.",
)
REPEATED_NAME: Final = Rule(
    "CF268",
    Severity.WARNING,
    "A $self, $id or $anchor names one thing; or else the first that is read.",
)
